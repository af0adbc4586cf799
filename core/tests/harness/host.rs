//! What a host does for its server: it serves what the server wants, and writes.

use raftarium_core::{Event, Message, Output, Send};

use super::cluster::Cluster;
use super::id;

/// Something that a server wants, and that more than the server is needed for.
enum Wish {
    Nothing,
    Leaves(Message),
    Reads(raftarium_core::ChunkRequest),
    Keeps(raftarium_core::ReceivedChunk),
    Compacts(u64),
    Resolves(raftarium_core::Resolution),
    Answers(raftarium_core::ReadId, Result<(), raftarium_core::ReadFailure>),
    Tells(Event),
    EndsForward(raftarium_core::ForwardId, raftarium_core::Forwarded),
}

impl Cluster {
    /// Does all that a server wants, as far as its disk lets it.
    pub(crate) fn run(&mut self, number: u64) {
        if self.server(number).neglected {
            return;
        }
        loop {
            while self.poll(number) {}
            if self.server(number).disk.held || !self.write_one(number) {
                return;
            }
        }
    }

    /// Does one thing that a server wants. False if there is none.
    pub(crate) fn poll(&mut self, number: u64) -> bool {
        let now = self.now;
        let server = self.server_mut(number);
        let Some(node) = &mut server.node else { return false };
        let mut wish = Wish::Nothing;
        match node.poll() {
            None => return false,
            Some(Output::Send(send)) => {
                let waits = send.after.is_some_and(|after| server.disk.under_way_ids().contains(&after));
                assert!(waits || send.after.is_none(), "{send:?} waits for a write that nobody has");
                if waits { server.waiting.push(send) } else { wish = Wish::Leaves(send.message) }
            }
            Some(Output::Persist(write)) => server.disk.begin(&write, &server.receiving.clone().into()),
            Some(Output::Apply(_)) if server.stands_still => {}
            Some(Output::Apply(entries)) => {
                let last = entries.last().expect("never empty").id.index;
                server.applied.extend_from_slice(entries);
                node.applied(now, last).expect("it was handed out");
            }
            Some(Output::ReadSnapshot(request)) => wish = Wish::Reads(request),
            Some(Output::KeepChunk(chunk)) => wish = Wish::Keeps(chunk),
            Some(Output::TakeSnapshot(index)) => wish = Wish::Compacts(index.0),
            Some(Output::Read { id, result }) => wish = Wish::Answers(id, result),
            Some(Output::Proposals(resolution)) => wish = Wish::Resolves(resolution),
            Some(Output::Event(event)) => wish = Wish::Tells(event),
            Some(Output::Forwarded { id, end }) => wish = Wish::EndsForward(id, end),
        }
        match wish {
            Wish::Nothing => {}
            Wish::Leaves(message) => self.wire_up([message]),
            Wish::Reads(request) => self.read_chunk(number, request),
            Wish::Keeps(chunk) => self.keep_chunk(number, &chunk),
            Wish::Compacts(index) => self.compact(number, index).expect("it was asked for"),
            Wish::Resolves(resolution) => self.resolve(number, resolution),
            Wish::Answers(read, result) => self.answer(number, read, result),
            Wish::Tells(event) => self.tell(number, event),
            Wish::EndsForward(forward, end) => self.end_forward(number, forward, end),
        }
        self.check(number);
        true
    }

    /// Makes a server's oldest write durable. False if there is none.
    pub(crate) fn write_one(&mut self, number: u64) -> bool {
        let server = self.server_mut(number);
        if server.node.is_none() {
            return false;
        }
        let Some((done, installs)) = server.disk.complete_one() else { return false };
        if installs {
            self.load_snapshot(number);
        }
        let now = self.now;
        let server = self.server_mut(number);
        server.node.as_mut().expect("it runs").persisted(now, done).expect("it was under way");
        let (leave, stay) = server.waiting.drain(..).partition(|send| send.after.is_some_and(|after| after <= done));
        server.waiting = stay;
        let leave: Vec<Send> = leave;
        self.wire_up(leave.into_iter().map(|send| send.message));
        self.check(number);
        true
    }

    /// Crashes alone lose nothing that was acknowledged, and no leader takes them for a loss.
    fn tell(&mut self, number: u64, event: Event) {
        self.safety.watch(|_| assert!(!matches!(event, Event::PeerLostData { .. }), "Lost Data: {event:?}"));
        self.server_mut(number).events.push(event);
    }

    fn wire_up(&mut self, messages: impl IntoIterator<Item = Message>) {
        for message in messages {
            self.safety.watch(|safety| safety.check_sent(&self.servers, &message));
            self.wire.push(message);
        }
    }

    pub(super) fn check(&mut self, number: u64) {
        if self.complete {
            self.safety.check(&self.servers, id(number));
        }
    }
}
