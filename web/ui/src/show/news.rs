//! What is read out, in which order, and how much of it at once: for a person who cannot see the picture.

use raftarium_sim::core::Event;
use raftarium_sim::{Happening, Record};

use super::digest::Mark;
use super::list;

/// How many sentences are read out at once.
const AT_ONCE: usize = 4;
/// How many may wait; the least important of more are only counted.
const WAITING_MAX: usize = 40;
/// The shortest time between two times that something is read out, in milliseconds.
const PAUSE_MS_MIN: u32 = 2_000;
/// How long a voice takes for a letter, in milliseconds.
const LETTER_MS: u32 = 55;

/// How much it matters, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// How something came about: a vote.
    Step,
    Commit,
    /// What a client learnt.
    Answer,
    /// An election begins, something goes wrong or is mended.
    Turn,
    /// Somebody leads, or no longer does.
    Lead,
    /// A rule is broken, or a person asked for it: nothing is said before.
    First,
}

/// A sentence that may be read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) weight: Weight,
    pub(crate) text: String,
}

/// How much is read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Voice {
    Nothing,
    Main,
    Usual,
    #[default]
    All,
}

impl Voice {
    pub(crate) const ALL: [Self; 4] = [Self::Nothing, Self::Main, Self::Usual, Self::All];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Main => "leaders and faults",
            Self::Usual => "commits, too",
            Self::All => "votes, too",
        }
    }

    /// The one that is called so.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|voice| voice.name() == name)
    }

    /// Whether it is read out.
    pub(crate) fn says(self, weight: Weight) -> bool {
        weight
            >= match self {
                Self::Nothing => return false,
                Self::Main => Weight::Turn,
                Self::Usual => Weight::Commit,
                Self::All => Weight::Step,
            }
    }
}

/// How much a record matters to somebody who listens; nothing if it is never read out.
pub(crate) fn weight(record: &Record, marks: &[Mark]) -> Option<Weight> {
    match &record.what {
        Happening::Violated(_) => Some(Weight::First),
        Happening::Answered { .. } | Happening::TimedOut { .. } => Some(Weight::Answer),
        Happening::Node { event, .. } => match event {
            Event::BecameLeader { .. } | Event::SteppedDown { .. } => Some(Weight::Lead),
            Event::ElectionStarted { .. } | Event::MembershipChanged { .. } | Event::TransferStarted { .. } => {
                Some(Weight::Turn)
            }
            // Every server learns of it, and only the first is news.
            Event::Committed { .. } => is_marked(record, marks).then_some(Weight::Commit),
            Event::VoteGranted { .. }
            | Event::VoteRefused { .. }
            | Event::VoteIgnored { .. }
            | Event::PreVoteStarted { .. }
            | Event::PreVoteGranted { .. }
            | Event::LeaderForgotten { .. }
            | Event::Truncated { .. }
            | Event::SnapshotInstalled { .. }
            | Event::TransferEnded { .. }
            | Event::PeerLostData { .. } => Some(Weight::Step),
            // That all follow whoever was elected goes without saying.
            Event::LeaderFound { .. }
            | Event::TermAdvanced { .. }
            | Event::VoteCounted { .. }
            | Event::PreVoteCounted { .. }
            | Event::Appended { .. }
            | Event::AppendRefused { .. }
            | Event::Matched { .. }
            | Event::BackedUp { .. }
            | Event::Compacted { .. }
            | Event::ProposalForwarded { .. }
            | Event::SnapshotRequested { .. }
            | Event::StaleIgnored { .. } => None,
        },
        Happening::Commanded(_)
        | Happening::Started { .. }
        | Happening::Crashed { .. }
        | Happening::StartRefused { .. }
        | Happening::StartImpossible { .. } => is_marked(record, marks).then_some(Weight::Turn),
        Happening::DiskFull { .. } => Some(Weight::Turn),
        Happening::CommandRefused { .. }
        | Happening::Retried { .. }
        | Happening::Asked { .. }
        | Happening::SessionOpened { .. }
        | Happening::TornWriteDropped { .. }
        | Happening::Sent { .. }
        | Happening::Delivered { .. }
        | Happening::Lost { .. }
        | Happening::Doubled { .. }
        | Happening::Rejected { .. }
        | Happening::TimerFired { .. }
        | Happening::WriteBegan { .. }
        | Happening::WriteDurable { .. }
        | Happening::SnapshotBegan { .. }
        | Happening::SnapshotDurable { .. }
        | Happening::Applied { .. } => None,
    }
}

fn is_marked(record: &Record, marks: &[Mark]) -> bool {
    marks.binary_search_by_key(&record.id, |mark| mark.record).is_ok()
}

/// What waits to be read out.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    told: Vec<Sentence>,
    /// How many more there were.
    skipped: usize,
}

impl Waiting {
    pub(crate) fn hear(&mut self, told: &[Sentence]) {
        for told in told {
            // The last commit says what the ones before said.
            if told.weight == Weight::Commit {
                self.told.retain(|before| before.weight != Weight::Commit);
            }
            self.told.push(told.clone());
        }
        self.told = merged(&self.told);
        self.skip_to(WAITING_MAX);
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// What is to be read out next: the most important of what waits, in the order in which it happened, and how many
    /// more there were. Afterwards nothing waits.
    pub(crate) fn say(&mut self) -> String {
        self.skip_to(AT_ONCE);
        // Stable: those of one kind keep their order.
        self.told.sort_by_key(|told| told.weight != Weight::First);
        let mut words = self.told.iter().map(|told| told.text.as_str()).collect::<Vec<_>>().join(" ");
        if self.skipped > 0 {
            words += &format!(" {} more.", self.skipped);
        }
        *self = Self::default();
        words
    }

    /// Keeps the `most` important ones, and all that come first.
    fn skip_to(&mut self, most: usize) {
        while self.told.len() > most {
            let least = self.told.iter().enumerate().min_by_key(|(_, told)| told.weight);
            let Some((at, _)) = least.filter(|(_, told)| told.weight < Weight::First) else { return };
            self.told.remove(at);
            self.skipped += 1;
        }
    }
}

/// How long it takes until the next may be read out, after `words`: as long as a voice needs for them.
pub(crate) fn pause_ms(words: &str) -> u32 {
    let letters = u32::try_from(words.chars().count()).unwrap_or(u32::MAX);
    letters.saturating_mul(LETTER_MS).max(PAUSE_MS_MIN)
}

/// `S1 votes for S3.` and `S4 votes for S3.` become `S1 and S4 vote for S3.`
fn merged(told: &[Sentence]) -> Vec<Sentence> {
    let mut merged: Vec<(Sentence, Vec<&str>, &str)> = Vec::new();
    for told in told {
        let (who, rest) = told.text.split_once(' ').unwrap_or(("", &told.text));
        let same = merged.iter_mut().find(|(other, who, same)| {
            told.weight == Weight::Step && other.weight == Weight::Step && *same == rest && !who.is_empty()
        });
        match same {
            Some((_, all, _)) if all.contains(&who) => {}
            Some((_, all, _)) => all.push(who),
            None => merged.push((told.clone(), vec![who], rest)),
        }
    }
    let together = |(told, who, rest): (Sentence, Vec<&str>, &str)| match *who {
        [_] => told,
        _ => Sentence { text: format!("{} {}", list(&who), plural(rest)), ..told },
    };
    merged.into_iter().map(together).collect()
}

/// `votes for S3` becomes `vote for S3`: what one does, as many do it.
fn plural(rest: &str) -> String {
    let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let verb = match verb {
        "is" => "are",
        "has" => "have",
        "does" => "do",
        _ => verb.strip_suffix('s').unwrap_or(verb),
    };
    format!("{verb} {rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::digest::Digest;
    use crate::show::fixture;
    use raftarium_sim::story::sentence;

    fn told(weight: Weight, text: &str) -> Sentence {
        Sentence { weight, text: text.to_owned() }
    }

    fn said(all: &[Sentence]) -> String {
        let mut waiting = Waiting::default();
        waiting.hear(all);
        let words = waiting.say();
        assert!(waiting.is_empty() && waiting.say().is_empty(), "nothing is said twice");
        words
    }

    #[test]
    fn votes_for_one_candidate_are_one_sentence() {
        let vote = |who: &str, whom: &str| told(Weight::Step, &format!("{who} votes for {whom} in term 2."));
        let words = said(&[vote("S1", "S3"), vote("S2", "S4"), vote("S5", "S3"), vote("S6", "S3")]);
        assert_eq!(words, "S1, S5 and S6 vote for S3 in term 2. S2 votes for S4 in term 2.");
        assert_eq!(
            said(&[
                told(Weight::Step, "S1 does not vote for S2: no."),
                told(Weight::Step, "S3 does not vote for S2: no.")
            ]),
            "S1 and S3 do not vote for S2: no."
        );
    }

    #[test]
    fn of_many_the_most_important_are_read_in_their_order_and_the_others_counted() {
        let all = [
            told(Weight::Step, "S9 follows S1 in term 1."),
            told(Weight::Turn, "S1 starts."),
            told(Weight::Answer, "C1 learns: no."),
            told(Weight::Lead, "S1 leads."),
            told(Weight::Turn, "S2 crashes."),
            told(Weight::Turn, "S3 crashes."),
        ];
        assert_eq!(said(&all), "S1 starts. S1 leads. S2 crashes. S3 crashes. 2 more.");
    }

    #[test]
    fn a_broken_rule_comes_first() {
        let all = [told(Weight::Lead, "S1 leads."), told(Weight::First, "Election Safety is broken.")];
        assert_eq!(said(&all), "Election Safety is broken. S1 leads.");
        // The answer to a question is read whole.
        let answer = [1, 2, 3, 4, 5, 6].map(|at| told(Weight::First, &format!("{at}.")));
        assert_eq!(said(&answer), "1. 2. 3. 4. 5. 6.");
    }

    #[test]
    fn only_the_last_commit_is_said() {
        let all = [1, 2, 3].map(|index| told(Weight::Commit, &format!("Committed up to {index}.")));
        assert_eq!(said(&all), "Committed up to 3.");
    }

    #[test]
    fn however_much_happens_little_waits() {
        let mut waiting = Waiting::default();
        for at in 0..10_000 {
            waiting.hear(&[told(Weight::Answer, &format!("C1 learns: {at}."))]);
        }
        assert!(waiting.told.len() <= WAITING_MAX);
        assert!(waiting.say().ends_with(" 9996 more."));
    }

    #[test]
    fn a_voice_has_time_to_finish() {
        assert_eq!(pause_ms("S1 leads."), PAUSE_MS_MIN);
        assert!(pause_ms(&"a".repeat(200)) > 10_000);
    }

    #[test]
    fn each_voice_says_what_the_quieter_one_says_and_more() {
        let weights = [Weight::Step, Weight::Commit, Weight::Answer, Weight::Turn, Weight::Lead, Weight::First];
        let counts = Voice::ALL.map(|voice| weights.iter().filter(|weight| voice.says(**weight)).count());
        assert_eq!(counts, [0, 3, 5, 6]);
        for voice in Voice::ALL {
            assert_eq!(Voice::of(voice.name()), Some(voice));
        }
    }

    #[test]
    fn an_election_can_be_followed_by_ear() {
        let timeline = fixture::settled(3);
        let mut digest = Digest::default();
        digest.read(timeline.all_records());
        let records = timeline.all_records();
        let tell = |record: &Record| {
            let weight = weight(record, &digest.marks)?;
            Some(Sentence { weight, text: sentence(record, records) })
        };
        let all: Vec<Sentence> = records.iter().filter_map(tell).collect();
        let elected = all.iter().position(|told| told.weight == Weight::Lead).expect("somebody leads after a second");
        let words = said(&all[..=elected]);
        let parts = ["starts an election for term", "vote", "is elected leader of term"];
        let places = parts.map(|part| words.find(part).unwrap_or_else(|| panic!("{part} in {words}")));
        assert!(places.is_sorted(), "{words}");
    }
}
