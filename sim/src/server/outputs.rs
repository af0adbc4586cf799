//! Carrying out what a node asks for.

use alloc::vec::Vec;

use bytes::Bytes;
use raftarium_core::{Entry, EntryId, LogIndex, NodeId, Output, Persist, Role};

use super::waiting::{PendingAnswer, Waiting};
use super::{Held, Process, Running, Server, Stop, state_of};
use crate::checks::Checks;
use crate::disk::{Content, Disk, Snapshot};
use crate::environment::Environment;
use crate::kv::Kv;
use crate::trace::{Happening, RecordId};

/// How much of a snapshot travels in one packet.
const CHUNK_BYTES: usize = 256;

impl Server {
    /// Does everything that the node asks for because of `cause`; it may be stopped on the way.
    pub(crate) fn settle(&mut self, environment: &mut Environment, checks: &mut Checks, cause: RecordId) {
        let (server, now) = (self.id, self.clock.read(environment.now));
        let Process::Up(running) = &mut self.process else { return };
        // A leader that waits for a snapshot serves nobody, and nobody can send it one.
        if running.node.role() == Role::Leader && running.node.waits_for_snapshot() {
            running.node.withdraw_snapshot_request(now);
        }
        let stop = loop {
            if self.fuse == Some(0) {
                break Some(Stop::PowerFailure);
            }
            let Some(output) = running.node.poll() else { break None };
            let watched = matches!(output, Output::Event(_));
            match output {
                Output::Event(event) => {
                    environment.record(Some(cause), Happening::Node { server, event });
                }
                Output::Send(send) => match send.after {
                    None => {
                        checks.sent(&send.message);
                        environment.send_message(send.message, cause);
                    }
                    Some(after) => running.held.push(Held { message: send.message, after }),
                },
                Output::Persist(_) | Output::TakeSnapshot(_) if self.disk.settings().full => {
                    break Some(Stop::DiskFull);
                }
                Output::Persist(persist) => {
                    let arrived = persist.snapshot.map(|_| Bytes::from(core::mem::take(&mut running.arriving)));
                    if let Some((data, installed)) = arrived.as_ref().zip(persist.snapshot) {
                        checks.snapshot(server, installed.last, data);
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
                    take_snapshot(running, &mut self.disk, through, environment, checks, cause);
                }
                Output::Read { id, result } => {
                    let Running { node, kv, waiting, .. } = &mut **running;
                    let answer = waiting.read_ended(id, result, node.applied_index(), kv);
                    answer.into_iter().for_each(|answer| answer.send(server, environment, cause));
                }
                Output::Apply(entries) => {
                    let last = entries.last().map(|entry| entry.id.index);
                    checks.applied(server, entries);
                    running.kv.make_mistakes(self.config.settings().mistakes);
                    let answers = apply(server, &mut running.kv, &mut running.waiting, checks, entries);
                    if let (Some(first), Some(last)) = (entries.first().map(|entry| entry.id.index), last) {
                        let record = environment.record(Some(cause), Happening::Applied { server, first, last });
                        answers.into_iter().for_each(|answer| answer.send(server, environment, record));
                        checks.state(server, last, &running.kv);
                        running.node.applied(now, last).expect("the index was handed out just now");
                    }
                }
                Output::Proposals(resolution) => {
                    let answers = running.waiting.resolved(resolution);
                    answers.into_iter().for_each(|answer| answer.send(server, environment, cause));
                }
                Output::Forwarded { id, end } => {
                    let answer = running.waiting.forward_ended(id, end);
                    answer.into_iter().for_each(|answer| answer.send(server, environment, cause));
                }
            }
            // What is only seen changes nothing, so a crash before it is a crash after it.
            if !watched {
                self.fuse = self.fuse.map(|left| left.saturating_sub(1));
            }
        };
        match stop {
            Some(stop) => self.stop(environment, checks, stop, cause),
            None => self.set_alarm(environment, cause),
        }
    }
}

impl Server {
    /// Takes a snapshot of all that is applied.
    pub(crate) fn compact(&mut self, environment: &mut Environment, checks: &mut Checks, cause: RecordId) {
        if let Process::Up(running) = &self.process {
            let through = running.node.applied_index();
            take_snapshot(running, &mut self.disk, through, environment, checks, cause);
        }
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
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let what = Happening::WriteBegan { server, write: id, hard_state: hard_state.is_some(), entries: count };
    let cause = environment.record(Some(cause), what);
    let snapshot = snapshot.zip(arrived).map(|(installed, data)| {
        let (membership, keep_suffix) = (installed.membership.clone(), installed.keep_suffix);
        Snapshot { last: installed.last, membership, data, keep_suffix }
    });
    let content = Content::Persist { id, hard_state, snapshot, entries: entries.to_vec() };
    disk.begin(&mut environment.queue, environment.now, content, cause);
}

/// Writes the state machine down as it is now.
fn take_snapshot(
    running: &Running,
    disk: &mut Disk,
    through: LogIndex,
    environment: &mut Environment,
    checks: &mut Checks,
    cause: RecordId,
) {
    let node = &running.node;
    let (Some(term), Some(membership)) = (node.log().term_at(through), node.membership_at(through)) else { return };
    let (last, membership, data) = (EntryId::new(through, term), membership.clone(), running.kv.snapshot());
    checks.snapshot(node.id(), last, &data);
    let snapshot = Snapshot { last, membership, data, keep_suffix: true };
    let cause = environment.record(Some(cause), Happening::SnapshotBegan { server: node.id(), through });
    disk.begin(&mut environment.queue, environment.now, Content::Snapshot(snapshot), cause);
}

fn apply(
    server: NodeId,
    kv: &mut Kv,
    waiting: &mut Waiting,
    checks: &mut Checks,
    entries: &[Entry],
) -> Vec<PendingAnswer> {
    let apply = |entry: &Entry| {
        let effect = kv.apply(entry);
        checks.took_effect(server, entry.id, &effect);
        waiting.applied(entry.id, effect.answer)
    };
    entries.iter().filter_map(apply).collect()
}
