//! A server: a Raft node, its disk, its clock, its state machine, and what waits for them.

mod outputs;
mod waiting;

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::num::NonZeroU32;

use raftarium_core::{Boot, Config, Instant, Membership, Message, Mistake, Node, NodeId, PersistId, Progress};

use crate::checks::{Checks, DiskLook};
use crate::clock::Clock;
use crate::disk::{Corruption, Disk, Finished};
use crate::environment::Environment;
use crate::footprint::TEXT;
use crate::kv::{Kv, ReadBy};
use crate::packet::Ask;
use crate::queue::{Due, Key};
use crate::trace::{Happening, RecordId};
use waiting::{Waiting, Who};

/// A server, up or down.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Server {
    pub(crate) id: NodeId,
    /// How it is set when it starts the next time.
    pub(crate) config: Config,
    sessions_max: NonZeroU32,
    pub(crate) boots: u64,
    pub(crate) disk: Disk,
    pub(crate) clock: Clock,
    pub(crate) process: Process,
    /// What waits for a process that does nothing; nothing if it does.
    pub(crate) paused: Option<Vec<Due>>,
    /// After how many more outputs the power fails.
    pub(crate) fuse: Option<u32>,
    /// What it found on its disk when it was to start.
    pub(crate) corruption: Option<Corruption>,
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
    waiting: Waiting,
    alarm: Option<Alarm>,
    /// A snapshot that is arriving, as far as it has.
    arriving: Vec<u8>,
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

/// How a server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// What is not durable is lost.
    PowerFailure,
    /// Only the process ends: what is in the disk's cache stays.
    Killed,
    /// It cannot write.
    DiskFull,
}

impl Server {
    pub(crate) fn new(id: NodeId, config: Config, disk: Disk, sessions_max: NonZeroU32) -> Self {
        let (clock, process) = (Clock::default(), Process::Down);
        Self { id, config, sessions_max, boots: 0, disk, clock, process, paused: None, fuse: None, corruption: None }
    }

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

    /// The state of its state machine, while it runs.
    pub(crate) fn kv(&self) -> Option<&Kv> {
        match &self.process {
            Process::Up(running) => Some(&running.kv),
            Process::Down => None,
        }
    }

    /// About how many bytes a copy takes that it does not share.
    pub(crate) fn copy_bytes(&self) -> usize {
        let running = match &self.process {
            Process::Up(running) => running.copy_bytes(),
            Process::Down => 0,
        };
        size_of::<Self>() + running + self.disk.copy_bytes()
    }

    /// Its disk, as the rules are checked on it.
    pub(crate) fn look_at_disk(&self) -> DiskLook<'_> {
        let disk = &self.disk;
        DiskLook {
            server: self.id,
            durable: disk.durable(),
            reliable: disk.reliable(),
            gone: disk.is_gone(),
            changes: disk.changes(),
        }
    }

    /// Starts from what is on the disk; not from what is not as it was written.
    pub(crate) fn start(&mut self, environment: &mut Environment, checks: &mut Checks, cause: Option<RecordId>) {
        let server = self.id;
        let forgives = self.config.settings().mistakes.has(Mistake::DropCorruptTail);
        let read = match self.disk.read() {
            Err(found) if forgives && self.disk.drop_corrupt_tail(found) => self.disk.read(),
            read => read,
        };
        match read {
            Ok(false) => {}
            Ok(true) => {
                environment.record(cause, Happening::TornWriteDropped { server });
            }
            Err(reason) => {
                self.corruption = Some(reason);
                environment.record(cause, Happening::StartRefused { server, reason });
                return;
            }
        }
        let (durable, now) = (self.disk.durable().clone(), self.clock.read(environment.now));
        let hard_state = durable.hard_state;
        let boot = Boot(self.boots + 1);
        let mut node = match Node::start(server, self.config.clone(), durable, boot, now) {
            Ok(node) => node,
            // It has made mistakes: writes are whole and in order.
            Err(error) => {
                environment.record(cause, Happening::StartImpossible { server, why: error.to_string() });
                return;
            }
        };
        self.boots = boot.0;
        node.observe(true);
        let last = node.log().last().index;
        let record = environment.record(cause, Happening::Started { server, hard_state, last });
        let kv = self.disk.snapshot().map_or_else(|| Kv::new(self.sessions_max), |data| state_of(data));
        let (held, waiting, arriving) = (Vec::new(), Waiting::new(server), Vec::new());
        self.process = Process::Up(Box::new(Running { node, kv, held, waiting, alarm: None, arriving }));
        self.settle(environment, checks, record);
    }

    /// Stops at once.
    pub(crate) fn stop(&mut self, environment: &mut Environment, checks: &mut Checks, how: Stop, cause: RecordId) {
        let server = self.id;
        self.node().into_iter().for_each(|node| checks.stopping(node));
        let (now, queue) = (environment.now, &mut environment.queue);
        let lost = match how {
            Stop::PowerFailure => self.disk.power_fails(queue),
            Stop::Killed | Stop::DiskFull => self.disk.process_ends(queue, now),
        };
        if let Process::Up(running) = core::mem::replace(&mut self.process, Process::Down)
            && let Some(alarm) = running.alarm
        {
            queue.remove(alarm.key);
        }
        self.fuse = None;
        let cause = match how {
            Stop::PowerFailure | Stop::Killed => cause,
            Stop::DiskFull => environment.record(Some(cause), Happening::DiskFull { server }),
        };
        let lost_writes = u32::try_from(lost).unwrap_or(u32::MAX);
        environment.record(Some(cause), Happening::Crashed { server, lost_writes });
        for packet in self.paused.take().into_iter().flatten().filter_map(Due::packet) {
            environment.receiver_is_down(packet);
        }
        checks.crashed(server);
    }

    /// Everything on its disk is gone.
    pub(crate) fn wipe(&mut self, membership: Membership) {
        self.disk.wipe(membership);
        self.corruption = None;
    }

    /// The alarm rings.
    pub(crate) fn wake(&mut self, environment: &mut Environment, checks: &mut Checks) {
        let (server, now) = (self.id, self.clock.read(environment.now));
        let Some(running) = self.running() else { return };
        let cause = running.alarm.take().map(|alarm| alarm.cause);
        let Some(deadline) = running.node.deadline() else { return };
        let record = environment.record(cause, Happening::TimerFired { server, timer: deadline.timer });
        running.node.wake(now);
        self.settle(environment, checks, record);
    }

    /// The oldest write is durable.
    pub(crate) fn write_done(&mut self, environment: &mut Environment, checks: &mut Checks) {
        let (server, now) = (self.id, self.clock.read(environment.now));
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
            checks.sent(&held.message);
            environment.send_message(held.message, record);
        }
        self.settle(environment, checks, record);
    }

    /// A client asks something: it is proposed or read, or the client is told at once that this server cannot.
    pub(crate) fn request(&mut self, environment: &mut Environment, who: Who, ask: Ask, cause: RecordId) {
        let (server, now) = (self.id, self.clock.read(environment.now));
        let Some(running) = self.running() else { return };
        let answer = match ask {
            Ask::Order(order) => running.waiting.proposed(who, running.node.propose(now, order.encode().into())),
            Ask::Read { key, by: ReadBy::Nothing } => {
                Some(running.waiting.read_now(who, running.node.applied_index(), running.kv.read(&key)))
            }
            Ask::Read { key, by } => {
                running.waiting.reading(who, key, running.node.read(now, matches!(by, ReadBy::Lease)))
            }
        };
        answer.into_iter().for_each(|answer| answer.send(server, environment, cause));
    }

    /// Lets the alarm ring when the node wants to be woken, by its own clock.
    pub(crate) fn set_alarm(&mut self, environment: &mut Environment, cause: RecordId) {
        let (server, clock) = (self.id, self.clock);
        let Process::Up(running) = &mut self.process else { return };
        let deadline = running.node.deadline();
        let at = deadline.map(|deadline| clock.when(deadline.at).max(environment.now));
        if at == running.alarm.map(|alarm| alarm.key.at) {
            return;
        }
        if let Some(alarm) = running.alarm.take() {
            environment.queue.remove(alarm.key);
        }
        let push = |at: Instant| Alarm { key: environment.queue.push(at, Due::Wake(server)), cause };
        running.alarm = at.map(push);
    }
}

impl Running {
    fn copy_bytes(&self) -> usize {
        let node = &self.node;
        size_of::<Self>()
            + size_of_val(node.log().entries())
            + node.followers().len() * (size_of::<Progress>() + TEXT)
            + self.kv.copy_bytes()
            + self.held.len() * size_of::<Held>()
            + self.waiting.len() * 2 * TEXT
            + self.arriving.len()
    }
}

/// The state machine that a snapshot holds.
fn state_of(data: &[u8]) -> Kv {
    Kv::from_snapshot(data).expect("a snapshot that is durable, or arrived whole, is one that a server wrote")
}
