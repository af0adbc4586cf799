//! What each verb does, and to what.

use std::time::Duration;

use raftarium_sim::core::{Change, Instant, Mistakes, NodeId, Transition};
use raftarium_sim::swarm::Unrest;
use raftarium_sim::why::Asks;
use raftarium_sim::{Command, DiskSettings, LinkSettings, Op, Pace, PacketAct, PacketId, View, World};

use super::subject::Subject;
use super::verb::{Kind, OnCluster, OnLink, OnPacket, OnServer};
use crate::show::digest::Digest;
use crate::show::forms::Form;
use crate::show::names;
use crate::show::why;
use crate::state::{Action, Entry, Shelf};

/// What comes of a verb.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Doing {
    /// These, one after the other.
    Commands(Vec<Command>),
    /// More has to be said first.
    Fill(Form),
    /// It is about the page and not about the world.
    Page(Action),
    /// Nothing, for this reason.
    Cannot(String),
}

/// The world, as verbs see it.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) view: &'a View,
    pub(crate) world: &'a World,
    pub(crate) unrest: Option<Unrest>,
    pub(crate) events_open: bool,
    /// What has happened, if somebody has read it.
    pub(crate) digest: Option<&'a Digest>,
}

/// A tenth, in parts per million.
const TENTH_PPM: i32 = 100_000;
const JUMP_US: i64 = 100_000;
const THIRD_PPM: u32 = 333_333;
/// How much a client asks that is told to ask much.
const MANY: u32 = 20;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

impl Scene<'_> {
    /// What `kind` does to `subject`.
    pub(crate) fn doing(&self, kind: Kind, subject: Subject) -> Doing {
        match (kind, subject) {
            (Kind::Server(kind), Subject::Server(server)) => self.server(kind, server),
            (Kind::Link(kind), Subject::Link(from, to)) => self.link(kind, from, to),
            (Kind::Packet(kind), Subject::Packet(packet)) => to_packet(kind, packet),
            (Kind::FlipBitThere, Subject::Entry(Entry { server, index })) => {
                one(Command::FlipBit { server, index: Some(index) })
            }
            (Kind::Ask, Subject::Client(client)) => Doing::Page(Action::AskAs(client)),
            (Kind::AskMany, Subject::Client(client)) => {
                let put = |number: u32| Op::Put { key: "x".into(), value: number.to_string() };
                let ops = (1..=MANY).map(put).collect();
                one(Command::Requests { client, server: None, ops, pace: Pace::Answered })
            }
            (Kind::GiveUp, Subject::Client(client)) => one(Command::GiveUp { client }),
            (Kind::Cluster(kind), Subject::Cluster) => self.cluster(kind),
            (Kind::Why(asks), subject) => match why::question(self.view, asks, subject) {
                Some(question) => Doing::Page(Action::Why(question)),
                None => Doing::Cannot("There is nothing to ask that about.".into()),
            },
            _ => Doing::Cannot("That cannot be done to this.".into()),
        }
    }

    fn server(&self, kind: OnServer, server: NodeId) -> Doing {
        let others = self.view.servers.iter().map(|other| other.id).filter(|other| *other != server);
        let usual = self.world.setup().disk;
        let now = self.view.servers.iter().find(|view| view.id == server).map_or(usual, |view| view.disk);
        let disk = |settings: DiskSettings| one(Command::SetDisk { server, settings });
        let change = |changes: Vec<Change>| {
            self.leader(|server| Command::ChangeMembership { server, changes, how: Transition::Auto })
        };
        match kind {
            OnServer::Crash => one(Command::Crash { server }),
            OnServer::Restart => one(Command::Restart { server }),
            OnServer::Pause => one(Command::Pause { server }),
            OnServer::Resume => one(Command::Resume { server }),
            OnServer::TimeOut => one(Command::TimeOut { server }),
            OnServer::Isolate => one(Command::Isolate { server }),
            OnServer::Rejoin => {
                Doing::Commands(others.map(|to| Command::Heal { from: server, to, both: true }).collect())
            }
            OnServer::Propose => Doing::Page(Action::Propose(server)),
            OnServer::Kill => one(Command::Kill { server }),
            OnServer::CrashAfter => Doing::Fill(Form::CrashAfter(server)),
            OnServer::SlowDisk => disk(DiskSettings { write_min: ms(50), write_max: ms(100), ..now }),
            OnServer::StallDisk => disk(DiskSettings { stalled: true, ..now }),
            OnServer::FillDisk => disk(DiskSettings { full: true, ..now }),
            OnServer::LieDisk => disk(DiskSettings { lies: true, ..now }),
            OnServer::TearDisk => disk(DiskSettings { torn_ppm: raftarium_sim::CERTAIN_PPM, ..now }),
            OnServer::GoodDisk => disk(usual),
            OnServer::FlipBit => one(Command::FlipBit { server, index: None }),
            OnServer::Wipe => one(Command::Wipe { server }),
            OnServer::Disk => Doing::Fill(Form::Disk(Some(server))),
            OnServer::FastClock => one(Command::SetClock { server, drift_ppm: TENTH_PPM }),
            OnServer::SlowClock => one(Command::SetClock { server, drift_ppm: -TENTH_PPM }),
            OnServer::JumpForward => one(Command::JumpClock { server, by_us: JUMP_US }),
            OnServer::JumpBack => one(Command::JumpClock { server, by_us: -JUMP_US }),
            OnServer::GoodClock => one(Command::SetClock { server, drift_ppm: 0 }),
            OnServer::Clock => Doing::Fill(Form::Clock(server)),
            OnServer::Transfer => self.leader(|from| Command::Transfer { server: from, to: server }),
            OnServer::MakeVoter => change(vec![Change::AddVoter(server)]),
            OnServer::MakeLearner => change(vec![Change::AddLearner(server)]),
            OnServer::Remove => change(vec![Change::Remove(server)]),
            OnServer::Replace => self.with_new_server(|new| vec![Change::AddVoter(new), Change::Remove(server)]),
            OnServer::LeaveJoint => one(Command::LeaveJoint { server }),
            OnServer::Members => Doing::Fill(Form::Members(server)),
            OnServer::Compact => one(Command::Compact { server }),
            OnServer::RequestSnapshot => one(Command::RequestSnapshot { server }),
            OnServer::ForgetLeader => one(Command::ForgetLeader { server }),
            OnServer::ServerSettings => Doing::Fill(Form::Settings(Some(server))),
            OnServer::ServerMistakes => Doing::Fill(Form::Mistakes(Some(server))),
        }
    }

    fn link(&self, kind: OnLink, a: NodeId, b: NodeId) -> Doing {
        let usual = self.world.setup().link;
        let set = |settings: LinkSettings| one(Command::SetLink { from: a, to: b, both: true, settings });
        let (there, back) = ((a, b), (b, a));
        let cut = |(from, to), both| one(Command::Cut { from, to, both });
        let heal = |(from, to), both| one(Command::Heal { from, to, both });
        match kind {
            OnLink::Cut => cut(there, true),
            OnLink::Heal => heal(there, true),
            OnLink::CutThere => cut(there, false),
            OnLink::HealThere => heal(there, false),
            OnLink::CutBack => cut(back, false),
            OnLink::HealBack => heal(back, false),
            OnLink::Clog => one(Command::Clog { from: a, to: b, both: true }),
            OnLink::Unclog => one(Command::Unclog { from: a, to: b, both: true }),
            OnLink::SlowLink => set(LinkSettings { latency_min: ms(60), latency_max: ms(120), ..usual }),
            OnLink::LossyLink => set(LinkSettings { loss_ppm: THIRD_PPM, ..usual }),
            OnLink::DoublingLink => set(LinkSettings { duplicate_ppm: THIRD_PPM, ..usual }),
            OnLink::GoodLink => Doing::Commands(vec![
                Command::SetLink { from: a, to: b, both: true, settings: usual },
                Command::Filter { from: a, to: b, both: true, classes: Vec::new() },
            ]),
            OnLink::Link => Doing::Fill(Form::Link(Some((a, b)))),
            OnLink::Filter => Doing::Fill(Form::Filter(a, b)),
        }
    }

    fn cluster(&self, kind: OnCluster) -> Doing {
        match kind {
            OnCluster::HealAll => one(Command::HealAll),
            OnCluster::MendAll => match self.world.mends() {
                mends if mends.is_empty() => {
                    Doing::Cannot("Everything works as at first; nothing is to be mended.".into())
                }
                mends => Doing::Commands(mends),
            },
            OnCluster::Split => Doing::Fill(Form::Split),
            OnCluster::AllLinks => Doing::Fill(Form::Link(None)),
            OnCluster::AddServer => one(Command::AddServer),
            OnCluster::AddLearner => self.with_new_server(|new| vec![Change::AddLearner(new)]),
            OnCluster::Settings => Doing::Fill(Form::Settings(None)),
            OnCluster::Mistakes => Doing::Fill(Form::Mistakes(None)),
            OnCluster::Honest => {
                let errs = |id: &NodeId| self.world.settings(*id).is_some_and(|settings| !settings.mistakes.is_empty());
                let servers = self.view.servers.iter().map(|server| server.id).filter(errs);
                let keep = |server| Command::MakeMistakes { server, mistakes: Mistakes::NONE };
                match servers.map(keep).collect::<Vec<_>>() {
                    all if all.is_empty() => Doing::Cannot("All servers keep to all rules already.".into()),
                    all => Doing::Commands(all),
                }
            }
            OnCluster::MildUnrest => Doing::Page(Action::SetUnrest(Some(Unrest::Mild))),
            OnCluster::WildUnrest => Doing::Page(Action::SetUnrest(Some(Unrest::Wild))),
            OnCluster::Calm => Doing::Page(Action::SetUnrest(None)),
            OnCluster::Undo => Doing::Page(Action::Undo),
            OnCluster::Redo => Doing::Page(Action::Redo),
            OnCluster::PlayOrPause => Doing::Page(Action::PlayOrPause),
            OnCluster::StepForward => Doing::Page(Action::StepForward),
            OnCluster::StepBack => Doing::Page(Action::StepBack),
            OnCluster::ToStart => Doing::Page(Action::Seek(Instant::ZERO)),
            OnCluster::Compare => Doing::Page(Action::Choose(true)),
            OnCluster::Events => Doing::Page(Action::ShowEvents(!self.events_open)),
            OnCluster::Scenarios => Doing::Page(Action::ShowLibrary(Some(Shelf::Scenarios))),
            OnCluster::BrokenRules => Doing::Page(Action::ShowLibrary(Some(Shelf::Mistakes))),
            OnCluster::SaveAs => Doing::Page(Action::ShowSaving(true)),
            OnCluster::Help => Doing::Page(Action::ShowHelp(true)),
        }
    }

    /// What the leader of the latest term is asked.
    fn leader(&self, ask: impl FnOnce(NodeId) -> Command) -> Doing {
        match names::leader(self.view) {
            Some(leader) => one(ask(leader.id)),
            None => nobody_leads(),
        }
    }

    /// A new server comes, and the leader is asked to change the membership with it.
    fn with_new_server(&self, changes: impl FnOnce(NodeId) -> Vec<Change>) -> Doing {
        let new = NodeId(self.view.servers.len() as u64 + 1);
        let change = |server| Command::ChangeMembership { server, changes: changes(new), how: Transition::Auto };
        match names::leader(self.view) {
            Some(leader) => Doing::Commands(vec![Command::AddServer, change(leader.id)]),
            None => nobody_leads(),
        }
    }

    /// Whether the verb belongs in a menu now: of two that undo each other, only one does.
    pub(crate) fn fits(&self, kind: Kind, subject: Subject) -> bool {
        let server = |id: NodeId| self.view.servers.iter().find(|server| server.id == id);
        let packet = |id: PacketId| self.view.packets.iter().find(|packet| packet.id == id);
        let is_cut = |from, to| crate::geometry::partition::is_cut(&self.view.cuts, from, to);
        match (kind, subject) {
            (Kind::Server(OnServer::Crash), Subject::Server(id)) => {
                server(id).is_some_and(|server| server.role.is_some())
            }
            (Kind::Server(OnServer::Restart), Subject::Server(id)) => {
                server(id).is_some_and(|server| server.role.is_none())
            }
            (Kind::Server(OnServer::Pause), Subject::Server(id)) => server(id).is_some_and(|server| !server.paused),
            (Kind::Server(OnServer::Resume), Subject::Server(id)) => server(id).is_some_and(|server| server.paused),
            (Kind::Server(OnServer::Isolate), Subject::Server(id)) => !self.is_isolated(id),
            (Kind::Server(OnServer::Rejoin), Subject::Server(id)) => self.is_isolated(id),
            (Kind::Link(OnLink::Cut), Subject::Link(a, b)) => !is_cut(a, b) && !is_cut(b, a),
            (Kind::Link(OnLink::Heal), Subject::Link(a, b)) => is_cut(a, b) || is_cut(b, a),
            (Kind::Link(OnLink::CutThere), Subject::Link(a, b)) => !is_cut(a, b),
            (Kind::Link(OnLink::HealThere), Subject::Link(a, b)) => is_cut(a, b),
            (Kind::Link(OnLink::CutBack), Subject::Link(a, b)) => !is_cut(b, a),
            (Kind::Link(OnLink::HealBack), Subject::Link(a, b)) => is_cut(b, a),
            (Kind::Link(OnLink::Clog), Subject::Link(a, b)) => !self.is_clogged(a, b),
            (Kind::Link(OnLink::Unclog), Subject::Link(a, b)) => self.is_clogged(a, b),
            (Kind::Packet(OnPacket::Hold), Subject::Packet(id)) => {
                packet(id).is_none_or(|packet| packet.held.is_none())
            }
            (Kind::Packet(OnPacket::Release), Subject::Packet(id)) => {
                packet(id).is_some_and(|packet| packet.held.is_some())
            }
            (Kind::Cluster(OnCluster::HealAll), _) => !self.view.cuts.is_empty(),
            (Kind::Cluster(OnCluster::MildUnrest), _) => self.unrest != Some(Unrest::Mild),
            (Kind::Cluster(OnCluster::WildUnrest), _) => self.unrest != Some(Unrest::Wild),
            (Kind::Cluster(OnCluster::Calm), _) => self.unrest.is_some(),
            (Kind::Why(asks), subject) => why::fits(self.view, asks, subject),
            _ => true,
        }
    }

    /// Whether what a question is about has happened at all. Who types the question is told so; nobody else is offered it.
    pub(crate) fn is_so(&self, kind: Kind, subject: Subject) -> bool {
        match (kind, subject, self.digest) {
            (Kind::Why(asks @ (Asks::SteppedDown | Asks::VotedNo)), Subject::Server(id), Some(digest)) => {
                digest.has_done(id, asks, self.view.records)
            }
            _ => true,
        }
    }

    fn is_isolated(&self, id: NodeId) -> bool {
        let cuts = self.view.cuts.iter().filter(|cut| cut.from == id || cut.to == id).count();
        cuts > 0 && cuts == 2 * (self.view.servers.len() - 1)
    }

    fn is_clogged(&self, a: NodeId, b: NodeId) -> bool {
        self.view.links.iter().any(|link| link.clogged && [(a, b), (b, a)].contains(&(link.from, link.to)))
    }

    /// Why the verb cannot be done now, in a sentence; nothing if it can.
    pub(crate) fn refusal(&self, kind: Kind, subject: Subject) -> Option<String> {
        match self.doing(kind, subject) {
            Doing::Commands(commands) => {
                // What comes after a new server is about that server.
                let new = self.view.servers.len() as u64;
                let of_new = |change: &Change| match change {
                    Change::AddVoter(id) | Change::AddLearner(id) | Change::Remove(id) => id.0 > new,
                };
                let known = |command: &&Command| !matches!(command, Command::ChangeMembership { changes, .. } if changes.iter().any(of_new));
                let error = commands.iter().filter(known).find_map(|command| self.world.check(command).err())?;
                Some(sentence(&error.to_string()))
            }
            Doing::Cannot(why) => Some(why),
            Doing::Fill(_) | Doing::Page(_) => None,
        }
    }
}

fn nobody_leads() -> Doing {
    Doing::Cannot("Nobody leads now; only a leader can do that.".into())
}

fn one(command: Command) -> Doing {
    Doing::Commands(vec![command])
}

fn to_packet(kind: OnPacket, packet: PacketId) -> Doing {
    let act = match kind {
        OnPacket::Drop => PacketAct::Drop,
        OnPacket::Double => PacketAct::Double,
        OnPacket::Hold => PacketAct::Hold,
        OnPacket::Release => PacketAct::Release,
        OnPacket::Deliver => PacketAct::Deliver,
        OnPacket::Delay => PacketAct::Delay(ms(50)),
        OnPacket::DelayLong => PacketAct::Delay(ms(500)),
    };
    one(Command::Packet { packet, act })
}

/// As a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    // All of ours are in English, and a table of all alphabets is heavy.
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).chain(['.']).collect()
}
