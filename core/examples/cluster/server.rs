//! A server: the loop between the node, the disk, the state machine and the network.

use std::collections::BTreeMap;
use std::error::Error;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use raftarium_core::sessions::Envelope;
use raftarium_core::{
    Change, Config, Entry, Instant, LogIndex, Message, Node, NodeId, Outcome, Output, ProposalId, ReadFailure, ReadId,
    Resolution, Role, Settings, Term, Transition,
};

use crate::clock::Clock;
use crate::links::Links;
use crate::machine::{Applied, Machine};
use crate::storage::Storage;
use crate::wire::{Answer, Ask, Dump};

pub(crate) enum Input {
    Peer(Message),
    Client(Ask, Sender<Answer>),
}

pub(crate) struct Server {
    node: Node,
    storage: Storage,
    machine: Machine,
    links: Links,
    clock: Clock,
    /// Clients whose proposal has this place in the log.
    proposed: BTreeMap<LogIndex, (Term, Sender<Answer>)>,
    /// Clients who wait until the state machine may be read.
    reading: BTreeMap<ReadId, (String, Sender<Answer>)>,
}

/// How many inputs share one write to the disk.
const BATCH: usize = 256;

impl Server {
    pub(crate) fn start(
        id: NodeId,
        dir: &Path,
        links: Links,
        snapshot_after: NonZeroU64,
    ) -> Result<Self, Box<dyn Error>> {
        let (storage, snapshot) = Storage::open(dir, id)?;
        let machine = snapshot.map_or_else(|| Ok(Machine::new()), |data| Machine::restore(&data))?;
        let config = Config::new(Settings {
            // A disk may take its time for a sync.
            election_timeout_min: Duration::from_millis(300),
            election_timeout_max: Duration::from_millis(600),
            heartbeat_interval: Duration::from_millis(75),
            snapshot_after_entries: Some(snapshot_after),
            ..Settings::default()
        })?;
        let clock = Clock::start();
        let node = Node::start(id, config, storage.state().clone(), storage.boot(), clock.now())?;
        Ok(Self { node, storage, machine, links, clock, proposed: BTreeMap::new(), reading: BTreeMap::new() })
    }

    /// Runs until something is wrong with the disk, or with this program.
    pub(crate) fn run(mut self, inputs: &Receiver<Input>) -> Result<(), Box<dyn Error>> {
        loop {
            self.carry_out()?;
            let wait = self.node.deadline().map_or(Duration::MAX, |deadline| deadline.at.since(self.clock.now()));
            match inputs.recv_timeout(wait.min(Duration::from_secs(1))) {
                Ok(input) => {
                    [input].into_iter().chain(inputs.try_iter().take(BATCH)).for_each(|input| self.take(input))
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            // Before the deadline, this does nothing.
            self.node.wake(self.clock.now());
        }
    }

    /// Does everything that the node asks for.
    fn carry_out(&mut self) -> Result<(), Box<dyn Error>> {
        while let Some(output) = self.node.poll() {
            let now = self.clock.now();
            match output {
                Output::Send(send) => {
                    // Each write is durable before the next output is taken, so no message has to wait for one.
                    debug_assert_eq!(send.after, None);
                    self.links.send(send.message);
                }
                Output::Persist(write) => {
                    let (id, installs) = (write.id, write.snapshot.is_some());
                    self.storage.write(&write)?;
                    if installs {
                        let snapshot = self.storage.read_snapshot()?.ok_or("it was installed")?;
                        self.machine = Machine::restore(&snapshot)?;
                    }
                    self.node.persisted(now, id)?;
                }
                Output::Apply(entries) => {
                    for entry in entries {
                        let applied = self.machine.apply(entry);
                        answer_proposal(&mut self.proposed, entry, applied);
                    }
                    let last = entries.last().expect("never empty").id.index;
                    self.node.applied(now, last)?;
                }
                Output::TakeSnapshot(index) => self.take_snapshot(now, index)?,
                Output::ReadSnapshot(request) => {
                    if let Some((data, done)) = self.storage.read_chunk(&request)? {
                        // It may not be needed any more; then it is refused, and that is as good.
                        let _ = self.node.snapshot_chunk(now, request, data.into(), done);
                    }
                }
                Output::KeepChunk(chunk) => self.storage.keep_chunk(&chunk)?,
                Output::Read { id, result } => self.answer_read(id, result),
                Output::Proposals(resolution) => self.resolve(&resolution),
                // Nothing is passed on, and nobody watches.
                Output::Forwarded { .. } | Output::Event(_) => {}
            }
        }
        Ok(())
    }

    fn take(&mut self, input: Input) {
        let now = self.clock.now();
        match input {
            Input::Peer(message) => {
                if let Err(rejection) = self.node.receive(now, message) {
                    eprintln!("{}: a message was rejected: {rejection}", self.node.id());
                }
            }
            Input::Client(ask, client) => self.ask(now, ask, client),
        }
    }

    fn ask(&mut self, now: Instant, ask: Ask, client: Sender<Answer>) {
        // A client that has gone does not hear its answer, and asks again if it wants to know.
        let answer = |answer| _ = client.send(answer);
        match ask {
            Ask::Propose(bytes) => match Envelope::decode(bytes) {
                Err(error) => answer(Answer::Refused(error.to_string())),
                Ok(envelope) => {
                    // The time of the log is what its leaders say, not what its clients do.
                    let envelope = Envelope { at: Clock::wall(), ..envelope };
                    match self.node.propose(now, envelope.encode().into()) {
                        // It asks for no forwarding: clients find the leader themselves.
                        Ok(proposed) => match proposed.appended() {
                            Some(id) => self.wait_for(id, client),
                            None => answer(Answer::Again("it was passed on".into())),
                        },
                        Err(error) => answer(self.not_now(error.to_string())),
                    }
                }
            },
            Ask::Get(key) => match self.node.read(now, false) {
                Ok(id) => _ = self.reading.insert(id, (key, client)),
                Err(error) => answer(Answer::Again(error.to_string())),
            },
            Ask::Dump => answer(Answer::Dump(Dump {
                leads: self.node.role() == Role::Leader,
                applied: self.node.applied_index(),
                voters: self.node.membership().voters().to_vec(),
                values: self.machine.values.clone(),
            })),
            Ask::Add(node) => self.change(now, Change::AddVoter(node), client),
            Ask::Remove(node) => self.change(now, Change::Remove(node), client),
        }
    }

    fn change(&mut self, now: Instant, change: Change, client: Sender<Answer>) {
        match self.node.change_membership(now, &[change], Transition::Auto) {
            Ok(id) => self.wait_for(id, client),
            Err(error) => _ = client.send(self.not_now(error.to_string())),
        }
    }

    /// Nothing was put into the log: somebody else must be asked, or it must be asked later.
    fn not_now(&self, error: String) -> Answer {
        if self.node.role() == Role::Leader { Answer::Again(error) } else { Answer::NotLeader(self.node.leader()) }
    }

    fn wait_for(&mut self, id: ProposalId, client: Sender<Answer>) {
        if let Some((_, before)) = self.proposed.insert(id.index, (id.term, client)) {
            let _ = before.send(Answer::Again("another leader's entry has its place".into()));
        }
    }

    fn take_snapshot(&mut self, now: Instant, index: LogIndex) -> Result<(), Box<dyn Error>> {
        // The state machine is where the last `Apply` left it, and that is the index that is asked for.
        let term = self.node.log().term_at(index).ok_or("it was applied")?;
        let membership = self.node.membership_at(index).ok_or("it was applied")?.clone();
        self.storage.compact(raftarium_core::EntryId::new(index, term), membership, &self.machine.snapshot()?)?;
        Ok(self.node.compact(now, index)?)
    }

    fn answer_read(&mut self, id: ReadId, result: Result<(), ReadFailure>) {
        let Some((key, client)) = self.reading.remove(&id) else { return };
        let _ = client.send(match result {
            Ok(()) => Answer::Value(self.machine.values.get(&key).cloned()),
            Err(failure) => Answer::Again(format!("{failure:?}")),
        });
    }

    /// What was committed was answered when it was applied, unless a snapshot came between.
    fn resolve(&mut self, resolution: &Resolution) {
        let why = match resolution.outcome {
            Outcome::Committed if resolution.last > self.node.applied_index() => return,
            Outcome::Committed | Outcome::Unknown { .. } => "a snapshot covers it",
            Outcome::Superseded { .. } => "another leader's entry has its place",
        };
        let places = self.proposed.range(resolution.first..=resolution.last);
        let places: Vec<_> =
            places.filter(|(_, (term, _))| *term == resolution.term).map(|(&place, _)| place).collect();
        for (_, client) in places.iter().filter_map(|place| self.proposed.remove(place)) {
            let _ = client.send(Answer::Again(why.into()));
        }
    }
}

fn answer_proposal(proposed: &mut BTreeMap<LogIndex, (Term, Sender<Answer>)>, entry: &Entry, applied: Option<Applied>) {
    let Some((term, client)) = proposed.remove(&entry.id.index) else { return };
    let _ = client.send(match applied {
        _ if term != entry.id.term => Answer::Again("another leader's entry has its place".into()),
        Some(applied) => Answer::Applied(applied),
        None => Answer::Changed,
    });
}
