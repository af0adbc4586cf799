//! A server: a Raft node, its disk, its state machine, and what waits for them.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use raftarium_core::{
    Boot, Config, Entry, Instant, LogIndex, Message, Node, NodeId, Outcome, Output, Payload, Persist, PersistId,
    Resolution, Term,
};

use crate::address::{Address, ClientId};
use crate::checks::Checks;
use crate::client::{Answer, RequestId};
use crate::disk::{Disk, Write};
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
    waiting: BTreeMap<(LogIndex, Term), (ClientId, RequestId)>,
    alarm: Option<Alarm>,
}

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
        let running = Running { node, kv: Kv::default(), held: Vec::new(), waiting: BTreeMap::new(), alarm: None };
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
    pub(crate) fn write_done(&mut self, environment: &mut Environment, checks: &mut Checks, write: PersistId) {
        let (server, now) = (self.id, environment.now);
        let cause = self.disk.complete();
        let record = environment.record(cause, Happening::WriteDurable { server, write });
        let Some(running) = self.running() else { return };
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
                Output::Persist(persist) => begin_write(server, &mut self.disk, persist, environment, cause),
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
        request: RequestId,
        op: &Op,
        cause: RecordId,
    ) {
        match self.node.propose(environment.now, op.encode()) {
            Ok(id) => {
                self.waiting.insert((id.index, id.term), (from, request));
            }
            Err(raftarium_core::ProposeError::NotLeader { leader }) => {
                let answer = Answer::NotLeader { server: self.node.id(), leader };
                PendingAnswer { to: from, request, answer }.send(self.node.id(), environment, cause);
            }
            Err(error) => unreachable!("the core refuses proposals only on servers that do not lead: {error}"),
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
    request: RequestId,
    answer: Answer,
}

impl PendingAnswer {
    fn send(self, from: NodeId, environment: &mut Environment, cause: RecordId) {
        let content = Content::Answer { request: self.request, answer: self.answer };
        environment.send(Address::Server(from), Address::Client(self.to), content, cause);
    }
}

fn begin_write(server: NodeId, disk: &mut Disk, persist: Persist<'_>, environment: &mut Environment, cause: RecordId) {
    let Persist { id, hard_state, entries } = persist;
    let done = disk.schedule(environment.now);
    let key = environment.queue.push(done, Due::WriteDone { server, write: id });
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let what = Happening::WriteBegan { server, write: id, hard_state: hard_state.is_some(), entries: count };
    let cause = environment.record(Some(cause), what);
    disk.begin(Write { id, hard_state, entries: entries.to_vec(), cause, key });
}

fn apply(
    kv: &mut Kv,
    waiting: &mut BTreeMap<(LogIndex, Term), (ClientId, RequestId)>,
    entries: &[Entry],
) -> Vec<PendingAnswer> {
    let mut answers = Vec::new();
    for entry in entries {
        let value = match &entry.payload {
            Payload::NoOp => None,
            Payload::Command(bytes) => Op::decode(bytes).and_then(|op| kv.apply(&op)),
        };
        if let Some((to, request)) = waiting.remove(&(entry.id.index, entry.id.term)) {
            answers.push(PendingAnswer { to, request, answer: Answer::Committed { entry: entry.id, value } });
        }
    }
    answers
}

fn superseded(
    waiting: &mut BTreeMap<(LogIndex, Term), (ClientId, RequestId)>,
    resolution: Resolution,
) -> Vec<PendingAnswer> {
    let Resolution { term, first, last, outcome } = resolution;
    let by = match outcome {
        // The client is told when the entry is applied: only then is there a result.
        Outcome::Committed => return Vec::new(),
        Outcome::Superseded { by } => by,
    };
    let tell = |index: LogIndex| {
        let (to, request) = waiting.remove(&(index, term))?;
        let entry = raftarium_core::EntryId::new(index, term);
        Some(PendingAnswer { to, request, answer: Answer::Superseded { entry, by } })
    };
    (first.0..=last.0).map(LogIndex).filter_map(tell).collect()
}
