//! What two clusters that are compared differ in, in words, and what can be chosen.

use raftarium_sim::core::{Mistake, Settings};
use raftarium_sim::{Difference, Parting, Record, View, compare};

use super::forms::settings;
use super::forms::{Field, Value};
use super::{count, thousands};
use raftarium_sim::story::sentence;

/// What differs, and how it is in each of the two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) what: String,
    pub(crate) a: String,
    pub(crate) b: String,
}

/// `first` is how the first one's servers are set at first.
pub(crate) fn words(difference: &Difference, first: &Settings) -> Words {
    match difference {
        Difference::Mistake(mistake) => Words {
            what: "One broken rule".to_owned(),
            a: "Keeps the rule".to_owned(),
            b: mistake.statement().to_owned(),
        },
        Difference::Setting { name, value } => {
            let field = settings::of(first).into_iter().find(|field| field.id == *name);
            let (label, unit) = field.map_or((name.clone(), ""), |field| {
                let unit = if let Value::Text { unit, .. } = field.value { unit } else { "" };
                (field.label, unit)
            });
            let side = |value: &str| match value {
                "true" => format!("{label} on"),
                "false" => format!("{label} off"),
                "null" => format!("{label}: never"),
                number => format!("{label}: {number} {unit}").trim_end().to_owned(),
            };
            let a = compare::setting(first, name).map_or_else(String::new, |value| side(&value));
            Words { a, b: side(value), what: label }
        }
    }
}

/// A setting that is filled in with another value than it has: a flag the other way round.
pub(crate) fn otherwise(mut field: Field) -> Field {
    if let Value::Flag(on) = &mut field.value {
        *on = !*on;
    }
    field
}

/// What is filled in, as a difference.
pub(crate) fn difference(field: &Field) -> Difference {
    let value = match &field.value {
        Value::Flag(on) => on.to_string(),
        Value::Text { text, .. } if text.trim().is_empty() => "null".to_owned(),
        Value::Text { text, .. } => text.trim().to_owned(),
        Value::Choice { chosen, .. } => chosen.clone(),
    };
    Difference::Setting { name: field.id.clone(), value }
}

/// The rules that can be broken, and what they are called in a link.
pub(crate) fn rules() -> impl Iterator<Item = (&'static str, &'static str)> {
    Mistake::ALL.into_iter().map(|mistake| (mistake.name(), mistake.statement()))
}

/// How the rules stand: the ones that are broken, or that all hold.
pub(crate) fn verdict(view: &View) -> (bool, String) {
    let broken = view.violations.len() as u64;
    if let Some(first) = view.violations.first() {
        let more = if broken > 1 {
            format!(", and {}", count(broken - 1, "more finding", "more findings"))
        } else {
            String::new()
        };
        return (false, format!("{} is broken: {}{more}.", first.rule.name(), first.story));
    }
    let checks = view.checks.iter().map(|check| check.count).sum();
    let rules = count(view.checks.len() as u64, "rule holds", "rules hold");
    (true, format!("{rules} ({} checks)", thousands(checks)))
}

/// What happens next in each of the two where they part.
pub(crate) fn parting(parting: &Parting, records: [&[Record]; 2]) -> [String; 2] {
    let words = |record: &Option<Record>, records: &[Record]| match record {
        Some(record) if record.at == parting.at => sentence(record, records),
        Some(_) | None => "Nothing happens.".to_owned(),
    };
    [words(&parting.first, records[0]), words(&parting.other, records[1])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;

    #[test]
    fn every_setting_can_differ_and_has_words() {
        let plain = Settings::plain();
        for field in settings::of(&plain) {
            let difference = difference(&otherwise(field.clone()));
            let Difference::Setting { name, .. } = &difference else { panic!("{difference}") };
            assert!(compare::setting(&plain, name).is_some(), "{name}");
            let words = words(&difference, &plain);
            assert_eq!(words.what, field.label);
            // A number is left as it is until it is filled in.
            assert_eq!(words.a != words.b, matches!(field.value, Value::Flag(_)), "{words:?}");
        }
        let error = "no such setting:1".parse::<Difference>().expect_err("there is none").to_string();
        let all = error.split("there are ").nth(1).map_or(0, |names| names.split(", ").count());
        assert_eq!(all, settings::of(&plain).len(), "a setting that cannot be chosen");
    }

    #[test]
    fn a_setting_is_said_as_it_is_in_each_of_the_two() {
        let said = |text: &str| {
            let words = words(&text.parse().expect("it is one"), &Settings::plain());
            (words.a, words.b)
        };
        assert_eq!(said("pre_vote:true"), ("PreVote off".into(), "PreVote on".into()));
        assert_eq!(
            said("heartbeat_interval:20.5"),
            ("Heartbeat every: 50 ms".into(), "Heartbeat every: 20.5 ms".into())
        );
        assert_eq!(
            said("snapshot_after_entries:3"),
            ("Snapshot after entries: never".into(), "Snapshot after entries: 3 entries".into())
        );
    }

    #[test]
    fn rules_that_hold_are_counted() {
        let (holds, words) = verdict(&fixture::settled(3).view());
        assert!(holds && words.contains(" rules hold ("), "{words}");
    }
}
