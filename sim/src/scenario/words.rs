//! Conditions in words, as people read them.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use raftarium_core::Role;

use super::condition::{Condition, EventKind, Fate, Number, Output, Packets, Range};
use super::name::Name;
use crate::story::{list, packet};

impl Condition {
    /// What is so, in words and without a full stop: `S1 leads`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::All(all) => joined(all, ", and "),
            Self::Any(all) => joined(all, ", or "),
            Self::Not(condition) => not(condition),
            Self::Leads(name) => format!("{} leads", name.0),
            Self::Leaders(Number::Exactly(0)) => "nobody leads".to_owned(),
            Self::Leaders(number) => format!("{} {}", amount(*number, "server"), verb(*number, "leads", "lead")),
            Self::Up(name) => format!("{} runs", name.0),
            Self::Role { of, is } => format!("{} is {}", of.0, role(*is)),
            Self::Term { of, is } => format!("{} in term {}", are(of), plain(*is)),
            Self::Commit { of, is } => format!("{} the log committed up to {}", know(of), plain(*is)),
            Self::Durable { of, is } => format!("{} the log on disk up to {}", have(of), plain(*is)),
            Self::Log { of, terms } if terms.is_empty() => format!("{} no entries", have(of)),
            Self::Log { of, terms } => format!("{} entries of the terms {}", have(of), numbers(terms)),
            Self::LogLength { of, is } => format!("{} {}", have(of), many(*is, "entry", "entries")),
            Self::SameLogs(of) => format!("the logs of {} are the same", who(of)),
            Self::SameStates(of) => format!("the state machines of {} are the same", who(of)),
            Self::Value { of, key, is: Some(value) } => format!("{} {key} = {value}", have(of)),
            Self::Value { of, key, is: None } => format!("{} no value for {key}", have(of)),
            Self::Base { of, is: Number::Exactly(0) } => format!("{} has no snapshot", of.0),
            Self::Base { of, is } => format!("{} has a snapshot up to {}", of.0, plain(*is)),
            Self::Members { of, voters, outgoing, learners } => members(of, voters, outgoing, learners),
            Self::Granted { to, term, by } if by.is_empty() => format!("nobody voted for {} in term {term}", to.0),
            Self::Granted { to, term, by } => format!("{} voted for {} in term {term}", who(by), to.0),
            Self::Refused { to, term, by } if by.is_empty() => {
                format!("nobody refused {} a vote in term {term}", to.0)
            }
            Self::Refused { to, term, by } => format!("{} refused {} their votes in term {term}", who(by), to.0),
            Self::Led { of, terms } if terms.is_empty() => format!("{} has never led", of.0),
            Self::Led { of, terms } => format!("{} has led in {}", of.0, in_terms(terms)),
            Self::Count { what, of, since, is } => {
                let whom = of.map_or_else(|| "in all, servers".to_owned(), |Name(of)| of.to_string());
                format!("{}{whom} {} {}", later(since.as_deref()), did(*what), times(*is))
            }
            Self::Delivered { kind, from, to, since, is } => {
                let packets = packets(&Packets { kind: *kind, from: *from, to: *to });
                format!("{}{packets} arrived {}", later(since.as_deref()), times(*is))
            }
            Self::UnderWay(wanted) => format!("{} are under way", packets(wanted)),
            Self::Request { number, is, result, tries, server } => {
                let result = result.as_ref().map_or_else(String::new, |result| format!(", with {}", output(result)));
                let tries = tries.map_or_else(String::new, |tries| format!(", sent {}", many(tries, "time", "times")));
                let server = server.map_or_else(String::new, |Name(server)| format!(", by {server}"));
                format!("request {number} {}{result}{tries}{server}", fate(*is))
            }
            Self::Sessions { of, is } => format!("{} {}", have(of), many(*is, "session", "sessions")),
            Self::Quiet => "nothing is under way but signs of life".to_owned(),
            Self::Broken(rules) if rules.is_empty() => "no rule is broken".to_owned(),
            Self::Broken(rules) => {
                let names: Vec<&str> = rules.iter().map(|rule| rule.name()).collect();
                format!("{} {} broken", list(&names), if names.len() == 1 { "is" } else { "are" })
            }
        }
    }
}

fn joined(all: &[Condition], between: &str) -> String {
    let words: Vec<String> = all.iter().map(Condition::words).collect();
    words.join(between)
}

fn not(condition: &Condition) -> String {
    match condition {
        Condition::Leads(name) => format!("{} does not lead", name.0),
        Condition::Up(name) => format!("{} is down", name.0),
        Condition::Role { of, is } => format!("{} is not {}", of.0, role(*is)),
        Condition::Quiet => "something is under way".to_owned(),
        Condition::Not(condition) => condition.words(),
        Condition::All(_)
        | Condition::Any(_)
        | Condition::Leaders(_)
        | Condition::Term { .. }
        | Condition::Commit { .. }
        | Condition::Durable { .. }
        | Condition::Log { .. }
        | Condition::LogLength { .. }
        | Condition::SameLogs(_)
        | Condition::SameStates(_)
        | Condition::Value { .. }
        | Condition::Base { .. }
        | Condition::Members { .. }
        | Condition::Granted { .. }
        | Condition::Refused { .. }
        | Condition::Led { .. }
        | Condition::Count { .. }
        | Condition::Delivered { .. }
        | Condition::UnderWay(_)
        | Condition::Request { .. }
        | Condition::Sessions { .. }
        | Condition::Broken(_) => format!("it is not so that {}", condition.words()),
    }
}

fn who(of: &[Name]) -> String {
    if of.is_empty() { "all servers".to_owned() } else { list(&of.iter().map(|name| name.0).collect::<Vec<_>>()) }
}

/// Servers and what they do: one does it another way than many.
fn with(of: &[Name], one: &str, many: &str) -> String {
    format!("{} {}", who(of), if of.len() == 1 { one } else { many })
}

fn are(of: &[Name]) -> String {
    with(of, "is", "are")
}

fn have(of: &[Name]) -> String {
    with(of, "has", "have")
}

fn know(of: &[Name]) -> String {
    with(of, "knows", "know")
}

fn plain(number: Number) -> String {
    match number {
        Number::Exactly(number) => number.to_string(),
        Number::Range(Range { at_least: 0, at_most: Some(most) }) => format!("at most {most}"),
        Number::Range(Range { at_least, at_most: None }) => format!("at least {at_least}"),
        Number::Range(Range { at_least, at_most: Some(most) }) => format!("{at_least} to {most}"),
    }
}

const fn is_one(number: Number) -> bool {
    matches!(number, Number::Exactly(1) | Number::Range(Range { at_least: 1, at_most: None | Some(1) }))
}

const fn verb(number: Number, one: &'static str, many: &'static str) -> &'static str {
    if is_one(number) { one } else { many }
}

fn many(number: Number, one: &str, many: &str) -> String {
    format!("{} {}", plain(number), if is_one(number) { one } else { many })
}

fn amount(number: Number, what: &str) -> String {
    many(number, what, &format!("{what}s"))
}

fn numbers(numbers: &[u64]) -> String {
    let words: Vec<String> = numbers.iter().map(u64::to_string).collect();
    words.join(" ")
}

fn in_terms(terms: &[u64]) -> String {
    format!("{} {}", if terms.len() == 1 { "term" } else { "the terms" }, list(terms))
}

fn members(of: &[Name], voters: &[Name], outgoing: &[Name], learners: &[Name]) -> String {
    let mut words = format!("for {}, {} vote", who(of), who(voters));
    if !outgoing.is_empty() {
        words += &format!(", and {} too until the joint membership is left", who(outgoing));
    }
    if !learners.is_empty() {
        words += &format!(", and {} with no vote", with(learners, "learns", "learn"));
    }
    words
}

const fn role(role: Role) -> &'static str {
    match role {
        Role::Follower => "a follower",
        Role::PreCandidate => "asking whether it could win",
        Role::Candidate => "a candidate",
        Role::Leader => "the leader",
    }
}

fn later(since: Option<&str>) -> String {
    since.map_or_else(String::new, |step| format!("since “{step}”, "))
}

fn times(number: Number) -> String {
    match number {
        Number::Exactly(0) => "never".to_owned(),
        Number::Exactly(1) => "once".to_owned(),
        Number::Exactly(_) | Number::Range(_) => many(number, "time", "times"),
    }
}

const fn did(what: EventKind) -> &'static str {
    match what {
        EventKind::ElectionStarted => "became a candidate",
        EventKind::PreVoteStarted => "asked whether it could win",
        EventKind::BecameLeader => "became leader",
        EventKind::SteppedDown => "stepped down",
        EventKind::TermAdvanced => "learnt of a higher term",
        EventKind::VoteGranted => "granted a vote",
        EventKind::VoteRefused => "refused a vote",
        EventKind::VoteIgnored => "put a vote request aside",
        EventKind::AppendRefused => "refused entries",
        EventKind::Truncated => "dropped entries",
        EventKind::SnapshotInstalled => "installed a snapshot",
        EventKind::Crashed => "crashed",
        EventKind::TransferStarted => "began to hand over",
        EventKind::TransferEnded => "ended a handover",
    }
}

fn packets(wanted: &Packets) -> String {
    let from = wanted.from.map_or_else(String::new, |Name(from)| format!(" from {from}"));
    let to = wanted.to.map_or_else(String::new, |Name(to)| format!(" to {to}"));
    format!("{}{from}{to}", packet::plural(wanted.kind))
}

const fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Waiting => "waits for an answer",
        Fate::Unknown => "got no answer in time",
        Fate::Done => "was done",
        Fate::Superseded => "was superseded",
        Fate::Refused => "was refused",
        Fate::SessionEnded => "is not known to be done: its session ended",
    }
}

fn output(output: &Output) -> String {
    match output {
        Output::Done => "no result".to_owned(),
        Output::Value(Some(value)) => format!("the value {value}"),
        Output::Value(None) => "no value".to_owned(),
        Output::Swapped(true) => "the new value set".to_owned(),
        Output::Swapped(false) => "the old value kept".to_owned(),
        Output::Number(number) => format!("the sum {number}"),
        Output::NotANumber => "no number there".to_owned(),
    }
}
