//! The stories that one can choose from.

use std::fmt;

use raftarium_sim::lesson::Gallery;
use raftarium_sim::scenario::Index;

use super::count;
use crate::state::Shelf;

/// All of one kind, in groups that stand together.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Cards {
    pub(crate) groups: Vec<String>,
    pub(crate) cards: Vec<Card>,
}

/// A story, as one chooses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Card {
    /// The name of its file, without `.json`.
    pub(crate) name: String,
    /// Its place among the groups.
    pub(crate) group: usize,
    pub(crate) title: String,
    /// Where it comes from.
    pub(crate) source: String,
    /// What to look for.
    pub(crate) look: String,
    /// Of a mistake: the rule that it goes against, and what is found.
    pub(crate) more: Vec<String>,
}

/// What a list cannot be read for. The lists come with the page, so a person can only load it anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The list cannot be read. Load the page anew.")
    }
}

impl Cards {
    /// Reads the list of a shelf.
    ///
    /// # Errors
    ///
    /// If it is not one.
    pub(crate) fn read(shelf: Shelf, text: &str) -> Result<Self, Unreadable> {
        match shelf {
            Shelf::Scenarios => serde_json::from_str(text).map(Self::of_scenarios).map_err(|_| Unreadable),
            Shelf::Mistakes => serde_json::from_str(text).map(Self::of_mistakes).map_err(|_| Unreadable),
        }
    }

    fn of_scenarios(index: Index) -> Self {
        let group = |of| index.groups.iter().position(|group| group.group == of).unwrap_or(0);
        let mut cards: Vec<Card> = Vec::new();
        for scenario in &index.scenarios {
            cards.push(Card {
                name: stem(&scenario.file),
                group: group(scenario.group),
                title: format!("{}. {}", scenario.number, scenario.title),
                source: scenario.chapter.clone(),
                look: scenario.look.clone(),
                more: Vec::new(),
            });
        }
        // Of two with one number, the one with the shorter name is what the other one changes.
        cards.sort_by(|one, other| (one.group, &one.name).cmp(&(other.group, &other.name)));
        Self { groups: index.groups.into_iter().map(|group| group.name).collect(), cards }
    }

    fn of_mistakes(gallery: Gallery) -> Self {
        let mut cards: Vec<Card> = Vec::new();
        for mistake in gallery.mistakes {
            let found = if mistake.seeds == 1 {
                format!("Found: {}, in the first random run.", mistake.finds)
            } else {
                format!("Found: {}, after {}.", mistake.finds, count(mistake.seeds, "random run", "random runs"))
            };
            cards.push(Card {
                name: stem(&mistake.file),
                group: usize::from(mistake.finds.starts_with("Liveness")),
                title: mistake.title,
                source: mistake.section,
                look: mistake.look,
                more: vec![format!("The rule: {}", mistake.rule), found],
            });
        }
        cards.sort_by_key(|card| card.group);
        Self { groups: vec!["Something wrong is said or kept".into(), "Nothing comes any more".into()], cards }
    }

    /// Those in which every word of `text` is found.
    pub(crate) fn found(&self, text: &str) -> Vec<&Card> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let fits = |card: &&Card| {
            let group = self.groups.get(card.group).map_or("", String::as_str);
            let all = [&card.title, &card.source, &card.look, &card.name].map(|part| part.to_lowercase());
            let more = card.more.iter().map(|part| part.to_lowercase());
            let all: Vec<String> = all.into_iter().chain(more).chain([group.to_lowercase()]).collect();
            words.iter().all(|word| all.iter().any(|part| part.contains(word.as_str())))
        };
        self.cards.iter().filter(fits).collect()
    }

    /// The name of the file of the story that is called `name`: by that name, its number, or what comes after it.
    pub(crate) fn named(&self, name: &str) -> Option<&str> {
        let number = name.parse::<u32>().ok();
        let is = |card: &&Card| {
            let (own, rest) = card.name.split_once('-').unwrap_or((&card.name, ""));
            card.name == name || rest == name || number.is_some() && own.parse().ok() == number
        };
        self.cards.iter().find(is).map(|card| card.name.as_str())
    }

    /// The one that comes after this one, or before it.
    pub(crate) fn beside(&self, name: &str, after: bool) -> Option<&str> {
        let at = self.cards.iter().position(|card| card.name == name)?;
        let beside = if after { at.checked_add(1) } else { at.checked_sub(1) };
        self.cards.get(beside?).map(|card| card.name.as_str())
    }
}

fn stem(file: &str) -> String {
    file.trim_end_matches(".json").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenarios() -> Cards {
        let text = include_str!("../../../../static/scenarios/index.json");
        Cards::read(Shelf::Scenarios, text).expect("our own list")
    }

    fn mistakes() -> Cards {
        let text = include_str!("../../../../static/mistakes/index.json");
        Cards::read(Shelf::Mistakes, text).expect("our own list")
    }

    #[test]
    fn groups_stand_together_and_nothing_is_left_out() {
        for (cards, least) in [(scenarios(), 34), (mistakes(), 24)] {
            assert!(cards.cards.len() >= least && cards.cards.is_sorted_by_key(|card| card.group));
            for group in 0..cards.groups.len() {
                assert!(cards.cards.iter().any(|card| card.group == group), "{}", cards.groups[group]);
            }
            assert!(cards.cards.iter().all(|card| !card.look.is_empty() && !card.source.is_empty()));
        }
    }

    #[test]
    fn stories_are_found_by_words_of_theirs() {
        let all = scenarios();
        let names = |text| all.found(text).iter().map(|card| card.name.clone()).collect::<Vec<_>>();
        assert_eq!(names("fast BACKUP"), ["07-fast-backup"]);
        assert_eq!(names("figure 8 copies"), ["08-figure-8-count-only"]);
        assert_eq!(names("").len(), all.cards.len());
        assert_eq!(names("zebra"), Vec::<String>::new());
        assert_eq!(mistakes().found("exactly once")[0].name, "16-retry-without-session");
    }

    #[test]
    fn a_story_is_known_by_its_number_too_and_has_neighbours() {
        let all = scenarios();
        assert_eq!(all.named("7"), Some("07-fast-backup"));
        assert_eq!(all.named("07"), Some("07-fast-backup"));
        assert_eq!(all.named("8"), Some("08-figure-8"));
        assert_eq!(all.named("07-fast-backup"), Some("07-fast-backup"));
        assert_eq!(mistakes().named("drop-corrupt-tail"), Some("21-drop-corrupt-tail"));
        assert_eq!(all.named("99"), None);
        assert_eq!(all.beside("01-first-election", false), None);
        assert_eq!(all.beside("01-first-election", true), Some("02-leader-crash"));
        assert_eq!(Cards::read(Shelf::Mistakes, "[]"), Err(Unreadable));
    }
}
