//! One server that is given anything: messages with any fields, reports of any write, any disk, any time.

use proptest::collection::vec;
use proptest::prelude::*;
use raftarium_core::{
    AppendReply, AppendRequest, Ballot, Body, Boot, DurableState, Entry, EntryId, HardState, Instant, LogIndex,
    Message, Node, NodeId, Output, Payload, PersistId, Term, VoteReply, VoteRequest,
};

use crate::harness::{config, entries_after, voters};

#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// A message with anything in it.
    Receive(Message),
    /// A message that a peer could send, by what the server's term and log are then.
    Peer(u64, Peer),
    Propose,
    Campaign,
    /// From now on this is the time.
    Time(u64),
    Wake,
    WakeAtDeadline,
    /// A report of a write, by the life and the number in it.
    Persisted(u64, u64),
    /// A report of the oldest write, as it should be.
    PersistedNext,
    Applied(u64),
    AppliedAll,
    Poll(usize),
    Restart,
}

/// `ahead` is how far the sender's term is above the server's, `back` how far it goes back from the end of the log.
#[derive(Clone, Debug)]
pub(crate) enum Peer {
    Candidate { ahead: u64, back: u64 },
    Leader { ahead: u64, back: u64, entries: usize },
    Vote,
    Accepted { back: u64 },
    Rejected { back: u64 },
}

fn peer() -> impl Strategy<Value = Peer> {
    let ahead = || prop_oneof![3 => Just(0), 1 => Just(1_u64)];
    let back = || 0..4_u64;
    prop_oneof![
        2 => (ahead(), back()).prop_map(|(ahead, back)| Peer::Candidate { ahead, back }),
        6 => (ahead(), back(), 0..4_usize).prop_map(|(ahead, back, entries)| Peer::Leader { ahead, back, entries }),
        3 => Just(Peer::Vote),
        4 => back().prop_map(|back| Peer::Accepted { back }),
        2 => back().prop_map(|back| Peer::Rejected { back }),
    ]
}

impl Peer {
    fn says_to(&self, node: &Node) -> (Term, Body) {
        let term = |ahead| Term(node.hard_state().term.0.saturating_add(ahead));
        let place = |back| {
            let index = LogIndex(node.log().last().index.0.saturating_sub(back)).max(node.log().base().index);
            EntryId::new(index, node.log().term_at(index).expect("from the base to the end"))
        };
        match *self {
            Self::Candidate { ahead, back } => (term(ahead), Body::VoteRequest(VoteRequest { last: place(back) })),
            Self::Leader { ahead, back, entries } => {
                let (term, prev) = (term(ahead), place(back));
                let entries = entries_after(prev.index.0, &vec![term.0; entries]);
                (term, Body::AppendRequest(AppendRequest { prev, entries, commit: prev.index }))
            }
            Self::Vote => (term(0), Body::VoteReply(VoteReply { granted: true })),
            Self::Accepted { back } => {
                (term(0), Body::AppendReply(AppendReply::Accepted { matched: place(back).index }))
            }
            Self::Rejected { back } => {
                let hint = place(back);
                (term(0), Body::AppendReply(AppendReply::Rejected { prev: hint.index.next(), hint }))
            }
        }
    }
}

/// A number that is small, where the interesting cases are, or anything.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        16 => 0..8_u64,
        1 => any::<u64>(),
        1 => (0..4_u64).prop_map(|less| u64::MAX - less),
        1 => (0..4_u64).prop_map(|less| u64::MAX / 2 + 1 - less),
        1 => (0..4_u64).prop_map(|more| u64::from(u32::MAX) + more),
    ]
}

fn entry_id() -> impl Strategy<Value = EntryId> {
    (number(), number()).prop_map(|(index, term)| EntryId::new(LogIndex(index), Term(term)))
}

/// Entries with anything in them, or such as could follow.
fn entries(after: EntryId) -> impl Strategy<Value = Vec<Entry>> {
    let any_entry = entry_id().prop_map(|id| Entry { id, payload: Payload::NoOp });
    prop_oneof![
        1 => vec(any_entry, 0..4),
        6 => vec(0..3_u64, 0..4).prop_map(move |steps| {
            let mut term = after.term.0;
            let grow = |step| { term = u64::saturating_add(term, step); term };
            let terms: Vec<_> = steps.into_iter().map(grow).collect();
            entries_after(after.index.0, &terms)
        }),
    ]
}

fn append() -> impl Strategy<Value = Body> {
    (entry_id(), number()).prop_flat_map(|(prev, commit)| {
        let request = move |entries| AppendRequest { prev, entries, commit: LogIndex(commit) };
        entries(prev).prop_map(move |entries| Body::AppendRequest(request(entries)))
    })
}

fn ballot() -> impl Strategy<Value = Ballot> {
    prop_oneof![Just(Ballot::PreVote), Just(Ballot::Vote), Just(Ballot::Transfer)]
}

fn body() -> impl Strategy<Value = Body> {
    prop_oneof![
        3 => (ballot(), entry_id(), entry_id(), 0..3_u32).prop_map(|(ballot, last, commit, priority)| {
            Body::VoteRequest(VoteRequest { ballot, last, commit, priority })
        }),
        4 => (any::<bool>(), any::<bool>(), entry_id()).prop_map(|(pre_vote, granted, commit)| {
            Body::VoteReply(VoteReply { pre_vote, granted, commit })
        }),
        1 => Just(Body::TimeoutNow),
        5 => append(),
        2 => number().prop_map(|matched| Body::AppendReply(AppendReply::Accepted { matched: LogIndex(matched) })),
        2 => (number(), entry_id())
            .prop_map(|(prev, hint)| Body::AppendReply(AppendReply::Rejected { prev: LogIndex(prev), hint })),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let to = prop_oneof![30 => Just(1), 1 => number()];
    (1..6_u64, to, number(), body()).prop_map(|(from, to, term, body)| Message {
        from: NodeId(from),
        to: NodeId(to),
        term: Term(term),
        body,
    })
}

pub(crate) fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        8 => message().prop_map(Input::Receive),
        12 => (2..6_u64, peer()).prop_map(|(from, peer)| Input::Peer(from, peer)),
        3 => Just(Input::Propose),
        2 => Just(Input::Campaign),
        2 => number().prop_map(Input::Time),
        1 => Just(Input::Wake),
        2 => Just(Input::WakeAtDeadline),
        1 => (0..3_u64, number()).prop_map(|(boot, sequence)| Input::Persisted(boot, sequence)),
        4 => Just(Input::PersistedNext),
        1 => number().prop_map(Input::Applied),
        2 => Just(Input::AppliedAll),
        6 => (0..12_usize).prop_map(Input::Poll),
        1 => Just(Input::Restart),
    ]
}

/// A disk that a server can have left behind, with or without a snapshot; it has one, three or five voters.
pub(crate) fn disk() -> impl Strategy<Value = DurableState> {
    let base = prop_oneof![3 => Just(EntryId::ZERO), 1 => (1..4_u64, 1..3_u64).prop_map(|(i, t)| EntryId::new(LogIndex(i), Term(t)))];
    let size = prop_oneof![Just(1), Just(3), Just(5)];
    (base, size, vec(1..3_u64, 0..4), 0..4_u64).prop_map(|(base, size, steps, more)| {
        let mut term = base.term.0;
        let grow = |step| {
            term += step;
            term
        };
        let terms: Vec<_> = steps.into_iter().map(grow).collect();
        DurableState {
            hard_state: HardState { term: Term(term + more), vote: None, commit: base.index },
            base,
            membership: voters(size),
            entries: entries_after(base.index.0, &terms),
            applied: base.index,
        }
    })
}

/// Any disk at all.
pub(crate) fn any_disk() -> impl Strategy<Value = DurableState> {
    let vote = prop_oneof![Just(None), number().prop_map(|id| Some(NodeId(id)))];
    let hard_state = (number(), vote, number()).prop_map(|(term, vote, commit)| HardState {
        term: Term(term),
        vote,
        commit: LogIndex(commit),
    });
    (hard_state, entry_id(), 1..4_u64, number()).prop_flat_map(|(hard_state, base, size, applied)| {
        let disk = move |entries| DurableState {
            hard_state,
            base,
            membership: voters(size),
            entries,
            applied: LogIndex(applied),
        };
        entries(base).prop_map(disk)
    })
}

/// A server, and what its host remembers.
struct Host {
    node: Node,
    disk: DurableState,
    writes: Vec<(PersistId, Option<HardState>, Vec<Entry>)>,
    now: Instant,
    handed_out: LogIndex,
}

pub(crate) fn run(disk: DurableState, inputs: &[Input]) {
    let Ok(node) = start(disk.clone(), Boot(1), Instant::ZERO) else { return };
    let handed_out = disk.applied;
    let mut host = Host { node, disk, writes: vec![], now: Instant::ZERO, handed_out };
    for input in inputs {
        host.take(input);
        host.check();
    }
}

fn start(disk: DurableState, boot: Boot, now: Instant) -> Result<Node, raftarium_core::StartError> {
    let choose = |settings: &mut raftarium_core::Settings| {
        (settings.max_append_entries, settings.max_in_flight_appends) = (2, 2);
    };
    let mut node = Node::start(NodeId(1), config(choose), disk, boot, now)?;
    node.observe(true);
    Ok(node)
}

impl Host {
    fn take(&mut self, input: &Input) {
        let before = self.node.clone();
        let now = self.now;
        let refused = match input {
            Input::Receive(message) => self.node.receive(now, message.clone()).is_err(),
            Input::Peer(from, peer) => {
                let (term, body) = peer.says_to(&self.node);
                let message = Message { from: NodeId(*from), to: NodeId(1), term, body };
                self.node.receive(now, message).is_err()
            }
            Input::Propose => self.node.propose(now, "x".into()).is_err(),
            Input::Campaign => self.node.campaign(now).is_err(),
            Input::Persisted(boot, sequence) => {
                let id = PersistId { boot: Boot(*boot), sequence: *sequence };
                self.report(id)
            }
            Input::PersistedNext => self.writes.first().map(|write| write.0).is_some_and(|id| self.report(id)),
            Input::Applied(index) => self.node.applied(now, LogIndex(*index)).is_err(),
            Input::AppliedAll => self.node.applied(now, self.handed_out).is_err(),
            Input::Time(micros) => {
                self.now = Instant::from_micros(*micros);
                false
            }
            Input::Wake => {
                self.node.wake(now);
                false
            }
            Input::WakeAtDeadline => {
                self.now = self.node.deadline().map_or(now, |wait| wait.at);
                self.node.wake(self.now);
                false
            }
            Input::Poll(outputs) => {
                (0..*outputs).for_each(|_| _ = self.poll());
                false
            }
            Input::Restart => {
                let boot = Boot(self.node.boot().0 + 1);
                self.writes.clear();
                self.handed_out = self.disk.applied;
                self.node = start(self.disk.clone(), boot, now).expect("what it wrote, it can start from");
                false
            }
        };
        if refused {
            assert_eq!(self.node, before, "refused, and something changed: {input:?}");
        }
    }

    /// True if the report was refused, as it must be if there is no such write.
    fn report(&mut self, id: PersistId) -> bool {
        let position = self.writes.iter().position(|write| write.0 == id);
        let refused = self.node.persisted(self.now, id).is_err();
        assert_eq!(refused, position.is_none(), "{id}");
        for (_, hard_state, entries) in self.writes.drain(..position.map_or(0, |position| position + 1)) {
            self.disk.hard_state = hard_state.unwrap_or(self.disk.hard_state);
            if let Some(first) = entries.first() {
                self.disk.entries.retain(|entry| entry.id.index < first.id.index);
                self.disk.entries.extend(entries);
            }
        }
        refused
    }

    /// Does one thing that the server wants. False if there is none.
    fn poll(&mut self) -> bool {
        match self.node.poll() {
            None => return false,
            Some(Output::Persist(write)) => {
                assert!(self.writes.last().is_none_or(|last| last.0 < write.id), "writes are in order");
                assert!(write.hard_state.is_some() || !write.entries.is_empty(), "a write of nothing");
                self.writes.push((write.id, write.hard_state, write.entries.to_vec()));
            }
            Some(Output::Send(send)) => {
                assert_eq!(send.message.from, NodeId(1));
                assert_ne!(send.message.to, NodeId(1));
                let known = |id| self.writes.iter().any(|write| write.0 == id);
                assert!(send.after.is_none_or(known), "{send:?} waits for a write that is not under way");
                assert!(send.message.term <= Term::MAX && send.message.term > Term(0), "{send:?}");
            }
            Some(Output::Apply(entries)) => {
                for entry in entries {
                    assert_eq!(entry.id.index, self.handed_out.next(), "applied in order, each once");
                    self.handed_out = entry.id.index;
                    assert!(self.disk.entries.contains(entry), "{} is not durable, and is to be applied", entry.id);
                }
            }
            Some(Output::Proposals(_) | Output::Event(_)) => {}
        }
        true
    }

    /// What holds of one server, whatever it is told.
    fn check(&mut self) {
        let (log, hard_state) = (self.node.log(), self.node.hard_state());
        assert!(log.base().index <= self.node.applied_index());
        assert!(self.node.applied_index() <= self.handed_out);
        assert!(self.handed_out <= hard_state.commit && hard_state.commit <= log.last().index);
        assert!(log.last().term <= hard_state.term, "no log is ahead of its server's term");
        assert!(self.node.durable_index() <= log.last().index);
        for follower in self.node.followers() {
            assert!(follower.matched() < follower.next() && follower.next() <= log.last().index.next());
        }
        let on_disk = |index| self.disk.entries.iter().find(|entry| entry.id.index == index).map(|entry| entry.id);
        for entry in log.between(log.base().index, self.node.durable_index()) {
            assert_eq!(on_disk(entry.id.index), Some(entry.id), "said to be durable");
        }
        let mut outputs = self.node.clone();
        let silent = (0..1_000).any(|_| outputs.poll().is_none());
        assert!(silent, "it never has enough");
    }
}
