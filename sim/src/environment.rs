//! What every server shares: the time, the queue, the network, the trace.

use alloc::vec::Vec;

use raftarium_core::{Instant, Message};

use crate::address::Address;
use crate::client::Answer;
use crate::network::Network;
use crate::packet::{Content, Packet, PacketId};
use crate::queue::Queue;
use crate::trace::{Happening, LossReason, Record, RecordId, TraceHash};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Environment {
    pub(crate) now: Instant,
    pub(crate) queue: Queue,
    pub(crate) network: Network,
    pub(crate) recorder: Recorder,
}

/// Writes the trace. The records leave with [`Recorder::take`]; what stays is their number and their hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(crate) struct Recorder {
    pub(crate) count: u64,
    pub(crate) hash: TraceHash,
    fresh: Vec<Record>,
    scratch: Vec<u8>,
}

impl Recorder {
    pub(crate) fn take(&mut self) -> Vec<Record> {
        core::mem::take(&mut self.fresh)
    }

    pub(crate) const fn fresh(&mut self) -> &mut Vec<Record> {
        &mut self.fresh
    }

    pub(crate) fn show(&mut self, observe: impl FnMut(&Record)) {
        self.fresh.iter().for_each(observe);
        self.fresh.clear();
    }
}

impl Environment {
    pub(crate) fn record(&mut self, cause: Option<RecordId>, what: Happening) -> RecordId {
        let recorder = &mut self.recorder;
        let id = RecordId(recorder.count);
        let record = Record { id, at: self.now, cause, what };
        recorder.count += 1;
        recorder.hash = recorder.hash.with(&record, &mut recorder.scratch);
        recorder.scratch.clear();
        recorder.fresh.push(record);
        id
    }

    /// A packet comes to a server that does not run.
    pub(crate) fn receiver_is_down(&mut self, packet: PacketId) {
        let Some(Packet { id, from, to, cause, content, .. }) = self.network.take(packet) else { return };
        let lost = Happening::Lost { packet: id, reason: LossReason::ReceiverDown };
        let record = self.record(Some(cause), lost);
        // A connection to a host on which no process listens is refused.
        if let (Address::Client(_), Address::Server(server), Content::Request { request, attempt, .. }) =
            (from, to, content)
        {
            let answer = Content::Answer { request, attempt, answer: Answer::Down { server } };
            self.send(to, from, answer, record);
        }
    }

    pub(crate) fn send_message(&mut self, message: Message, cause: RecordId) {
        let (from, to) = (Address::Server(message.from), Address::Server(message.to));
        self.send(from, to, Content::Raft(message), cause);
    }

    pub(crate) fn send(&mut self, from: Address, to: Address, content: Content, cause: RecordId) {
        let what = content.glimpse();
        let now = self.now;
        let packet = self.network.next_id();
        let record = self.record(Some(cause), Happening::Sent { packet, from, to, what });
        let sent = self.network.send(&mut self.queue, now, from, to, content, record);
        if let Some(copy) = sent.copy {
            self.record(Some(record), Happening::Doubled { packet, copy });
        }
        if let Some(reason) = sent.lost {
            self.record(Some(record), Happening::Lost { packet, reason });
        }
    }
}
