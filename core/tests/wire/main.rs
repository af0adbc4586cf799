//! Messages as bytes (feature `serde`, in the format of postcard): they come back as they were, their bytes stay what they
//! are, they are small, and whatever else arrives is refused.

#[path = "../harness/mod.rs"]
mod harness;
mod hostile;
mod kinds;
mod messages;
#[path = "../random/mod.rs"]
mod random;

use std::collections::BTreeSet;

use harness::{Cluster, at, id};
use kinds::Kind;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use raftarium_core::{
    AppendReply, AppendRequest, Ballot, Body, Entry, EntryId, LogIndex, Membership, Message, NodeId, Payload, Settings,
    Term, VoteReply, VoteRequest,
};

fn encode(message: &Message) -> Vec<u8> {
    postcard::to_allocvec(message).expect("memory is enough")
}

fn decode(bytes: &[u8]) -> Result<Message, postcard::Error> {
    postcard::from_bytes(bytes)
}

proptest! {
    #![proptest_config(random::config(4_000))]

    #[test]
    fn a_message_comes_back_as_it_was(message in messages::any_message()) {
        let bytes = encode(&message);
        let decoded = decode(&bytes);
        prop_assert_eq!(decoded.as_ref(), Ok(&message));
        // No message is the beginning of another.
        for end in 0..bytes.len() {
            prop_assert!(decode(&bytes[..end]).is_err(), "{} of {} bytes", end, bytes.len());
        }
    }
}

#[test]
fn every_kind_of_message_is_among_those_that_come_back() {
    let mut runner = TestRunner::new(random::config(4_000));
    for &kind in Kind::ALL {
        for _ in 0..50 {
            let body = messages::body(kind).new_tree(&mut runner).expect("nothing is filtered").current();
            assert_eq!(Kind::of(&body), kind);
        }
    }
}

/// A change here is a change of what servers of two versions say to each other.
#[test]
fn the_bytes_of_messages_are_these() {
    let mut payloads = BTreeSet::new();
    for &kind in Kind::ALL {
        for (body, expected) in kinds::golden(kind) {
            assert_eq!(Kind::of(&body), kind);
            if let Body::AppendRequest(request) = &body {
                payloads.extend(request.entries.iter().map(|entry| kinds::payload(&entry.payload)));
            }
            let message = Message { from: NodeId(1), to: NodeId(300), term: Term(7), body };
            // from, to, term
            let expected = format!("01ac0207{expected}");
            let hex: String = encode(&message).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, expected, "{message:?}");
        }
    }
    assert_eq!(payloads.len(), kinds::PAYLOADS, "each kind of entry is in a message here");
}

/// After a day: a million entries, a few elections.
#[test]
fn messages_are_small() {
    let (index, term) = (LogIndex(1_000_000), Term(12));
    let last = EntryId::new(index, term);
    let append = |entries| Body::AppendRequest(AppendRequest { prev: last, entries, commit: index, round: 70_000 });
    let entry = Entry { id: EntryId::new(index.next(), term), payload: Payload::Command(vec![7; 16].into()) };
    let table = [
        ("heartbeat", append(vec![]), 16),
        ("one entry of 16 bytes", append(vec![entry]), 38),
        ("accepted", Body::AppendReply(AppendReply::Accepted { matched: index, round: 70_000 }), 11),
        ("vote request", Body::VoteRequest(VoteRequest { ballot: Ballot::Vote, last, commit: last, priority: 0 }), 14),
        ("vote reply", Body::VoteReply(VoteReply { pre_vote: false, granted: true, commit: last }), 10),
        ("timeout now", Body::TimeoutNow, 4),
    ];
    for (name, body, bytes_max) in table {
        let bytes = encode(&Message { from: id(1), to: id(2), term, body }).len();
        println!("{name}: {bytes} bytes");
        assert!(bytes <= bytes_max, "{name}: {bytes} bytes, allowed are {bytes_max}");
    }
}

#[test]
fn a_decoded_message_does_what_the_original_does() {
    let mut cluster = Cluster::of(3);
    cluster.campaign(1);
    // The whole election and a proposal, over bytes.
    for round in 0..3 {
        while !cluster.wire.is_empty() {
            let message = cluster.wire.remove(0);
            let received = decode(&encode(&message)).expect("it was encoded");
            cluster.receive(received).expect("servers send what servers take");
        }
        if round == 0 {
            cluster.propose(1, "x").expect("elected");
        } else {
            cluster.time_out(1);
        }
    }
    assert_eq!(cluster.server(3).applied_up_to(), at(2, 1).index);
    cluster.assert_logs_equal();
}

#[test]
fn a_membership_that_cannot_be_is_not_read() {
    let parts = |voters: &[u64], outgoing: &[u64], learners: &[u64], learners_next: &[u64], auto_leave: bool| {
        let bytes = postcard::to_allocvec(&(voters, outgoing, learners, learners_next, auto_leave));
        postcard::from_bytes::<Membership>(&bytes.expect("memory is enough"))
    };
    assert_eq!(parts(&[1, 2, 3], &[], &[4], &[], false).map(|it| it.all().len()), Ok(4));
    assert_eq!(parts(&[1, 2], &[2, 3], &[], &[3], true).map(|it| it.is_joint()), Ok(true));
    assert_eq!(parts(&[], &[], &[], &[], false), Ok(Membership::nobody()));
    for (what, found) in [
        ("no voters", parts(&[], &[], &[4], &[], false)),
        ("no voters in the new half", parts(&[], &[1], &[], &[], false)),
        ("out of order", parts(&[2, 1], &[], &[], &[], false)),
        ("twice", parts(&[1, 1], &[], &[], &[], false)),
        ("a voter that does not vote", parts(&[1], &[], &[1], &[], false)),
        ("an outgoing voter that does not vote", parts(&[1], &[2], &[2], &[], false)),
        ("next a learner, and not outgoing", parts(&[1], &[2], &[], &[3], false)),
        ("next a learner, and a voter", parts(&[1, 2], &[2], &[], &[2], false)),
        ("leaves what it is not in", parts(&[1], &[], &[], &[], true)),
    ] {
        assert_eq!(found, Err(postcard::Error::SerdeDeCustom), "{what}");
    }
}

#[test]
fn settings_are_read_as_they_are_and_checked_before_they_are_used() {
    let text = serde_json::to_string(&Settings::default()).expect("they are data");
    assert_eq!(serde_json::from_str::<Settings>(&text).ok(), Some(Settings::default()));
    let wrong: Settings =
        serde_json::from_str(&text.replace("\"max_append_entries\":64", "\"max_append_entries\":0")).expect("a number");
    let error = raftarium_core::Config::new(wrong).expect_err("none would ever be sent");
    assert_eq!(error.to_string(), "max_append_entries is 0; allowed are 1 to 4294967295");
    let unknown = text.replace("max_append_entries", "max_apend_entries");
    assert!(serde_json::from_str::<Settings>(&unknown).is_err(), "a slip of the pen is no default");
}

#[test]
fn no_bytes_do_harm() {
    let inputs = std::env::var("RAFTARIUM_WIRE_INPUTS").ok().and_then(|inputs| inputs.parse().ok()).unwrap_or(20_000);
    let found = hostile::run(inputs);
    println!("{inputs} inputs: {found:?}");
    // Otherwise this would test nothing.
    assert!(found.refused_bytes > inputs / 4 && found.taken > inputs / 50 && found.rejected > inputs / 50, "{found:?}");
}
