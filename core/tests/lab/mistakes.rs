//! The names of the mistakes, and sets of them.

use std::collections::BTreeSet;

use raftarium_core::{Config, Mistake, Mistakes, Settings};

use crate::harness::Cluster;

#[test]
fn every_mistake_has_a_name_of_its_own_and_is_found_by_it() {
    let names: BTreeSet<_> = Mistake::ALL.into_iter().map(Mistake::name).collect();
    assert_eq!(names.len(), Mistake::ALL.len());
    for mistake in Mistake::ALL {
        assert_eq!(Mistake::from_name(mistake.name()), Some(mistake));
        assert!(mistake.name().chars().all(|letter| letter == '-' || letter.is_ascii_lowercase()), "{mistake}");
        for sentence in [mistake.statement(), mistake.rule()] {
            assert!(sentence.len() > 30 && sentence.ends_with('.'), "{mistake}: {sentence}");
        }
        assert!(mistake.section().contains(|letter: char| letter.is_ascii_digit()), "{mistake}");
    }
    for name in ["", "none", "Commit-Earlier-Terms", "commit-earlier-terms "] {
        assert_eq!(Mistake::from_name(name), None, "{name:?}");
    }
}

#[test]
fn names_never_change() {
    // They stand in links and files that people keep.
    let names = Mistake::ALL.map(Mistake::name).join(" ");
    assert_eq!(
        names,
        "commit-earlier-terms vote-before-durable acknowledge-before-term-durable truncate-on-every-append \
         match-what-was-sent take-late-replies acknowledge-before-fsync count-votes-of-earlier-terms \
         take-higher-term-for-vote skip-up-to-date-check change-before-term-committed configuration-on-apply \
         drop-suffix-on-snapshot read-before-term-committed trust-expired-lease retry-without-session \
         pre-vote-resets-timer lead-without-quorum never-reopen-window lead-with-stalled-disk drop-corrupt-tail \
         removed-leader-stays leave-joint-twice transfer-to-laggard"
    );
}

#[test]
fn a_set_has_what_was_put_in() {
    let mut set = Mistakes::default();
    assert!(set.is_empty() && set == Mistakes::NONE && Settings::default().mistakes == set);
    for mistake in Mistake::ALL {
        assert!(!set.has(mistake));
        set = set.with(mistake);
        assert!(set.has(mistake));
    }
    assert_eq!(set.iter().collect::<Vec<_>>(), Mistake::ALL);
    assert_eq!(Mistake::ALL.into_iter().collect::<Mistakes>(), set);
    for mistake in Mistake::ALL {
        set = set.without(mistake);
        assert!(!set.has(mistake));
    }
    assert!(set.is_empty());
    assert_eq!(format!("{:?}", Mistakes::from(Mistake::SkipUpToDateCheck)), "{SkipUpToDateCheck}");
}

#[test]
fn a_running_server_can_be_told_to_begin_and_to_stop() {
    let mut cluster = Cluster::of(3);
    cluster.elect(1);
    let before = cluster.node(1).clone();
    cluster.step(1, |node, _| node.make_mistakes(Mistake::CommitEarlierTerms.into()));
    assert!(cluster.node(1).config().settings().mistakes.has(Mistake::CommitEarlierTerms));
    cluster.step(1, |node, _| node.make_mistakes(Mistakes::NONE));
    assert_eq!((cluster.node(1), cluster.node(1).config()), (&before, &Config::new(Settings::plain()).expect("valid")));
}

#[cfg(feature = "serde")]
#[test]
fn mistakes_are_stored_by_their_names() {
    use serde::Deserialize;
    use serde::de::value::{Error, SeqDeserializer, StrDeserializer};

    for mistake in Mistake::ALL {
        let stored = StrDeserializer::<Error>::new(mistake.name());
        assert_eq!(Mistake::deserialize(stored), Ok(mistake));
    }
    let names = ["skip-up-to-date-check", "vote-before-durable", "skip-up-to-date-check"];
    let set = Mistakes::deserialize(SeqDeserializer::<_, Error>::new(names.into_iter())).expect("names");
    assert_eq!(set, Mistakes::from(Mistake::VoteBeforeDurable).with(Mistake::SkipUpToDateCheck));
    let unknown = Mistakes::deserialize(SeqDeserializer::<_, Error>::new(["be-careless"].into_iter()));
    assert!(unknown.expect_err("there is none").to_string().contains("be-careless"));
}
