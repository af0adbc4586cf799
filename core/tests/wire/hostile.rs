//! Bytes that no server sends: noise, and messages that were spoilt on the way.

use raftarium_core::random::{draw, within};
use raftarium_core::{Message, Node, Role};

use super::harness::{Cluster, accepted, append, at, chunk, pre_vote_reply, received, vote_reply, vote_request};
use super::kinds::{Kind, golden};
use super::{decode, encode};

#[derive(Default, Debug)]
pub(crate) struct Found {
    pub(crate) refused_bytes: u64,
    pub(crate) rejected: u64,
    pub(crate) taken: u64,
}

/// The same numbers for the same seed.
struct Noise {
    seed: u64,
    drawn: u64,
}

impl Noise {
    fn below(&mut self, end: usize) -> usize {
        self.drawn += 1;
        let last = u64::try_from(end).expect("small").saturating_sub(1);
        usize::try_from(within(draw(&[self.seed, self.drawn]), 0, last)).expect("less than end")
    }

    fn byte(&mut self) -> u8 {
        // The ends of the encoding are where mistakes are.
        match self.below(4) {
            0 => u8::try_from(self.below(8)).expect("less than 8"),
            1 => 0xff,
            _ => u8::try_from(self.below(256)).expect("a byte"),
        }
    }

    fn spoil(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let place = self.below(bytes.len().max(1));
        match self.below(8) {
            0 => bytes.truncate(place),
            1 if !bytes.is_empty() => bytes[place] ^= 1 << self.below(8),
            2 if !bytes.is_empty() => bytes[place] = self.byte(),
            3 => bytes.insert(place, self.byte()),
            4 if !bytes.is_empty() => _ = bytes.remove(place),
            // A length, or a number, that is as long as can be.
            5 => _ = bytes.splice(place..(place + 1).min(bytes.len()), [0xff; 9].into_iter().chain([1])),
            6 => bytes.extend_from_slice(&other[self.below(other.len())..]),
            _ => {
                let from = self.below(other.len());
                bytes.truncate(place);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
}

/// Servers in every role, with something in the log.
fn servers() -> Vec<Node> {
    let mut nodes = vec![];
    let mut cluster = Cluster::alone_with(3, 3, &[1, 1, 2, 3], |settings| settings.pre_vote = true);
    nodes.push(cluster.node(1).clone());
    cluster.receive(append(2, 1, 3, at(4, 3), &[3, 3], 5)).expect("from a leader");
    nodes.push(cluster.node(1).clone());
    cluster.receive(chunk(2, 1, 3, at(9, 3), 0, b"x", false)).expect("from a leader");
    nodes.push(cluster.node(1).clone());
    cluster.time_out(1);
    nodes.push(cluster.node(1).clone());
    cluster.receive(pre_vote_reply(2, 1, 4, true)).expect("asked for");
    nodes.push(cluster.node(1).clone());
    cluster.receive(vote_reply(2, 1, 4, true)).expect("asked for");
    cluster.receive(accepted(2, 1, 4, 6)).expect("asked for");
    nodes.push(cluster.node(1).clone());
    let roles: Vec<_> = nodes.iter().map(Node::role).collect();
    use Role::{Candidate, Follower, Leader, PreCandidate};
    assert_eq!(roles, [Follower, Follower, Follower, PreCandidate, Candidate, Leader]);
    nodes
}

/// What a peer of these servers could send, and one message of every kind.
fn good() -> Vec<Vec<u8>> {
    let likely = [
        append(2, 1, 3, at(4, 3), &[3, 3, 3], 5),
        append(2, 1, 5, at(6, 3), &[5], 6),
        accepted(2, 1, 4, 6),
        vote_request(3, 1, 5, at(9, 4)),
        vote_reply(3, 1, 4, true),
        pre_vote_reply(3, 1, 4, true),
        chunk(2, 1, 3, at(9, 3), 1, b"yz", true),
        received(2, 1, 4, at(4, 3), 1),
    ];
    let kinds = Kind::ALL.iter().flat_map(|&kind| golden(kind));
    let kinds = kinds.map(|(body, _)| super::harness::message(2, 1, 4, body));
    likely.into_iter().chain(kinds).map(|message| encode(&message)).collect()
}

pub(crate) fn run(inputs: u64) -> Found {
    let (servers, good) = (servers(), good());
    let mut found = Found::default();
    for seed in 0..inputs {
        let mut noise = Noise { seed, drawn: 0 };
        let bytes = input(&mut noise, &good);
        match decode(&bytes) {
            Err(_) => found.refused_bytes += 1,
            Ok(message) => {
                let node = &servers[noise.below(servers.len())];
                if receives(node, message, seed) { found.taken += 1 } else { found.rejected += 1 }
            }
        }
    }
    found
}

fn input(noise: &mut Noise, good: &[Vec<u8>]) -> Vec<u8> {
    if noise.below(8) == 0 {
        return (0..noise.below(64)).map(|_| noise.byte()).collect();
    }
    let mut bytes = good[noise.below(good.len())].clone();
    let other = &good[noise.below(good.len())];
    for _ in 0..=noise.below(3) {
        noise.spoil(&mut bytes, other);
    }
    bytes
}

/// Whether the server takes the message. If not, nothing has changed; in any case it goes on.
fn receives(before: &Node, message: Message, seed: u64) -> bool {
    let mut node = before.clone();
    let now = raftarium_core::Instant::from_millis(10_000);
    let what = format!("input {seed}: {message:?}");
    let taken = node.receive(now, message).is_ok();
    if !taken {
        assert_eq!(&node, before, "{what} was rejected, and something changed");
        return false;
    }
    let outputs = (0..1_000).position(|_| node.poll().is_none());
    assert!(outputs.is_some(), "{what}: it never has enough");
    // It still knows its own log: nobody can have more of it than there is.
    if node.role() == Role::Leader {
        assert!(node.hard_state().commit <= node.log().last().index, "{what}");
        let beyond = accepted(2, 1, node.hard_state().term.0, node.log().last().index.0 + 1);
        assert!(node.receive(now, beyond).is_err(), "{what}: it takes what is beyond any log");
    }
    true
}
