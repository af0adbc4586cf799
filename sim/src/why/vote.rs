//! Why a vote was not granted (§5.2, §5.4.1), and why a candidate does not have enough of them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{Deadline, Event, NodeId, Role, Term, Timer, VoteRefusal, quorum};

use super::look::{Look, is_from};
use super::words::{names, subject};
use super::{Cause, NotSo, Thing, otherwise, server};
use crate::address::Address;
use crate::packet::PacketKind;
use crate::story::{list, seconds};
use crate::trace::{Happening, Record};
use crate::view::ServerView;

/// Why a server did not grant its vote, the last time that it was asked and did not.
pub(super) fn no(look: &Look<'_>, server: &ServerView) -> Result<Vec<Cause>, NotSo> {
    let id = server.id;
    let refused = |event: &Event| matches!(event, Event::VoteRefused { .. } | Event::VoteIgnored { .. });
    let Some(record) = look.last_event(id, &refused) else {
        return otherwise(format!("{id} has refused nobody its vote, as far as the trace is known."));
    };
    Ok(refusal(look, id, &record))
}

/// A refusal, what it rests on, and what was asked.
pub(super) fn refusal(look: &Look<'_>, id: NodeId, record: &Record) -> Vec<Cause> {
    let Happening::Node { event, .. } = &record.what else { return Vec::new() };
    let mut causes = Vec::new();
    let first = look.told(record);
    let candidate = if let Event::VoteRefused { to, reason } = event {
        causes.push(Cause { words: with_rule(&first.words, rule(*reason)), ..first });
        causes.extend(ground(look, id, record, *reason));
        *to
    } else if let Event::VoteIgnored { from, leader, .. } = event {
        causes.push(Cause { words: with_rule(&first.words, "§4.2.3 of the dissertation"), ..first });
        if let Some(leader) = leader {
            let heard = look.last_before(record.id, &|record| {
                matches!(&record.what, Happening::Delivered { to: Address::Server(to), .. } if *to == id)
                    && look.sending_of(record).is_some_and(|sent| is_from(&sent, *leader))
            });
            causes.extend(heard.map(|heard| look.told(&heard)));
        }
        *from
    } else {
        return causes;
    };
    // Whoever refuses was asked: the chain leads to the arrival, the sending, and what made the other stand.
    let chain = look.chain(record.id);
    let is_asking = |asked: &&Record| is_from(asked, candidate);
    let stood = chain.iter().find(is_asking).and_then(|asked| {
        look.event_before(asked.id, candidate, &|event| {
            matches!(event, Event::ElectionStarted { .. } | Event::PreVoteStarted { .. })
        })
    });
    if let Some(stood) = stood {
        causes.push(look.told(&stood));
        causes.extend(super::candidate::before(look, &stood, candidate));
    }
    causes
}

/// `S1 does not vote for S2: it voted for S3 (§5.2).`
fn with_rule(words: &str, rule: &str) -> String {
    format!("{} ({rule}).", words.trim_end_matches('.'))
}

const fn rule(reason: VoteRefusal) -> &'static str {
    match reason {
        VoteRefusal::StaleTerm { .. } => "§5.1",
        VoteRefusal::AlreadyVoted { .. } => "§5.2",
        VoteRefusal::LogBehind { .. } => "§5.4.1",
        VoteRefusal::Outranked { .. } => "its priority is set lower",
    }
}

/// What a refusal rests on.
fn ground(look: &Look<'_>, id: NodeId, record: &Record, reason: VoteRefusal) -> Option<Cause> {
    let before = |wanted: &dyn Fn(&Event) -> bool| look.event_before(record.id, id, wanted);
    let found = match reason {
        VoteRefusal::StaleTerm { ours, .. } => before(&|event| enters(event, ours)),
        VoteRefusal::AlreadyVoted { to } if to == id => before(&|event| matches!(event, Event::ElectionStarted { .. })),
        VoteRefusal::AlreadyVoted { to } => {
            before(&|event| matches!(event, Event::VoteGranted { to: whom, .. } if *whom == to))
        }
        VoteRefusal::LogBehind { ours, .. } => {
            before(&|event| matches!(event, Event::Appended { last, .. } if *last == ours))
        }
        VoteRefusal::Outranked { .. } => None,
    };
    found.map(|found| look.told(&found))
}

/// Whether a server enters a term with this.
fn enters(event: &Event, now: Term) -> bool {
    matches!(event, Event::TermAdvanced { to: term, .. } | Event::ElectionStarted { term, .. } if term.0 == now.0)
}

/// What became of the request for a vote.
#[derive(Clone, Copy, PartialEq)]
enum Silence {
    Down,
    Paused,
    /// The request does not get there.
    CutThere,
    /// The answer does not get back.
    CutBack,
    UnderWay,
    Answering,
    /// Nothing of either is under way.
    Lost,
}

/// How many votes a candidate has, and why it does not have the others.
pub(super) fn missing(look: &Look<'_>, server: &ServerView) -> Vec<Cause> {
    let id = server.id;
    let pre = server.role == Some(Role::PreCandidate);
    let voters = server.membership.voters();
    let needed = quorum::majority(voters.len());
    let granted: Vec<NodeId> =
        server.votes.iter().filter(|vote| vote.granted && voters.contains(&vote.from)).map(|vote| vote.from).collect();
    let has = if pre { "would have the votes" } else { "has the votes" };
    let term = if pre { server.term.next() } else { server.term };
    let words = format!(
        "For term {term}, {id} {has} of {}: {} of {}, and {needed} are needed (§5.2).",
        names(&granted),
        granted.len(),
        voters.len()
    );
    let stood = look.last_event(id, &|event| {
        matches!(event, Event::ElectionStarted { term: of, .. } if !pre && *of == term)
            || matches!(event, Event::PreVoteStarted { term: of, .. } if pre && *of == term)
    });
    let mut causes = [Cause::new(words, Thing::Server(id)).when(stood.as_ref())].to_vec();
    causes.extend(server::paused(look, server));
    let all = [voters, server.membership.outgoing()].concat();
    let mut silent: Vec<(Silence, Option<Record>, Vec<NodeId>)> = Vec::new();
    let mut asked = Vec::new();
    for voter in all.into_iter().filter(|voter| *voter != id) {
        if asked.contains(&voter) {
            continue;
        }
        asked.push(voter);
        match server.votes.iter().find(|vote| vote.from == voter).map(|vote| vote.granted) {
            Some(true) => {}
            Some(false) => {
                let refused = look.last_event(voter, &|event| {
                    matches!(event, Event::VoteRefused { to, .. } | Event::VoteIgnored { from: to, .. } if *to == id)
                });
                let words = format!("{voter} has said no.");
                let said = Cause::new(words, Thing::Server(voter));
                causes.push(refused.map_or(said, |refused| look.told(&refused)));
            }
            None => {
                let ignored = look.last_event(
                    voter,
                    &|event| matches!(event, Event::VoteIgnored { from, term: of, .. } if *from == id && *of == term),
                );
                if let Some(ignored) = ignored {
                    causes.push(look.told(&ignored));
                    continue;
                }
                let (silence, record) = silence(look, id, voter);
                let record_id = record.as_ref().map(|record| record.id);
                let same = |(other, of, _): &&mut (Silence, Option<Record>, Vec<NodeId>)| {
                    *other == silence && of.as_ref().map(|of| of.id) == record_id
                };
                match silent.iter_mut().find(same) {
                    Some((.., ids)) => ids.push(voter),
                    None => silent.push((silence, record, [voter].to_vec())),
                }
            }
        }
    }
    for (silence, record, ids) in silent {
        let about = match (silence, &ids[..]) {
            (Silence::CutThere, [to]) => Thing::Link { from: id, to: *to },
            (Silence::CutBack, [from]) => Thing::Link { from: *from, to: id },
            (_, ids) => ids.first().map_or(Thing::Cluster, |first| Thing::Server(*first)),
        };
        let cause = Cause::new(unanswered(silence, id, &ids), about).when(record.as_ref());
        causes.push(cause);
    }
    let timer = |deadline: &Deadline| deadline.timer == Timer::Election && !server.paused;
    if let Some(deadline) = server.deadline.filter(timer) {
        let then = if pre { "asks again" } else { "tries again in a new term" };
        let words = format!("Without a majority by {}, {id} {then} (§5.2).", seconds(deadline.at));
        causes.push(Cause::new(words, Thing::Server(id)).at(deadline.at));
    }
    causes
}

fn silence(look: &Look<'_>, candidate: NodeId, voter: NodeId) -> (Silence, Option<Record>) {
    let Some(server) = look.find(voter) else { return (Silence::Lost, None) };
    if server.role.is_none() {
        let crashed =
            look.last(&|record| matches!(&record.what, Happening::Crashed { server, .. } if *server == voter));
        return (Silence::Down, crashed);
    }
    if server.paused {
        let paused = look.done(&|command| matches!(command, crate::Command::Pause { server } if *server == voter));
        return (Silence::Paused, paused);
    }
    let under_way = |from: NodeId, to: NodeId, is_answer: bool| {
        let ends = (Address::Server(from), Address::Server(to));
        look.view.packets.iter().any(|packet| {
            (packet.from, packet.to) == ends
                && packet.lost.is_none()
                && if is_answer {
                    matches!(packet.what.kind, PacketKind::VoteReply { .. } | PacketKind::PreVoteReply { .. })
                } else {
                    matches!(packet.what.kind, PacketKind::VoteRequest | PacketKind::PreVoteRequest)
                }
        })
    };
    if under_way(voter, candidate, true) {
        (Silence::Answering, None)
    } else if under_way(candidate, voter, false) {
        (Silence::UnderWay, None)
    } else if look.is_cut(candidate, voter) {
        (Silence::CutThere, look.cut_by(candidate, voter))
    } else if look.is_cut(voter, candidate) {
        (Silence::CutBack, look.cut_by(voter, candidate))
    } else {
        (Silence::Lost, None)
    }
}

fn unanswered(silence: Silence, candidate: NodeId, ids: &[NodeId]) -> String {
    let who = list(ids);
    match silence {
        Silence::Down => format!("{} down.", subject(ids, "is", "are")),
        Silence::Paused => format!("{} paused, and does nothing with what arrives.", subject(ids, "is", "are")),
        Silence::CutThere => format!("Nothing gets from {candidate} to {who}: the network is cut there."),
        Silence::CutBack => format!("Nothing gets from {who} to {candidate}: the network is cut there."),
        Silence::UnderWay => format!("The request to {who} is under way."),
        Silence::Answering => format!("The answer of {who} is under way."),
        Silence::Lost => {
            format!("{} not answered, and nothing is under way between them.", subject(ids, "has", "have"))
        }
    }
}
