//! A host that does what its server wants, when it is told to, and looks at what must hold.

use raftarium_core::{
    Boot, ChunkRequest, Config, DurableState, Entry, EntryId, HardState, Instant, LogIndex, Membership, Message, Node,
    NodeId, Output, PersistId, Settings, StartError, Term,
};

use super::Input;

/// A server, and what its host remembers.
struct Host {
    node: Node,
    config: Config,
    disk: DurableState,
    writes: Vec<Write>,
    now: Instant,
    handed_out: LogIndex,
    asked: Option<ChunkRequest>,
}

struct Write {
    id: PersistId,
    hard_state: Option<HardState>,
    install: Option<(EntryId, Membership, bool)>,
    entries: Vec<Entry>,
}

pub(crate) fn run(disk: DurableState, settings: Settings, inputs: &[Input]) {
    let config = Config::new(settings).expect("valid");
    let Ok(node) = start(&config, disk.clone(), Boot(1), Instant::ZERO) else { return };
    let handed_out = disk.applied;
    let mut host = Host { node, config, disk, writes: vec![], now: Instant::ZERO, handed_out, asked: None };
    for input in inputs {
        host.take(input);
        host.check();
    }
}

fn start(config: &Config, disk: DurableState, boot: Boot, now: Instant) -> Result<Node, StartError> {
    let mut node = Node::start(NodeId(1), config.clone(), disk, boot, now)?;
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
            Input::ChangeMembership(changes, how) => self.node.change_membership(now, changes, *how).is_err(),
            Input::LeaveJoint => self.node.leave_joint(now).is_err(),
            Input::Transfer(to) => self.node.transfer_leadership(now, NodeId(*to)).is_err(),
            Input::ForgetLeader => {
                self.node.forget_leader(now);
                false
            }
            Input::RequestSnapshot => self.node.request_snapshot(now).is_err(),
            Input::WithdrawSnapshotRequest => {
                self.node.withdraw_snapshot_request(now);
                false
            }
            Input::Read(lease) => self.node.read(now, *lease).is_err(),
            Input::Compact(through) => self.compact(LogIndex(*through)),
            Input::CompactAll => self.compact(self.node.applied_index()),
            Input::Chunk(request, done) => self.node.snapshot_chunk(now, *request, "x".into(), *done).is_err(),
            Input::ChunkAsAsked(size, done) => self
                .asked
                .is_some_and(|request| self.node.snapshot_chunk(now, request, vec![7; *size].into(), *done).is_err()),
            Input::Persisted(boot, sequence) => {
                let id = PersistId { boot: Boot(*boot), sequence: *sequence };
                self.report(id)
            }
            Input::PersistedNext => self.writes.first().map(|write| write.id).is_some_and(|id| self.report(id)),
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
                self.node =
                    start(&self.config, self.disk.clone(), boot, now).expect("what it wrote, it can start from");
                false
            }
        };
        if refused {
            assert_eq!(self.node, before, "refused, and something changed: {input:?}");
        }
    }

    fn compact(&mut self, through: LogIndex) -> bool {
        let refused = self.node.compact(self.now, through).is_err();
        if !refused {
            let membership = self.node.membership_at(through).expect("the base").clone();
            let (base, disk) = (self.node.log().base(), &mut self.disk);
            disk.entries.retain(|entry| entry.id.index > base.index);
            (disk.base, disk.membership, disk.applied) = (base, membership, base.index);
        }
        refused
    }

    /// True if the report was refused, as it must be if there is no such write.
    fn report(&mut self, id: PersistId) -> bool {
        let position = self.writes.iter().position(|write| write.id == id);
        let refused = self.node.persisted(self.now, id).is_err();
        assert_eq!(refused, position.is_none(), "{id}");
        for write in self.writes.drain(..position.map_or(0, |position| position + 1)) {
            let disk = &mut self.disk;
            disk.hard_state = write.hard_state.unwrap_or(disk.hard_state);
            if let Some((last, membership, keep_suffix)) = write.install {
                disk.entries.retain(|entry| keep_suffix && entry.id.index > last.index);
                (disk.base, disk.membership, disk.applied) = (last, membership, last.index);
            }
            if let Some(first) = write.entries.first() {
                disk.entries.retain(|entry| entry.id.index < first.id.index);
                disk.entries.extend(write.entries);
            }
        }
        refused
    }

    /// Does one thing that the server wants. False if there is none.
    fn poll(&mut self) -> bool {
        let waits = self.node.waits_for_snapshot();
        match self.node.poll() {
            None => return false,
            Some(Output::Persist(write)) => {
                assert!(self.writes.last().is_none_or(|last| last.id < write.id), "writes are in order");
                let something = write.hard_state.is_some() || write.snapshot.is_some() || !write.entries.is_empty();
                assert!(something, "a write of nothing");
                let install = write.snapshot.map(|it| (it.last, it.membership.clone(), it.keep_suffix));
                if let Some((last, ..)) = install {
                    assert!(last.index >= self.handed_out, "the state machine goes back to {last}");
                    self.handed_out = self.handed_out.max(last.index);
                }
                let (id, hard_state, entries) = (write.id, write.hard_state, write.entries.to_vec());
                self.writes.push(Write { id, hard_state, install, entries });
            }
            Some(Output::Send(send)) => {
                assert_eq!(send.message.from, NodeId(1));
                assert_ne!(send.message.to, NodeId(1));
                let known = |id| self.writes.iter().any(|write| write.id == id);
                assert!(send.after.is_none_or(known), "{send:?} waits for a write that is not under way");
                assert!(send.message.term <= Term::MAX && send.message.term > Term(0), "{send:?}");
            }
            Some(Output::Apply(entries)) => {
                assert!(self.writes.iter().all(|write| write.install.is_none()), "the state machine is being replaced");
                assert!(!waits, "the state machine waits for a snapshot");
                for entry in entries {
                    assert_eq!(entry.id.index, self.handed_out.next(), "applied in order, each once");
                    self.handed_out = entry.id.index;
                    assert!(self.disk.entries.contains(entry), "{} is not durable, and is to be applied", entry.id);
                }
            }
            Some(Output::Read { result, .. }) => {
                let installing = self.writes.iter().any(|write| write.install.is_some());
                assert!(result.is_err() || !(installing || waits), "the state machine is being replaced");
            }
            Some(Output::ReadSnapshot(request)) => self.asked = Some(request),
            Some(Output::TakeSnapshot(index)) => assert_eq!(index, self.node.applied_index()),
            Some(Output::KeepChunk(_) | Output::Proposals(_) | Output::Forwarded { .. } | Output::Event(_)) => {}
        }
        true
    }

    /// What holds of one server, whatever it is told.
    fn check(&mut self) {
        let (log, hard_state) = (self.node.log(), self.node.hard_state());
        assert!(log.base().index <= self.node.applied_index());
        assert!(self.handed_out <= hard_state.commit && hard_state.commit <= log.last().index);
        assert!(log.last().term <= hard_state.term, "no log is ahead of its server's term");
        assert!(self.node.durable_index() <= log.last().index);
        for follower in self.node.followers() {
            assert!(follower.matched() < follower.next() && follower.next() <= log.last().index.next());
        }
        let on_disk = |index| self.disk.entries.iter().find(|entry| entry.id.index == index).map(|entry| entry.id);
        for entry in log.between(log.base().index.max(self.disk.base.index), self.node.durable_index()) {
            assert_eq!(on_disk(entry.id.index), Some(entry.id), "said to be durable");
        }
        let mut outputs = self.node.clone();
        let silent = (0..1_000).any(|_| outputs.poll().is_none());
        assert!(silent, "it never has enough");
    }
}
