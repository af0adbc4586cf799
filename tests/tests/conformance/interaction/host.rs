//! One server and what is around it: its disk, its state machine, and the two threads that write and apply.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use raftarium_core::{
    Body, Boot, Change, Config, DurableState, Entry, EntryId, Event, HardState, Instant, LogIndex, Membership,
    MembershipChangeError, Node, NodeId, Output, Payload, PersistId, Progress, ProgressState, Role, Send,
    StepDownReason, Term, Timer, Transition,
};

use super::bag::Item;

/// A tick of the scripts' clock, in microseconds.
pub(crate) const TICK: u64 = 1_000_000;
/// How many ticks an election timeout has.
pub(crate) const ELECTION_TICKS: u64 = 3;
/// The longest randomized election timeout, in ticks: what a server has of which the script says nothing.
const ELECTION_TICKS_MAX: u64 = 5;

/// What a `Persist` asks for.
#[derive(Debug)]
struct Write {
    id: PersistId,
    hard_state: Option<HardState>,
    snapshot: Option<(EntryId, bool, Vec<u8>)>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) node: Node,
    pub(crate) now: Instant,
    asynchronous: bool,
    /// The disk: the base of the log, and what is written after it.
    pub(crate) base: EntryId,
    pub(crate) stable: Vec<Entry>,
    /// The state machine adds every command to the end. What it was at each index.
    machine: BTreeMap<LogIndex, Vec<u8>>,
    incoming: Vec<u8>,
    /// One for each `Ready` that wrote something: a change of the commit index alone is written by the scripts' host.
    append_work: VecDeque<Vec<Write>>,
    apply_work: VecDeque<LogIndex>,
    /// What the node asked for, to be done with the next `Ready`.
    sends: Vec<Item>,
    writes: Vec<Write>,
    apply: Option<LogIndex>,
    handed_out: LogIndex,
    node_base: LogIndex,
    durable: HardState,
    waiting: VecDeque<Send>,
    pub(crate) applied: BTreeMap<LogIndex, Entry>,
    /// What a `Ready` showed last: what was true before it was handled.
    pub(crate) shown: (HardState, Role, Option<NodeId>),
    /// What it was since the directive began.
    pub(crate) trace: Vec<(HardState, Role, Option<NodeId>)>,
    timeout: Option<(u64, Term, Role)>,
    pub(crate) stepped_down: Option<Term>,
    commit_shown: LogIndex,
    commit_sent: LogIndex,
    /// The followers that are known to agree with this leader.
    agree: Vec<NodeId>,
    /// A change that is refused until what was before it is committed.
    pub(crate) deferred: Option<(Vec<Change>, Transition)>,
    pub(crate) was_deferred: bool,
    /// A snapshot of a leader's that was installed.
    pub(crate) installed: Option<LogIndex>,
    /// The term that the answer to a message of an old term brought.
    pub(crate) told: Option<Term>,
    /// The leader that was forgotten because the script says so.
    pub(crate) forgot: Option<NodeId>,
    /// Whether an answer had to wait behind writes that had nothing to do with it.
    pub(crate) held_back: bool,
    /// How far a vote said that the log is committed.
    pub(crate) learned_by_vote: LogIndex,
}

impl Host {
    pub(crate) fn start(
        id: NodeId,
        config: Config,
        base: EntryId,
        membership: Membership,
        content: Vec<u8>,
        asynchronous: bool,
    ) -> Result<Self, String> {
        // No promise to a leader of an earlier life is left.
        let now = Instant::from_micros(1_000 * TICK);
        let hard_state = HardState { term: base.term, vote: None, commit: base.index };
        let durable = DurableState { hard_state, base, membership, entries: Vec::new(), applied: base.index };
        let mut node = Node::start(id, config, durable, Boot(1), Instant::ZERO).map_err(|error| error.to_string())?;
        node.observe(true);
        let shown = (node.hard_state(), node.role(), node.leader());
        Ok(Self {
            node,
            now,
            asynchronous,
            base,
            stable: Vec::new(),
            machine: BTreeMap::from([(base.index, content)]),
            incoming: Vec::new(),
            append_work: VecDeque::new(),
            apply_work: VecDeque::new(),
            sends: Vec::new(),
            writes: Vec::new(),
            apply: None,
            handed_out: base.index,
            node_base: base.index,
            durable: hard_state,
            waiting: VecDeque::new(),
            applied: BTreeMap::new(),
            shown,
            trace: Vec::new(),
            timeout: None,
            stepped_down: None,
            commit_shown: base.index,
            commit_sent: base.index,
            agree: Vec::new(),
            deferred: None,
            was_deferred: false,
            installed: None,
            told: None,
            forgot: None,
            held_back: false,
            learned_by_vote: LogIndex::ZERO,
        })
    }

    fn state(&self) -> (HardState, Role, Option<NodeId>) {
        (self.node.hard_state(), self.node.role(), self.node.leader())
    }

    /// A directive begins.
    pub(crate) fn begin(&mut self) {
        self.trace = vec![self.shown, self.state()];
    }

    /// Whether the node has asked for anything.
    pub(crate) fn has_ready(&self) -> bool {
        !(self.sends.is_empty() && self.writes.is_empty() && self.apply.is_none())
    }

    /// Polls until there is nothing more, as a host must after every input; it is done when the script says so.
    fn poll(&mut self) -> Result<(), String> {
        loop {
            let mut wanted = None;
            match self.node.poll() {
                None => return Ok(()),
                Some(Output::Event(Event::SteppedDown { reason: StepDownReason::Removed, term, .. })) => {
                    self.stepped_down = Some(term);
                }
                // The scripts' leaders tell no one when they are removed; the network loses what ours says.
                Some(Output::Send(send))
                    if matches!(send.message.body, Body::TimeoutNow)
                        && self.stepped_down == Some(send.message.term) => {}
                Some(Output::Send(Send { message, after: None })) => self.sends.push(Item::Message(message)),
                Some(Output::Send(send)) => self.waiting.push_back(send),
                Some(Output::Persist(persist)) => {
                    let data = std::mem::take(&mut self.incoming);
                    self.writes.push(Write {
                        id: persist.id,
                        hard_state: persist.hard_state,
                        snapshot: persist.snapshot.map(|install| (install.last, install.keep_suffix, data)),
                        entries: persist.entries.to_vec(),
                    });
                }
                Some(Output::Apply(entries)) => {
                    for entry in entries {
                        let after = self.handed_out.max(self.node_base);
                        if entry.id.index != after.next() {
                            return Err(format!("{} is given to be applied after {after}", entry.id));
                        }
                        self.handed_out = entry.id.index;
                        self.applied.insert(entry.id.index, entry.clone());
                        self.apply = Some(entry.id.index);
                    }
                }
                Some(Output::ReadSnapshot(request)) => wanted = Some(request),
                Some(Output::KeepChunk(chunk)) => {
                    self.installed = Some(chunk.last.index);
                    self.incoming.truncate(usize::try_from(chunk.offset).unwrap_or(0));
                    self.incoming.extend_from_slice(&chunk.data);
                }
                // What a host of scripts never asks for, or does not listen to.
                Some(_) => {}
            }
            self.node_base = self.node_base.max(self.node.log().base().index);
            if let Some(request) = wanted {
                let data = self.machine.get(&request.last.index).cloned();
                let data = data.ok_or_else(|| format!("the state at {} is asked for", request.last))?;
                let told = self.node.snapshot_chunk(self.now, request, data.into(), true);
                told.map_err(|error| error.to_string())?;
            }
        }
    }

    /// Does what the node has asked for so far.
    pub(crate) fn ready(&mut self) -> Result<Vec<Item>, String> {
        self.shown = self.state();
        let mut sends = std::mem::take(&mut self.sends);
        let (writes, apply) = (std::mem::take(&mut self.writes), self.apply.take());
        let commit = self.node.hard_state().commit;
        if !writes.is_empty() || commit > self.commit_shown {
            self.append_work.push_back(writes);
        }
        self.commit_shown = commit;
        if self.asynchronous {
            sends.extend(self.written_at_once());
        }
        self.apply_work.extend(apply);
        if !self.asynchronous {
            let mut done = Vec::new();
            while self.has_append_work() {
                done.extend(self.append()?);
            }
            while self.has_apply_work() {
                done.extend(self.apply()?);
            }
            for item in done {
                match item {
                    Item::Persisted(_, id) => self.persisted(id)?,
                    Item::Applied(_, index) => self.applied(index)?,
                    Item::Message(_) | Item::Asked(..) => sends.push(item),
                }
            }
        }
        Ok(sends)
    }

    /// Their vote requests do not wait for the candidate's own term to be durable. Ours do; so this disk, if it has
    /// nothing else to do, writes a term and a vote at once, although its thread tells of it later.
    fn written_at_once(&mut self) -> Vec<Item> {
        let only_terms = |write: &Write| write.entries.is_empty() && write.snapshot.is_none();
        let idle = self.append_work.len() == 1 && self.append_work.iter().flatten().all(only_terms);
        let asks = |send: &Send| matches!(send.message.body, Body::VoteRequest(_));
        let (gone, waiting): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|send| idle && asks(send));
        self.waiting = waiting.into();
        self.held_back |= self.append_work.len() > 1 && !self.waiting.is_empty();
        gone.into_iter().map(|send| Item::Message(send.message)).collect()
    }

    pub(crate) fn has_append_work(&self) -> bool {
        !self.append_work.is_empty()
    }

    pub(crate) fn has_apply_work(&self) -> bool {
        !self.apply_work.is_empty()
    }

    /// The append thread does one thing.
    pub(crate) fn append(&mut self) -> Result<Vec<Item>, String> {
        let mut items = Vec::new();
        for write in self.append_work.pop_front().into_iter().flatten() {
            if let Some((last, keep_suffix, data)) = write.snapshot {
                self.base = last;
                self.stable.retain(|entry| keep_suffix && entry.id.index > last.index);
                self.machine.retain(|&index, _| index < last.index);
                self.machine.insert(last.index, data);
            }
            if let Some(first) = write.entries.first() {
                self.stable.retain(|entry| entry.id.index < first.id.index);
                self.stable.extend(write.entries);
            }
            if write.hard_state.is_some_and(|state| state.term < self.durable.term) {
                return Err("the term that is written is less than the one on the disk".into());
            }
            self.durable = write.hard_state.unwrap_or(self.durable);
            items.push(Item::Persisted(self.node.id(), write.id));
            let may_go = |send: &&Send| send.after.is_none_or(|after| after <= write.id);
            let ready = self.waiting.iter().take_while(may_go).count();
            items.extend(self.waiting.drain(..ready).map(|send| Item::Message(send.message)));
        }
        Ok(items)
    }

    /// The apply thread does one thing.
    pub(crate) fn apply(&mut self) -> Result<Vec<Item>, String> {
        let Some(through) = self.apply_work.pop_front() else { return Ok(Vec::new()) };
        let (&last, state) = self.machine.last_key_value().ok_or("a state machine without a state")?;
        let mut state = state.clone();
        for index in (last.0 + 1..=through.0).map(LogIndex) {
            let entry = self.applied.get(&index).ok_or_else(|| format!("{index} was not given to be applied"))?;
            if let Payload::Command(command) = &entry.payload {
                state.extend_from_slice(command);
            }
            self.machine.insert(index, state.clone());
        }
        Ok(vec![Item::Applied(self.node.id(), through)])
    }

    pub(crate) fn machine(&self) -> &BTreeMap<LogIndex, Vec<u8>> {
        &self.machine
    }

    pub(crate) fn persisted(&mut self, id: PersistId) -> Result<(), String> {
        self.node.persisted(self.now, id).map_err(|error| error.to_string())?;
        self.settle()
    }

    pub(crate) fn applied(&mut self, index: LogIndex) -> Result<(), String> {
        // A snapshot may have come meanwhile.
        if index > self.node.applied_index() {
            self.node.applied(self.now, index).map_err(|error| error.to_string())?;
        }
        self.settle()
    }

    /// After every input. The scripts' leaders say at once that the commit index moved, or say it to a follower that is
    /// found to agree; ours say it with what they send next, so a heartbeat, which is due all the time here, is made to
    /// go out.
    pub(crate) fn settle(&mut self) -> Result<(), String> {
        self.trace.push(self.state());
        let commit = self.node.hard_state().commit;
        let agrees = |follower: &&Progress| follower.state() == ProgressState::Replicate;
        let agree: Vec<_> = self.node.followers().iter().filter(agrees).map(Progress::id).collect();
        let found = agree.iter().any(|id| !self.agree.contains(id));
        self.agree = agree;
        if self.node.role() == Role::Leader && (found || commit > self.commit_sent) {
            self.commit_sent = commit;
            self.now = self.now + Duration::from_micros(1);
            self.node.wake(self.now);
        }
        if let Some((changes, transition)) = self.deferred.take() {
            self.change(changes, transition).ok();
        }
        self.poll()
    }

    /// Asks for a change; one that must wait for a commit is asked for again.
    pub(crate) fn change(&mut self, changes: Vec<Change>, transition: Transition) -> Result<(), MembershipChangeError> {
        // No change at all is the scripts' way to leave a joint configuration.
        let result = if changes.is_empty() && transition == Transition::Auto {
            self.node.leave_joint(self.now)
        } else {
            self.node.change_membership(self.now, &changes, transition)
        };
        match result {
            Ok(_) => Ok(()),
            Err(MembershipChangeError::TermNotCommitted { .. } | MembershipChangeError::Pending { .. }) => {
                self.deferred = Some((changes, transition));
                self.was_deferred = true;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn compact(&mut self, through: LogIndex) -> Result<(), String> {
        self.node.compact(self.now, through).map_err(|error| error.to_string())?;
        self.base = self.node.log().base();
        self.stable.retain(|entry| entry.id.index > through);
        self.settle()
    }

    pub(crate) fn set_timeout(&mut self, ticks: u64) {
        self.timeout = Some((ticks, self.node.hard_state().term, self.node.role()));
    }

    /// A tick. An election timeout is drawn so long that it never ends by itself: the node knows since when it waits,
    /// and the script for how long.
    pub(crate) fn tick(&mut self) -> Result<(), String> {
        self.now = self.now + Duration::from_micros(TICK);
        let state = (self.node.hard_state().term, self.node.role());
        let (ticks, ..) = self.timeout.filter(|&(_, term, role)| (term, role) == state).unwrap_or((
            ELECTION_TICKS_MAX,
            state.0,
            state.1,
        ));
        match self.node.deadline() {
            Some(deadline) if deadline.timer == Timer::Election => {
                let waited = self.now.since(deadline.since.max(Instant::from_micros(1_000 * TICK)));
                if waited.as_micros() >= u128::from(ticks.saturating_mul(TICK)) {
                    self.now = self.now.max(deadline.at);
                    self.node.wake(self.now);
                }
            }
            Some(_) => self.node.wake(self.now),
            None => {}
        }
        self.settle()
    }
}
