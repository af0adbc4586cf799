//! What happened, in a plain sentence.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{
    Change, ElectionReason, Event, LogIndex, Membership, Mistake, NodeId, ReadFailure, Role, StepDownReason, Timer,
    TransferEnd, VoteRefusal,
};

use super::{asked, count, is_restart, list, packet};
use crate::address::Address;
use crate::client::{Answer, Retries};
use crate::command::{Command, Pace, PacketAct};
use crate::linear::KeyOutput;
use crate::packet::{Glimpse, PacketId};
use crate::trace::{Happening, LossReason, Record};

/// The sentence for `record` of the trace `records`.
#[must_use]
pub fn sentence(record: &Record, records: &[Record]) -> String {
    match &record.what {
        Happening::Commanded(command) => commanded(command),
        Happening::CommandRefused { error, .. } => format!("Could not be done: {error}."),
        Happening::Started { server, hard_state, last } if is_restart(record) => {
            format!("{server} restarts in term {} with {}.", hard_state.term, count(last.0, "entry", "entries"))
        }
        Happening::Started { server, .. } => format!("{server} starts."),
        Happening::Crashed { server, lost_writes: 0 } => format!("{server} crashes."),
        Happening::Crashed { server, lost_writes } => {
            format!(
                "{server} crashes and loses {}.",
                count((*lost_writes).into(), "unfinished write", "unfinished writes")
            )
        }
        Happening::TornWriteDropped { server } => {
            format!("{server} finds that its last write was cut off by the crash, and drops it: it was never durable.")
        }
        Happening::StartImpossible { server, why } => format!("{server} does not start: {why}."),
        Happening::StartRefused { server, reason } => format!("{server} does not start: {reason}."),
        Happening::DiskFull { server } => format!("{server} cannot write, as its disk is full, and stops."),
        Happening::Sent { from, to, what, .. } => format!("{from} sends {} to {to}.", packet::with_article(*what)),
        Happening::Delivered { to, packet } => match sending(*packet, record, records) {
            Some((from, what)) => format!("{to} receives {} from {from}.", packet::with_article(what)),
            None => format!("{to} receives a message."),
        },
        Happening::Lost { packet, reason } => {
            let what = match sending(*packet, record, records) {
                Some((from, what)) => format!("A message of {from} ({})", packet::name(what)),
                None => "A message".to_owned(),
            };
            match reason {
                LossReason::Cut => format!("{what} is lost: the link is cut."),
                LossReason::Chance => format!("{what} is lost on its way."),
                LossReason::ReceiverDown => format!("{what} is lost: its receiver is down."),
                LossReason::Filtered => format!("{what} is lost: the link lets none of its kind through."),
                LossReason::QueueFull => format!("{what} is lost: too much waits for the line."),
                LossReason::Dropped => format!("{what} is dropped."),
            }
        }
        Happening::Doubled { packet, .. } => match sending(*packet, record, records) {
            Some((from, what)) => format!("A message of {from} ({}) is under way a second time.", packet::name(what)),
            None => "A message is under way a second time.".to_owned(),
        },
        Happening::Rejected { server, reason } => format!("{server} refuses a message: {reason}."),
        Happening::TimerFired { server, timer } => timer_fired(*server, *timer),
        Happening::WriteBegan { server, hard_state: true, entries: 0, .. } => {
            format!("{server} writes its term and vote to disk.")
        }
        Happening::WriteBegan { server, entries: 0, .. } => format!("{server} writes the leader's snapshot to disk."),
        Happening::WriteBegan { server, entries, .. } => {
            format!("{server} writes {} to disk.", count((*entries).into(), "entry", "entries"))
        }
        Happening::WriteDurable { server, .. } => format!("What {server} wrote is safe on disk."),
        Happening::SnapshotBegan { server, through } => {
            format!("{server} writes a snapshot up to entry {through} to disk.")
        }
        Happening::SnapshotDurable { server, through } => {
            format!("The snapshot of {server} up to entry {through} is safe on disk.")
        }
        Happening::Applied { server, first, last } => format!("{server} applies {}.", span(*first, *last)),
        Happening::Node { server, event } => node(*server, event),
        Happening::TimedOut { client, .. } => format!("{client} stops waiting: the outcome is unknown."),
        Happening::Asked { client, op, .. } => format!("{client} asks: {}.", asked(op)),
        Happening::Retried { client, server, .. } => format!("{client} has waited for too long, and asks {server}."),
        Happening::SessionOpened { client, session } => format!("{client} has {session}."),
        Happening::Answered { client, answer, .. } => format!("{client} learns: {}.", answered(answer)),
        Happening::Violated(violation) => format!("{} is broken: {}", violation.rule.name(), violation.story),
    }
}

fn timer_fired(server: NodeId, timer: Timer) -> String {
    match timer {
        Timer::Election => format!("The election timer of {server} runs out."),
        Timer::Heartbeat => format!("{server} is due to show that it leads."),
        Timer::CheckQuorum => format!("{server} looks whether it heard from a majority."),
        Timer::Read => format!("{server} has waited long enough for the answer to a read."),
        Timer::Transfer => format!("{server} has waited long enough for another to take over."),
        Timer::Forward => format!("{server} has waited long enough for the answer to a proposal that it passed on."),
    }
}

/// What was sent, and by whom. A packet is not under way for long, so the search back is short.
fn sending(id: PacketId, record: &Record, records: &[Record]) -> Option<(Address, Glimpse)> {
    const FURTHEST: usize = 5_000;
    // They need not be all: a long trace is not kept from its beginning on.
    let before = records.get(..usize::try_from(record.id.0.checked_sub(records.first()?.id.0)?).ok()?)?;
    before.iter().rev().take(FURTHEST).find_map(|earlier| {
        if let Happening::Sent { packet, from, what, .. } = &earlier.what
            && *packet == id
        {
            return Some((*from, *what));
        }
        None
    })
}

/// What was done, in a sentence.
#[must_use]
pub fn commanded(command: &Command) -> String {
    match command {
        Command::Crash { server } => format!("The power of {server} fails."),
        Command::Restart { server } => format!("{server} is started again."),
        Command::TimeOut { server } => format!("The election timer of {server} is made to run out."),
        Command::Request { client, server: Some(server), op } => format!("{client} asks {server}: {}.", asked(op)),
        Command::Request { client, server: None, op } => format!("{client} asks the leader: {}.", asked(op)),
        Command::GiveUp { client } => format!("{client} no longer waits for answers."),
        Command::Requests { client, server, ops, pace } => {
            let whom = server.map_or("the leader".to_owned(), |server| format!("{server}"));
            let what = count(ops.len() as u64, "thing", "things");
            match pace {
                Pace::Answered => format!("{client} asks {whom} {what}, one after the other."),
                Pace::Every(time) => format!("{client} asks {whom} {what}, one every {} ms.", time.as_millis()),
            }
        }
        Command::Cut { from, to, both: true } => format!("The link between {from} and {to} is cut."),
        Command::Cut { from, to, both: false } => format!("The link from {from} to {to} is cut."),
        Command::Heal { from, to, both: true } => format!("The link between {from} and {to} is mended."),
        Command::Heal { from, to, both: false } => format!("The link from {from} to {to} is mended."),
        Command::Partition { groups } => {
            let names: Vec<String> = groups.iter().map(|group| list(group)).collect();
            match (&groups[..], &names[..]) {
                ([group], [only]) if group.len() == 1 => format!("{only} is cut off from the others."),
                ([_], [only]) => format!("{only} are cut off from the others."),
                _ => format!("The network is split: {}.", names.join(" | ")),
            }
        }
        Command::HealAll => "All links are mended.".to_owned(),
        Command::SetLink { from, to, .. } => format!("The link between {from} and {to} is changed."),
        Command::SetAllLinks { .. } => "All links are changed.".to_owned(),
        Command::Isolate { server } => format!("{server} is cut off from the others."),
        Command::Clog { from, to, .. } => format!("Everything on the link between {from} and {to} is stopped."),
        Command::Unclog { from, to, .. } => format!("The link between {from} and {to} goes on."),
        Command::Filter { from, to, classes, .. } if classes.is_empty() => {
            format!("Everything is let through again between {from} and {to}.")
        }
        Command::Filter { from, to, .. } => {
            format!("Some kinds of messages are no longer let through between {from} and {to}.")
        }
        Command::Kill { server } => format!("The process of {server} is ended."),
        Command::CrashAfter { server, .. } => format!("{server} is to crash in the middle of what it does."),
        Command::Pause { server } => format!("{server} is paused."),
        Command::Resume { server } => format!("{server} goes on."),
        Command::Wipe { server } => format!("The disk of {server} is wiped."),
        Command::SetDisk { server, .. } => format!("The disk of {server} is changed."),
        Command::FlipBit { server, .. } => format!("A bit flips on the disk of {server}."),
        Command::SetClock { server, drift_ppm: 0 } => format!("The clock of {server} goes right again."),
        Command::SetClock { server, drift_ppm } if *drift_ppm > 0 => {
            format!("The clock of {server} goes too fast from now on.")
        }
        Command::SetClock { server, .. } => format!("The clock of {server} goes too slow from now on."),
        Command::JumpClock { server, by_us } if *by_us < 0 => format!("The clock of {server} is set back."),
        Command::JumpClock { server, .. } => format!("The clock of {server} is set forward."),
        Command::Configure { server, .. } => {
            format!("The settings of {server} are changed, and hold from its next start on.")
        }
        Command::MakeMistakes { server, mistakes } if mistakes.is_empty() => {
            format!("{server} keeps to all rules again.")
        }
        Command::MakeMistakes { server, mistakes } => {
            let names: Vec<&str> = mistakes.iter().map(Mistake::name).collect();
            format!("{server} makes mistakes from now on: {}.", names.join(", "))
        }
        Command::SetRetries { client, retries } => {
            let what = match retries {
                Retries::Never => "gives up",
                Retries::Plain => "asks again",
                Retries::Session => "asks again in a session",
            };
            format!("{client} {what} from now on if it gets no answer.")
        }
        Command::AddServer => "A server is added.".to_owned(),
        Command::ChangeMembership { server, changes, .. } => {
            let changes: Vec<String> = changes.iter().map(changed).collect();
            format!("{server} is asked to change the cluster: {}.", changes.join(", "))
        }
        Command::LeaveJoint { server } => format!("{server} is asked to leave the joint membership."),
        Command::Transfer { server, to } => format!("{server} is asked to hand over to {to}."),
        Command::ForgetLeader { server } => format!("{server} is made to forget who leads."),
        Command::Compact { server } => format!("{server} is told to take a snapshot."),
        Command::RequestSnapshot { server } => format!("{server} is told to ask its leader for a snapshot."),
        Command::Packet { act, .. } => match act {
            PacketAct::Drop => "A message is taken away.".to_owned(),
            PacketAct::Double => "A message is doubled.".to_owned(),
            PacketAct::Hold => "A message is held.".to_owned(),
            PacketAct::Release => "A message goes on.".to_owned(),
            PacketAct::Delay(_) => "A message is delayed.".to_owned(),
            PacketAct::Deliver => "A message is delivered at once.".to_owned(),
        },
    }
}

fn changed(change: &Change) -> String {
    match change {
        Change::AddVoter(server) => format!("{server} votes"),
        Change::AddLearner(server) => format!("{server} learns"),
        Change::Remove(server) => format!("{server} leaves"),
    }
}

fn node(server: NodeId, event: &Event) -> String {
    match event {
        Event::TermAdvanced { to, by, .. } => format!("{server} learns of term {to} from {by}."),
        Event::PreVoteStarted { term, reason: ElectionReason::Timeout } => {
            format!("{server} heard no leader in time, and asks whether it could win term {term}.")
        }
        Event::PreVoteStarted { term, reason: ElectionReason::Requested | ElectionReason::Transfer } => {
            format!("{server} asks whether it could win term {term}, as it was told.")
        }
        Event::ElectionStarted { term, reason: ElectionReason::Timeout, .. } => {
            format!("{server} heard no leader in time, and starts an election for term {term}.")
        }
        Event::ElectionStarted { term, reason: ElectionReason::Requested, .. } => {
            format!("{server} starts an election for term {term}, as it was told.")
        }
        Event::ElectionStarted { term, reason: ElectionReason::Transfer, .. } => {
            format!("{server} starts an election for term {term}, because its leader hands over.")
        }
        Event::PreVoteGranted { to, term } => format!("{server} would vote for {to} in term {term}."),
        Event::VoteIgnored { from, term, leader: Some(leader) } => {
            format!("{server} puts aside what {from} asks for term {term}: it hears from {leader}, which leads.")
        }
        Event::VoteIgnored { from, term, leader: None } => {
            format!("{server} puts aside what {from} asks for term {term}: it promised a leader to wait.")
        }
        Event::LeaderForgotten { leader } => format!("{server} forgets that {leader} leads, as it was told."),
        Event::VoteGranted { to, term } => format!("{server} votes for {to} in term {term}."),
        Event::VoteRefused { to, reason } => format!("{server} does not vote for {to}: {}.", refusal(*reason)),
        Event::VoteCounted { from, granted: true, votes, needed } => {
            format!("{server} has the vote of {from}: {votes} of {needed}.")
        }
        Event::VoteCounted { from, granted: false, votes, needed } => {
            format!("{server} does not get the vote of {from}: {votes} of {needed}.")
        }
        Event::BecameLeader { term } => format!("{server} is elected leader of term {term}."),
        Event::SteppedDown { was, reason, .. } => {
            let was = match was {
                Role::Leader => "steps down as leader",
                Role::PreCandidate => "gives up asking",
                Role::Candidate => "gives up its election",
                Role::Follower => "follows on",
            };
            match reason {
                StepDownReason::HigherTerm { from } => format!("{server} {was}: {from} is in a later term."),
                StepDownReason::LeaderFound { leader } => format!("{server} {was}: {leader} leads."),
                StepDownReason::QuorumLost => format!("{server} {was}: it has not heard from a majority in time."),
                StepDownReason::DiskStalled => format!("{server} {was}: its disk has not finished a write in time."),
                StepDownReason::Removed => format!("{server} {was}: it does not vote any more."),
            }
        }
        Event::LeaderFound { leader, term } => format!("{server} follows {leader} in term {term}."),
        Event::Appended { first, last } => format!("{server} appends {}.", span(*first, last.index)),
        Event::Truncated { first, last, by } => {
            format!("{server} erases {}: the leader has an entry of term {} there.", span(*first, last.index), by.term)
        }
        Event::AppendRefused { leader, prev, .. } => {
            format!("{server} rejects entries of {leader}: it does not have entry {prev}.")
        }
        Event::Matched { peer, matched } => format!("{server} knows that {peer} agrees up to {matched}."),
        Event::BackedUp { peer, from, to } => format!("{server} goes back from {from} to {to} for {peer}."),
        Event::Committed { through } => format!("{server} knows that the log is committed up to {through}."),
        Event::Compacted { through } => {
            format!("{server} drops its log up to entry {}: a snapshot has it.", through.index)
        }
        Event::SnapshotInstalled { last, keep_suffix: true } => {
            format!("{server} takes the leader's snapshot up to entry {}, and keeps what comes after it.", last.index)
        }
        Event::SnapshotInstalled { last, keep_suffix: false } => {
            format!("{server} takes the leader's snapshot up to entry {} in place of its log.", last.index)
        }
        Event::MembershipChanged { membership } => format!("{server} knows of other members: {}.", voting(membership)),
        Event::TransferStarted { to } => format!("{server} hands over to {to}."),
        Event::TransferEnded { to, end: TransferEnd::TimedOut } => {
            format!("{server} leads on: {to} did not take over in time.")
        }
        Event::TransferEnded { to, end: TransferEnd::NotVoter } => {
            format!("{server} leads on: {to} does not vote any more.")
        }
        Event::PreVoteCounted { from, granted: true, votes, needed } => {
            format!("{server} would have the vote of {from}: {votes} of {needed}.")
        }
        Event::PreVoteCounted { from, granted: false, votes, needed } => {
            format!("{server} would not get the vote of {from}: {votes} of {needed}.")
        }
        Event::ProposalForwarded { to } => format!("{server} passes a proposal on to {to}, which leads."),
        Event::SnapshotRequested { by, .. } => format!("{server} is asked by {by} for its snapshot."),
        Event::PeerLostData { peer, acknowledged, has } => {
            format!("{server} finds that {peer} has lost its data: it had up to {acknowledged}, and now up to {has}.")
        }
        Event::StaleIgnored { from, term } => format!("{server} ignores an old message of {from}, term {term}."),
    }
}

/// `S1, S2 and S4 vote, with a majority of S1, S2 and S3 as well; S5 learns`.
fn voting(membership: &Membership) -> String {
    let verb =
        |ids: &[NodeId], one: &str, many: &str| format!("{} {}", list(ids), if ids.len() == 1 { one } else { many });
    let mut text = verb(membership.voters(), "votes", "vote");
    if membership.is_joint() {
        text += &format!(", with a majority of {} as well", list(membership.outgoing()));
    }
    if !membership.learners().is_empty() {
        text += &format!("; {}", verb(membership.learners(), "learns", "learn"));
    }
    text
}

fn refusal(reason: VoteRefusal) -> String {
    match reason {
        VoteRefusal::StaleTerm { candidate, ours } => format!("its term is {candidate}, and this is term {ours}"),
        VoteRefusal::AlreadyVoted { to } => format!("it voted for {to}"),
        VoteRefusal::LogBehind { candidate, ours } => {
            format!("its log ends at {candidate}, behind {ours}")
        }
        VoteRefusal::Outranked { candidate, ours } => format!("its priority is {candidate}, below {ours}"),
    }
}

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::Committed { entry, result } => format!("{}committed at {}", before(result), entry.index),
        Answer::Read { server, at, result } => {
            format!("{}read from {server}, which has applied up to {at}", before(result))
        }
        Answer::Opened { session, .. } => format!("its {session} is open"),
        Answer::NoLeases { server } => format!("{server} has no leases to read by"),
        Answer::ReadFailed { server, reason: ReadFailure::LeaderLost } => {
            format!("{server} cannot tell whether its state is old: its leader was lost")
        }
        Answer::ReadFailed { server, reason: ReadFailure::TimedOut } => {
            format!("{server} cannot tell whether its state is old: the leader did not answer")
        }
        Answer::SessionEnded { .. } => "its session is no more, and the outcome is unknown".to_owned(),
        Answer::NotLeader { server, leader: Some(leader) } => {
            format!("{server} is not the leader, {leader} is")
        }
        Answer::NotLeader { server, leader: None } => {
            format!("{server} is not the leader, and knows of none")
        }
        Answer::Busy { server } => format!("{server} has too much to commit, and takes no more now"),
        Answer::Down { server } => format!("{server} is down"),
        Answer::Superseded { entry, by } => {
            format!("its entry at {} was superseded by term {by}, and is erased", entry.index)
        }
    }
}

/// A result, and a comma, if there is more to it than that it was done.
fn before(result: &KeyOutput) -> String {
    match result {
        KeyOutput::Done => String::new(),
        KeyOutput::Value(_) | KeyOutput::Swapped(_) | KeyOutput::Number(_) | KeyOutput::NotANumber => {
            format!("{result}, ")
        }
    }
}

fn span(first: LogIndex, last: LogIndex) -> String {
    if first == last { format!("entry {first}") } else { format!("entries {first} to {last}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_core::Change;

    #[test]
    fn members_read_as_a_sentence() {
        let ids = |numbers: &[u64]| numbers.iter().copied().map(NodeId).collect::<Vec<_>>();
        let plain = Membership::with_learners(ids(&[1]), ids(&[5])).expect("no server is named twice");
        assert_eq!(voting(&plain), "S1 votes; S5 learns");
        let joint = plain.enter_joint(&[Change::AddVoter(NodeId(2)), Change::Remove(NodeId(5))], true).expect("voters");
        assert_eq!(voting(&joint), "S1 and S2 vote, with a majority of S1 as well");
    }
}
