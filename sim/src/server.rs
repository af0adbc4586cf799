//! A server: a Raft node, its disk, its state machine, and what waits for them.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use bytes::Bytes;

use raftarium_core::{
    Boot, Config, Entry, Instant, LogIndex, Message, Node, NodeId, Outcome, Output, Payload, Persist, PersistId,
    ProposeError, Resolution, Term,
};

use crate::address::{Address, ClientId};
use crate::checks::Checks;
use crate::client::{Answer, Attempt};
use crate::disk::{Content as Written, Disk, Finished, Snapshot, Write};
use crate::environment::Environment;
use crate::kv::{Kv, Op};
use crate::packet::Content;
use crate::queue::{Due, Key};
use crate::trace::{Happening, RecordId};

/// A server, up or down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Server {
    pub(crate) id: NodeId,
    pub(crate) config: Config,
    pub(crate) boots: u64,
    pub(crate) disk: Disk,
    pub(crate) process: Process,
}

/// What runs on a server, and is lost when it crashes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Process {
    Down,
    Up(Box<Running>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Running {
    pub(crate) node: Node,
    pub(crate) kv: Kv,
    /// Messages that wait for a write.
    held: Vec<Held>,
    /// Whom to tell what became of a proposal.
    waiting: BTreeMap<(LogIndex, Term), (ClientId, Attempt)>,
    alarm: Option<Alarm>,
    /// A snapshot that is arriving, as far as it has.
    arriving: Vec<u8>,
}

/// How much of a snapshot travels in one packet.
const CHUNK_BYTES: usize = 256;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Held {
    message: Message,
    after: PersistId,
}

/// When the node wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Alarm {
    key: Key,
    /// The record of what set it.
    cause: RecordId,
}

impl Server {
    pub(crate) fn running(&mut self) -> Option<&mut Running> {
        match &mut self.process {
            Process::Up(running) => Some(running),
            Process::Down => None,
        }
    }

    pub(crate) fn node(&self) -> Option<&Node> {
        match &self.process {
            Process::Up(running) => Some(&running.node),
            Process::Down => None,
        }
    }

    /// Starts from what is on the disk.
    pub(crate) fn start(&mut self, environment: &mut Environment, checks: &mut Checks, cause: Option<RecordId>) {
        self.boots += 1;
        let durable = self.disk.durable().clone();
        let (hard_state, server) = (durable.hard_state, self.id);
        let mut node = Node::start(server, self.config.clone(), durable, Boot(self.boots), environment.now)
            .expect("the disk holds what a correct server wrote: writes are whole and in order");
        node.observe(true);
        let last = node.log().last().index;
        let record = environment.record(cause, Happening::Started { server, hard_state, last });
        let kv = self.disk.snapshot().map(|data| state_of(data)).unwrap_or_default();
        let (held, waiting, arriving) = (Vec::new(), BTreeMap::new(), Vec::new());
        let running = Running { node, kv, held, waiting, alarm: None, arriving };
        self.process = Process::Up(Box::new(running));
        self.settle(environment, checks, record);
    }

    /// Stops at once.
    pub(crate) fn crash(&mut self, environment: &mut Environment, cause: RecordId) {
        let lost = self.disk.crash();
        for &key in &lost {
            environment.queue.remove(key);
        }
        if let Process::Up(running) = core::mem::replace(&mut self.process, Process::Down)
            && let Some(alarm) = running.alarm
        {
            environment.queue.remove(alarm.key);
        }
        let lost_writes = u32::try_from(lost.len()).unwrap_or(u32::MAX);
        environment.record(Some(cause), Happening::Crashed { server: self.id, lost_writes });
    }

    /// The alarm rings.
    pub(crate) fn wake(&mut self, environment: &mut Environment, checks: &mut Checks) {
        let (server, now) = (self.id, environment.now);
        let Some(running) = self.running() else { return };
        let cause = running.alarm.take().map(|alarm| alarm.cause);
        let Some(deadline) = running.node.deadline() else { return };
        let record = environment.record(cause, Happening::TimerFired { server, timer: deadline.timer });
        running.node.wake(now);
        self.settle(environment, checks, record);
    }

    /// The oldest write is durable.
    pub(crate) fn write_done(&mut self, environment: &mut Environment, checks: &mut Checks) {
        let (server, now) = (self.id, environment.now);
        let Some((finished, cause)) = self.disk.complete() else { return };
        let Some(running) = self.running() else { return };
        let write = match finished {
            Finished::Persist(write) => write,
            Finished::Snapshot(through) => {
                let record = environment.record(Some(cause), Happening::SnapshotDurable { server, through });
                // A newer one of the leader's may have been installed meanwhile; then there is nothing to do.
                let _ = running.node.compact(now, through);
                return self.settle(environment, checks, record);
            }
        };
        let record = environment.record(Some(cause), Happening::WriteDurable { server, write });
        running.node.persisted(now, write).expect("the write was asked for in this life, and a crash removes it");
        let (free, held) = core::mem::take(&mut running.held).into_iter().partition(|held: &Held| held.after <= write);
        running.held = held;
        let free: Vec<Held> = free;
        for held in free {
            environment.send_message(held.message, record);
        }
        self.settle(environment, checks, record);
    }

    /// Does everything that the node asks for because of `cause`.
    pub(crate) fn settle(&mut self, environment: &mut Environment, checks: &mut Checks, cause: RecordId) {
        let (server, now) = (self.id, environment.now);
        let Process::Up(running) = &mut self.process else { return };
        while let Some(output) = running.node.poll() {
            match output {
                Output::Event(event) => {
                    environment.record(Some(cause), Happening::Node { server, event });
                }
                Output::Send(send) => match send.after {
                    None => environment.send_message(send.message, cause),
                    Some(after) => running.held.push(Held { message: send.message, after }),
                },
                Output::Persist(persist) => {
                    let arrived = persist.snapshot.map(|_| Bytes::from(core::mem::take(&mut running.arriving)));
                    if let Some(data) = &arrived {
                        running.kv = state_of(data);
                    }
                    begin_write(server, &mut self.disk, persist, arrived, environment, cause);
                }
                Output::ReadSnapshot(request) => {
                    let data = self.disk.snapshot().cloned().unwrap_or_default();
                    let start = usize::try_from(request.offset).unwrap_or(usize::MAX).min(data.len());
                    let end = start.saturating_add(CHUNK_BYTES).min(data.len());
                    let answered = running.node.snapshot_chunk(now, request, data.slice(start..end), end == data.len());
                    answered.expect("the node asked for it just now");
                }
                Output::KeepChunk(chunk) => {
                    if chunk.offset == 0 {
                        running.arriving.clear();
                    }
                    running.arriving.extend_from_slice(&chunk.data);
                }
                Output::TakeSnapshot(through) => {
                    take_snapshot(running, &mut self.disk, through, environment, cause);
                }
                // No client of this world asks for one: a get goes through the log.
                Output::Read { .. } => {}
                Output::Apply(entries) => {
                    let last = entries.last().map(|entry| entry.id.index);
                    checks.applied(server, entries);
                    let answers = apply(&mut running.kv, &mut running.waiting, entries);
                    if let (Some(first), Some(last)) = (entries.first().map(|entry| entry.id.index), last) {
                        let record = environment.record(Some(cause), Happening::Applied { server, first, last });
                        answers.into_iter().for_each(|answer| answer.send(server, environment, record));
                        running.node.applied(now, last).expect("the index was handed out just now");
                    }
                }
                Output::Proposals(resolution) => {
                    let answers = superseded(&mut running.waiting, resolution);
                    answers.into_iter().for_each(|answer| answer.send(server, environment, cause));
                }
            }
        }
        running.set_alarm(server, environment, cause);
    }
}

impl Running {
    /// Proposes what a client asks, or tells it at once that this server cannot.
    pub(crate) fn request(
        &mut self,
        environment: &mut Environment,
        from: ClientId,
        request: Attempt,
        op: &Op,
        cause: RecordId,
    ) {
        match self.node.propose(environment.now, op.encode()) {
            Ok(id) => {
                self.waiting.insert((id.index, id.term), (from, request));
            }
            Err(ProposeError::NotLeader { leader }) => {
                let answer = Answer::NotLeader { server: self.node.id(), leader };
                PendingAnswer { to: from, request, answer }.send(self.node.id(), environment, cause);
            }
            Err(ProposeError::Transferring { to }) => {
                let answer = Answer::NotLeader { server: self.node.id(), leader: Some(to) };
                PendingAnswer { to: from, request, answer }.send(self.node.id(), environment, cause);
            }
            Err(_) => {
                let answer = Answer::Busy { server: self.node.id() };
                PendingAnswer { to: from, request, answer }.send(self.node.id(), environment, cause);
            }
        }
    }

    fn set_alarm(&mut self, server: NodeId, environment: &mut Environment, cause: RecordId) {
        let at = self.node.deadline().map(|deadline| deadline.at);
        if at == self.alarm.map(|alarm| alarm.key.at) {
            return;
        }
        if let Some(alarm) = self.alarm.take() {
            environment.queue.remove(alarm.key);
        }
        let push = |at: Instant| Alarm { key: environment.queue.push(at, Due::Wake(server)), cause };
        self.alarm = at.map(push);
    }
}

struct PendingAnswer {
    to: ClientId,
    request: Attempt,
    answer: Answer,
}

impl PendingAnswer {
    fn send(self, from: NodeId, environment: &mut Environment, cause: RecordId) {
        let content = Content::Answer { request: self.request, answer: self.answer };
        environment.send(Address::Server(from), Address::Client(self.to), content, cause);
    }
}

fn begin_write(
    server: NodeId,
    disk: &mut Disk,
    persist: Persist<'_>,
    arrived: Option<Bytes>,
    environment: &mut Environment,
    cause: RecordId,
) {
    let Persist { id, hard_state, snapshot, entries } = persist;
    let done = disk.schedule(environment.now);
    let key = environment.queue.push(done, Due::WriteDone(server));
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let what = Happening::WriteBegan { server, write: id, hard_state: hard_state.is_some(), entries: count };
    let cause = environment.record(Some(cause), what);
    let snapshot = snapshot.zip(arrived).map(|(installed, data)| {
        let membership = installed.membership.clone();
        (Snapshot { last: installed.last, membership, data }, installed.keep_suffix)
    });
    let content = Written::Persist { id, hard_state, snapshot, entries: entries.to_vec() };
    disk.begin(Write { content, cause, key });
}

/// Writes the state machine down as it is now.
fn take_snapshot(
    running: &Running,
    disk: &mut Disk,
    through: LogIndex,
    environment: &mut Environment,
    cause: RecordId,
) {
    let node = &running.node;
    let (Some(term), Some(membership)) = (node.log().term_at(through), node.membership_at(through)) else { return };
    let snapshot = Snapshot {
        last: raftarium_core::EntryId::new(through, term),
        membership: membership.clone(),
        data: running.kv.snapshot(),
    };
    let server = node.id();
    let key = environment.queue.push(disk.schedule(environment.now), Due::WriteDone(server));
    let cause = environment.record(Some(cause), Happening::SnapshotBegan { server, through });
    disk.begin(Write { content: Written::Snapshot(snapshot), cause, key });
}

/// The state machine that a snapshot holds.
fn state_of(data: &[u8]) -> Kv {
    Kv::from_snapshot(data).expect("a snapshot that is durable, or arrived whole, is one that a server wrote")
}

fn apply(
    kv: &mut Kv,
    waiting: &mut BTreeMap<(LogIndex, Term), (ClientId, Attempt)>,
    entries: &[Entry],
) -> Vec<PendingAnswer> {
    let mut answers = Vec::new();
    for entry in entries {
        let value = match &entry.payload {
            Payload::NoOp | Payload::Membership(_) => None,
            Payload::Command(bytes) => Op::decode(bytes).and_then(|op| kv.apply(&op)),
        };
        if let Some((to, request)) = waiting.remove(&(entry.id.index, entry.id.term)) {
            answers.push(PendingAnswer { to, request, answer: Answer::Committed { entry: entry.id, value } });
        }
    }
    answers
}

fn superseded(
    waiting: &mut BTreeMap<(LogIndex, Term), (ClientId, Attempt)>,
    resolution: Resolution,
) -> Vec<PendingAnswer> {
    let Resolution { term, first, last, outcome } = resolution;
    let by = match outcome {
        // The client is told when the entry is applied: only then is there a result.
        Outcome::Committed => return Vec::new(),
        Outcome::Superseded { by } => by,
        Outcome::Unknown => {
            // Nobody can tell the client; its patience will end.
            waiting.retain(|&(index, of), _| of != term || index < first || index > last);
            return Vec::new();
        }
    };
    let tell = |index: LogIndex| {
        let (to, request) = waiting.remove(&(index, term))?;
        let entry = raftarium_core::EntryId::new(index, term);
        Some(PendingAnswer { to, request, answer: Answer::Superseded { entry, by } })
    };
    (first.0..=last.0).map(LogIndex).filter_map(tell).collect()
}
