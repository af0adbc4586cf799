//! Whether a condition holds.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use raftarium_core::{Event, NodeId, Role, Term};

use super::condition::{Condition, EventKind, Fate, Output, Packets};
use super::name::Name;
use crate::checks::Rule;
use crate::client::{Answer, Request, RequestStatus};
use crate::packet::{Glimpse, PacketClass, PacketId, PacketKind};
use crate::timeline::Timeline;
use crate::trace::{Happening, Record};
use crate::view::ServerView;

/// A run, and where its steps begin in the trace.
pub(super) struct Witness<'a> {
    pub(super) timeline: &'a Timeline,
    pub(super) marks: &'a BTreeMap<String, usize>,
}

impl Witness<'_> {
    /// Whether `condition` holds now.
    pub(super) fn holds(&self, condition: &Condition) -> bool {
        let world = self.timeline.world();
        match condition {
            Condition::All(conditions) => conditions.iter().all(|condition| self.holds(condition)),
            Condition::Any(conditions) => conditions.iter().any(|condition| self.holds(condition)),
            Condition::Not(condition) => !self.holds(condition),
            &Condition::Leads(Name(server)) => self.role(server) == Some(Role::Leader),
            Condition::Leaders(number) => {
                let leads = |role: &Option<Role>| *role == Some(Role::Leader);
                let roles = world.servers().iter().map(|server| server.node().map(|node| node.role()));
                number.has(count(roles.filter(leads)))
            }
            &Condition::Up(Name(server)) => self.role(server).is_some(),
            Condition::Role { of, is } => self.role(of.0) == Some(*is),
            Condition::Term { of, is } => self.every(of, |server| is.has(server.term.0)),
            Condition::Commit { of, is } => self.every(of, |server| is.has(server.commit.0)),
            Condition::Durable { of, is } => self.every(of, |server| {
                is.has(server.base.index.0 + count(server.log.iter().filter(|entry| entry.durable)))
            }),
            Condition::Log { of, terms } => self.every(of, |server| server.terms() == *terms),
            Condition::LogLength { of, is } => {
                self.every(of, |server| is.has(server.base.index.0 + count(server.log.iter())))
            }
            Condition::SameLogs(of) => self.same_logs(of),
            Condition::SameStates(of) => {
                let servers = self.servers(of);
                servers.windows(2).all(|pair| pair[0].state == pair[1].state)
            }
            Condition::Value { of, key, is } => self.every(of, |server| {
                let value = server.state.iter().find(|pair| pair.key == *key).map(|pair| &pair.value);
                value == is.as_ref()
            }),
            Condition::Base { of, is } => self.every(&[*of], |server| is.has(server.base.index.0)),
            Condition::Members { of, voters, outgoing, learners } => {
                let named = |server: NodeId| of.is_empty() || of.contains(&Name(server));
                let mut servers = world.servers().iter().filter(|server| named(server.id));
                servers.all(|server| {
                    server.node().is_some_and(|node| {
                        let is = node.membership();
                        same(is.voters(), voters) && same(is.outgoing(), outgoing) && same(is.learners(), learners)
                    })
                })
            }
            Condition::Granted { to, term, by } => set(by) == self.granted(to.0, Term(*term)),
            Condition::Refused { to, term, by } => set(by) == self.refused(to.0, Term(*term)),
            Condition::Led { of, terms } => {
                let led = self.timeline.records().iter().filter_map(|record| {
                    let Happening::Node { server, event: Event::BecameLeader { term } } = record.what else {
                        return None;
                    };
                    (server == of.0).then_some(term.0)
                });
                led.eq(terms.iter().copied())
            }
            Condition::Count { what, of, since, is } => {
                let records = self.since(since.as_deref()).iter();
                let those = records.filter(|record| {
                    event(&record.what)
                        .is_some_and(|(server, kind)| kind == *what && of.is_none_or(|Name(of)| of == server))
                });
                is.has(count(those))
            }
            Condition::Delivered { kind, from, to, since, is } => {
                let packets = Packets { kind: *kind, from: *from, to: *to };
                let mut sent: BTreeSet<PacketId> = BTreeSet::new();
                for record in self.timeline.records() {
                    if let Happening::Sent { packet, from, to, what } = record.what
                        && packets.are(what.kind.class(), from, to)
                    {
                        sent.insert(packet);
                    }
                    if let Happening::Doubled { packet, copy } = record.what
                        && sent.contains(&packet)
                    {
                        sent.insert(copy);
                    }
                }
                let records = self.since(since.as_deref()).iter();
                let those = records.filter(
                    |record| matches!(record.what, Happening::Delivered { packet, .. } if sent.contains(&packet)),
                );
                is.has(count(those))
            }
            Condition::UnderWay(packets) => packets.first(world).is_some(),
            Condition::Request { number, is, result, tries, server } => self.request(*number).is_some_and(|request| {
                fate(&request.status) == *is
                    && result.as_ref().is_none_or(|result| output(&request.status).as_ref() == Some(result))
                    && tries.is_none_or(|tries| tries.has(request.tries.into()))
                    && server.is_none_or(|Name(server)| server == request.server)
            }),
            Condition::Sessions { of, is } => {
                let named = |server: NodeId| of.is_empty() || of.contains(&Name(server));
                let mut servers = world.servers().iter().filter(|server| named(server.id));
                servers.all(|server| server.kv().is_some_and(|kv| is.has(count(kv.sessions()))))
            }
            Condition::Quiet => {
                let sign = |class| matches!(class, PacketClass::Heartbeat | PacketClass::AppendReply);
                let mut packets = world.packets().filter(|packet| packet.lost.is_none());
                packets.all(|packet| sign(packet.what.kind.class()))
                    && world.servers().iter().all(|server| server.disk.under_way() == 0)
            }
            Condition::Broken(rules) => {
                let broken: BTreeSet<Rule> = world.violations().iter().map(|violation| violation.rule).collect();
                broken == rules.iter().copied().collect()
            }
        }
    }

    /// What happened since the step of that name.
    fn since(&self, mark: Option<&str>) -> &[Record] {
        let records = self.timeline.records();
        let first = mark.and_then(|mark| self.marks.get(mark).copied()).unwrap_or(0);
        &records[first.min(records.len())..]
    }

    fn role(&self, id: NodeId) -> Option<Role> {
        let server = self.timeline.world().servers().iter().find(|server| server.id == id)?;
        server.node().map(|node| node.role())
    }

    fn servers(&self, of: &[Name]) -> Vec<ServerView> {
        let servers = self.timeline.world().servers().iter();
        let servers = servers.filter(|server| of.is_empty() || of.contains(&Name(server.id)));
        servers.map(|server| server.view(self.timeline.now())).collect()
    }

    fn every(&self, of: &[Name], holds: impl Fn(&ServerView) -> bool) -> bool {
        self.servers(of).iter().all(holds)
    }

    fn same_logs(&self, of: &[Name]) -> bool {
        let servers = self.servers(of);
        let from = servers.iter().map(|server| server.base.index).max();
        let log = |server: &ServerView| -> Vec<_> {
            server
                .log
                .iter()
                .filter(|entry| Some(entry.id.index) > from)
                .map(|entry| (entry.id, entry.op.clone()))
                .collect()
        };
        let end = |server: &ServerView| server.log.last().map_or(server.base, |entry| entry.id);
        servers.windows(2).all(|pair| log(&pair[0]) == log(&pair[1]) && end(&pair[0]) == end(&pair[1]))
    }

    fn granted(&self, to: NodeId, of: Term) -> BTreeSet<NodeId> {
        let records = self.timeline.records().iter();
        let granted = records.filter_map(|record| {
            let Happening::Node { server, event: Event::VoteGranted { to: whom, term } } = record.what else {
                return None;
            };
            (whom == to && term == of).then_some(server)
        });
        granted.collect()
    }

    /// A refusal does not say in which term the candidate was; the packet that caused it does.
    fn refused(&self, to: NodeId, of: Term) -> BTreeSet<NodeId> {
        let records = self.timeline.records();
        let refused = records.iter().filter_map(|record| {
            let Happening::Node { server, event: Event::VoteRefused { to: whom, .. } } = record.what else {
                return None;
            };
            let asked = self.asked(record).filter(|_| whom == to)?;
            (asked.term == Some(of) && asked.kind == PacketKind::VoteRequest).then_some(server)
        });
        refused.collect()
    }

    /// The packet that made a server do something.
    fn asked(&self, record: &Record) -> Option<Glimpse> {
        let causes = self.timeline.causes(record.id);
        causes.into_iter().find_map(|cause| {
            let Happening::Sent { what, .. } = cause.what else { return None };
            Some(what)
        })
    }

    fn request(&self, number: u32) -> Option<&Request> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.timeline.world().requests().get(place)
    }
}

pub(super) const fn fate(status: &RequestStatus) -> Fate {
    match status {
        RequestStatus::Waiting => Fate::Waiting,
        RequestStatus::Unknown { .. } => Fate::Unknown,
        RequestStatus::Answered { answer, .. } => match answer {
            Answer::Committed { .. } | Answer::Read { .. } => Fate::Done,
            // The client has a session now, and has asked nothing else in it yet.
            Answer::Opened { .. } => Fate::Waiting,
            Answer::SessionEnded { .. } => Fate::SessionEnded,
            Answer::Superseded { .. } => Fate::Superseded,
            Answer::NotLeader { .. }
            | Answer::Busy { .. }
            | Answer::Down { .. }
            | Answer::NoLeases { .. }
            | Answer::ReadFailed { .. } => Fate::Refused,
        },
    }
}

pub(super) fn output(status: &RequestStatus) -> Option<Output> {
    match status {
        RequestStatus::Answered { answer: Answer::Committed { result, .. } | Answer::Read { result, .. }, .. } => {
            Some(result.into())
        }
        RequestStatus::Answered { .. } | RequestStatus::Waiting | RequestStatus::Unknown { .. } => None,
    }
}

impl ServerView {
    fn terms(&self) -> Vec<u64> {
        self.log.iter().map(|entry| entry.id.term.0).collect()
    }
}

fn set(names: &[Name]) -> BTreeSet<NodeId> {
    names.iter().map(|name| name.0).collect()
}

fn same(ids: &[NodeId], names: &[Name]) -> bool {
    ids.len() == names.len() && ids.iter().copied().collect::<BTreeSet<_>>() == set(names)
}

fn count<T>(these: impl Iterator<Item = T>) -> u64 {
    u64::try_from(these.count()).unwrap_or(u64::MAX)
}

/// What a record says, if it can be counted.
#[expect(clippy::wildcard_enum_match_arm, reason = "of many events these few are counted")]
fn event(what: &Happening) -> Option<(NodeId, EventKind)> {
    match what {
        Happening::Crashed { server, .. } => Some((*server, EventKind::Crashed)),
        Happening::Node { server, event } => {
            let kind = match event {
                Event::ElectionStarted { .. } => EventKind::ElectionStarted,
                Event::PreVoteStarted { .. } => EventKind::PreVoteStarted,
                Event::BecameLeader { .. } => EventKind::BecameLeader,
                Event::SteppedDown { .. } => EventKind::SteppedDown,
                Event::TermAdvanced { .. } => EventKind::TermAdvanced,
                Event::VoteGranted { .. } => EventKind::VoteGranted,
                Event::VoteRefused { .. } => EventKind::VoteRefused,
                Event::VoteIgnored { .. } => EventKind::VoteIgnored,
                Event::AppendRefused { .. } => EventKind::AppendRefused,
                Event::Truncated { .. } => EventKind::Truncated,
                Event::SnapshotInstalled { .. } => EventKind::SnapshotInstalled,
                Event::TransferStarted { .. } => EventKind::TransferStarted,
                Event::TransferEnded { .. } => EventKind::TransferEnded,
                _ => return None,
            };
            Some((*server, kind))
        }
        _ => None,
    }
}
