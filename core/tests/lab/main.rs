//! Why each rule is there: the smallest story in which breaking it does harm, told with the rule and without.

mod availability;
mod durability;
mod elections;
#[path = "../harness/mod.rs"]
mod harness;
mod mistakes;
mod replication;
mod sessions;
#[path = "../world/mod.rs"]
#[allow(dead_code, unused_imports, reason = "with broken rules, not all worlds recover")]
mod world;
mod worlds;

use raftarium_core::{Harm, Mistake, Mistakes, Settings};

use harness::Cluster;

/// What became of a cluster.
struct Told {
    /// What the checker of safety has found.
    found: Vec<String>,
    /// Whether what the story waits for has happened.
    lives: bool,
}

type Story = fn(Mistakes) -> Told;

/// What can be seen of a harm in what was found.
fn is(harm: Harm, finding: &str) -> bool {
    let property = match harm {
        Harm::ElectionSafety => "Election Safety: ",
        Harm::LeaderCompleteness => "Leader Completeness: ",
        Harm::StateMachineSafety => "State Machine Safety: ",
        Harm::OneChangeAtATime => "One Change: ",
        Harm::StaleRead => "Stale Read: ",
        Harm::AppliedTwice => "Applied Twice: ",
        Harm::Availability => return false,
    };
    finding.starts_with(property)
}

/// With the rule, nothing is wrong and everything happens that should. With the mistake, its harm is done.
fn shows(mistake: Mistake, story: Story) {
    let kept = story(Mistakes::NONE);
    assert_eq!(kept.found, [""; 0], "{}", mistake.rule());
    assert!(kept.lives, "{}", mistake.rule());
    let broken = story(mistake.into());
    match mistake.harm() {
        Harm::Availability => assert!(!broken.lives, "{}", mistake.statement()),
        harm @ (Harm::ElectionSafety
        | Harm::LeaderCompleteness
        | Harm::StateMachineSafety
        | Harm::OneChangeAtATime
        | Harm::StaleRead
        | Harm::AppliedTwice) => {
            let seen = broken.found.iter().any(|finding| is(harm, finding));
            assert!(seen, "{} And what was found is {:#?}", mistake.statement(), broken.found);
        }
    }
}

/// A story is a function and a test, and all of them together are for all mistakes.
macro_rules! stories {
    ($($mistake:ident: $file:ident::$story:ident,)*) => {
        $(#[test]
        fn $story() {
            shows(Mistake::$mistake, $file::$story);
        })*

        #[test]
        fn every_mistake_has_its_story() {
            let told = [$(Mistake::$mistake),*];
            let untold = Mistake::ALL.into_iter().find(|mistake| !told.contains(mistake));
            assert_eq!(untold, None);
        }
    };
}

stories! {
    CommitEarlierTerms: replication::figure_8_an_entry_of_an_earlier_term_is_counted_5_4_2,
    VoteBeforeDurable: durability::a_vote_is_forgotten_in_a_crash_5_2,
    AcknowledgeBeforeTermDurable: durability::a_restarted_follower_accepts_the_leader_of_the_term_before_5_1,
    TruncateOnEveryAppend: replication::a_late_and_shorter_append_cuts_off_what_was_acknowledged_5_3,
    MatchWhatWasSent: replication::an_answer_to_the_first_message_acknowledges_the_second_5_3,
    TakeLateReplies: replication::two_answers_change_places_5_3,
    AcknowledgeBeforeFsync: durability::leader_and_follower_lose_what_they_acknowledged_5_3,
    CountVotesOfEarlierTerms: elections::a_vote_arrives_in_the_next_term_5_2,
    TakeHigherTermForVote: elections::a_refusal_of_a_higher_term_elects_5_1,
    SkipUpToDateCheck: elections::a_server_that_is_behind_is_elected_5_4_1,
    ChangeBeforeTermCommitted: elections::changes_of_two_terms_both_find_a_majority_4_1,
    ConfigurationOnApply: elections::two_that_applied_no_removal_elect_each_other_4_1,
    DropSuffixOnSnapshot: replication::an_old_snapshot_arrives_after_newer_entries_7,
    ReadBeforeTermCommitted: availability::a_fresh_leader_is_read_from_6_4,
    TrustExpiredLease: availability::a_leader_pauses_for_longer_than_its_lease_6_4_1,
    RetryWithoutSession: sessions::an_answer_is_lost_and_the_client_asks_again_6_3,
    PreVoteResetsTimer: availability::one_that_hears_nobody_keeps_all_quiet_9_6,
    LeadWithoutQuorum: availability::a_leader_on_the_far_side_of_a_bridge_6_2,
    NeverReopenWindow: replication::a_whole_window_is_lost_in_one_moment_5_3,
    LeadWithStalledDisk: availability::the_leaders_disk_stands_still_6_2,
    DropCorruptTail: durability::a_bit_flips_in_the_last_entry,
    RemovedLeaderStays: availability::a_leader_removes_itself_4_2_2,
    LeaveJointTwice: elections::a_joint_membership_that_is_left_already_4_3,
    TransferToLaggard: availability::the_leadership_goes_to_one_that_is_behind_3_10,
}

/// Servers 1 to `size`, all of which make these mistakes, and none of which starts with a no-op.
fn cluster(size: u64, mistakes: Mistakes, choose: impl Fn(&mut Settings)) -> Cluster {
    joined_by(size, 0, mistakes, choose)
}

/// And servers that belong to no cluster yet.
fn joined_by(size: u64, joiners: u64, mistakes: Mistakes, choose: impl Fn(&mut Settings)) -> Cluster {
    let mut cluster = Cluster::with_joiners(size, joiners, |_, settings| {
        settings.no_op_on_election = false;
        choose(settings);
        settings.mistakes = mistakes;
    });
    cluster.keep_findings();
    cluster
}

fn end(cluster: &Cluster) -> Told {
    end_if(cluster, true)
}

fn end_if(cluster: &Cluster, lives: bool) -> Told {
    Told { found: cluster.findings().to_vec(), lives }
}

/// Only these servers are there, and one of them campaigns, as often as it takes to get beyond the terms of the others.
fn try_to_elect(cluster: &mut Cluster, number: u64, group: &[u64]) {
    cluster.wire.clear();
    cluster.partition(&[group]);
    for _ in 0..2 {
        // Whoever leads already refuses.
        let _ = cluster.step(number, |node, now| node.campaign(now));
        cluster.deliver_all();
    }
}
