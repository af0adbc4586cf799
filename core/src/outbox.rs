//! What a server wants from its host, in the order in which it is handed out.

use alloc::collections::VecDeque;

use crate::event::Event;
use crate::message::{Body, Message};
use crate::node::Node;
use crate::output::{ChunkRequest, Deadline, Installed, Output, Persist, PersistId, ReceivedChunk, Send, Timer};
use crate::role::Wait;
use crate::types::{NodeId, Term};

/// What waits to be polled.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Outbox {
    pub(crate) observed: bool,
    events: VecDeque<Event>,
    /// Messages that may leave at once.
    ready: VecDeque<Message>,
    /// Messages that wait for a write.
    gated: VecDeque<Send>,
    reads: VecDeque<ChunkRequest>,
    chunks: VecDeque<ReceivedChunk>,
}

/// Outputs.
impl Node {
    /// The next thing that the host must do; nothing if all is done until the next input.
    pub fn poll(&mut self) -> Option<Output<'_>> {
        if let Some(event) = self.outbox.events.pop_front() {
            return Some(Output::Event(event));
        }
        // What needs no write goes first, so that a leader's followers write while it writes itself (§10.2.1 of the
        // dissertation).
        if let Some(message) = self.outbox.ready.pop_front().or_else(|| self.next_append_message()) {
            return Some(Output::Send(Send { message, after: None }));
        }
        if let Some(request) = self.outbox.reads.pop_front() {
            return Some(Output::ReadSnapshot(request));
        }
        if let Some(chunk) = self.outbox.chunks.pop_front() {
            return Some(Output::KeepChunk(chunk));
        }
        let last = self.log.last().index;
        if let Some(pending) = self.durability.pending(last) {
            self.durability.begin(last);
            let hard_state = pending.hard_state.then(|| self.hard_state());
            let entries = self.log.between(pending.first.prev(), last);
            let snapshot = pending.install.map(|install| Installed {
                last: self.log.base(),
                membership: self.memberships.at(self.log.base().index),
                keep_suffix: install.keep_suffix,
            });
            return Some(Output::Persist(Persist { id: pending.id, hard_state, snapshot, entries }));
        }
        if let Some(mut send) = self.outbox.gated.pop_front() {
            send.after = send.after.filter(|&id| self.durability.is_under_way(id));
            return Some(Output::Send(send));
        }
        let installs = self.durability.installs();
        let appliable = self.commit.min(self.durability.durable());
        let replaced = installs || self.snapshot_requested;
        if self.handed_out < appliable && !replaced {
            let after = core::mem::replace(&mut self.handed_out, appliable);
            return Some(Output::Apply(self.log.between(after, appliable)));
        }
        if !replaced && let Some(id) = self.reads.pop_ready(self.applied) {
            return Some(Output::Read { id, result: Ok(()) });
        }
        if let Some((id, failure)) = self.reads.pop_failed() {
            return Some(Output::Read { id, result: Err(failure) });
        }
        if let Some(index) = self.wants_snapshot() {
            return Some(Output::TakeSnapshot(index));
        }
        // Where a proposal is comes before what became of it.
        if let Some((id, end)) = self.forwards.pop_ended() {
            return Some(Output::Forwarded { id, end });
        }
        self.proposals.resolve(&self.log, self.commit).map(Output::Proposals)
    }

    /// When the node wants to be woken, and why; nothing if it only waits for messages.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        let may_wait = |timer: &Timer| *timer != Timer::Election || self.may_campaign();
        let waits = Timer::ALL.into_iter().filter(may_wait);
        let deadline = |timer| self.wait(timer).map(|wait| Deadline { at: wait.at, since: wait.since, timer });
        waits.filter_map(deadline).min_by_key(|deadline| deadline.at)
    }

    pub(crate) fn wait(&self, timer: Timer) -> Option<Wait> {
        match timer {
            Timer::Read => self.reads.deadline(),
            Timer::Forward => self.forwards.deadline(),
            Timer::Election | Timer::Heartbeat | Timer::CheckQuorum | Timer::Transfer => self.state.wait(timer),
        }
    }
}

impl Node {
    pub(crate) fn emit(&mut self, event: impl FnOnce() -> Event) {
        if self.outbox.observed {
            self.outbox.events.push_back(event());
        }
    }

    pub(crate) fn read_snapshot(&mut self, request: ChunkRequest) {
        self.outbox.reads.push_back(request);
    }

    pub(crate) fn received_chunk(&mut self, chunk: ReceivedChunk) {
        self.outbox.chunks.push_back(chunk);
    }

    pub(crate) fn send(&mut self, to: NodeId, body: Body, after: Option<PersistId>) {
        self.send_in(self.term, to, body, after);
    }

    pub(crate) fn send_in(&mut self, term: Term, to: NodeId, body: Body, after: Option<PersistId>) {
        let message = Message { from: self.id, to, term, body };
        match after {
            None => self.outbox.ready.push_back(message),
            Some(_) => self.outbox.gated.push_back(Send { message, after }),
        }
    }
}
