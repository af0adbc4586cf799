//! What can be done, to what, and why not now: the one list of which menus, the inspector, the palette and the help are
//! made.

mod catalogue;
mod does;
mod find;
mod subject;
mod verb;

pub(crate) use self::catalogue::VERBS;
pub(crate) use self::does::{Doing, Scene, sentence};
pub(crate) use self::find::find;
pub(crate) use self::subject::Subject;
#[cfg(test)]
pub(crate) use self::verb::OnServer;
pub(crate) use self::verb::{Group, Kind, On, OnCluster, OnLink, Verb};

/// A verb that can be chosen for something, and why it cannot be done now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) verb: &'static Verb,
    pub(crate) subject: Subject,
    /// What it is called where it stands.
    pub(crate) name: String,
    pub(crate) refusal: Option<String>,
}

impl Subject {
    pub(crate) const fn on(self) -> On {
        match self {
            Self::Cluster => On::Cluster,
            Self::Server(_) => On::Server,
            Self::Link(..) => On::Link,
            Self::Packet(_) => On::Packet,
            Self::Entry(_) => On::Entry,
            Self::Client(_) => On::Client,
        }
    }

    /// The name of a verb where it is clear what it is done to. Of a link, which way is.
    fn name_of(self, verb: &Verb) -> String {
        let Self::Link(a, b) = self else { return verb.name.to_owned() };
        verb.name.replace('→', &format!("{a} → {b}")).replace('←', &format!("{b} → {a}"))
    }

    /// The name of a verb where it is not.
    fn full_name_of(self, verb: &Verb, own: &str) -> String {
        match (self, verb.kind) {
            (Self::Link(a, b), Kind::Link(OnLink::CutThere)) => format!("Cut {a} → {b}"),
            (Self::Link(a, b), Kind::Link(OnLink::HealThere)) => format!("Heal {a} → {b}"),
            (Self::Link(a, b), Kind::Link(OnLink::CutBack)) => format!("Cut {b} → {a}"),
            (Self::Link(a, b), Kind::Link(OnLink::HealBack)) => format!("Heal {b} → {a}"),
            _ => verb.title(own),
        }
    }
}

/// Everything for `subject` that fits to how it is, in groups; the first of them is seen at once, and in the inspector.
pub(crate) fn menu(scene: &Scene<'_>, subject: Subject) -> Vec<(Group, Vec<Item>)> {
    let mut groups: Vec<(Group, Vec<Item>)> = Vec::new();
    let fits =
        |verb: &&Verb| verb.on == subject.on() && scene.fits(verb.kind, subject) && scene.is_so(verb.kind, subject);
    for verb in VERBS.iter().filter(fits) {
        let (name, refusal) = (subject.name_of(verb), scene.refusal(verb.kind, subject));
        let item = Item { verb, subject, name, refusal };
        match groups.last_mut().filter(|(group, _)| *group == verb.group) {
            Some((_, items)) => items.push(item),
            None => groups.push((verb.group, vec![item])),
        }
    }
    groups
}

/// The verb that `key` is for, where `subject` is selected: its own, or one of the cluster's.
pub(crate) fn by_key(scene: &Scene<'_>, subject: Subject, key: &str) -> Option<(Kind, Subject)> {
    let of = |subject: Subject| {
        let meant = |verb: &&Verb| verb.on == subject.on() && verb.key == Some(key) && scene.fits(verb.kind, subject);
        VERBS.iter().find(meant).map(|verb| (verb.kind, subject))
    };
    of(subject).or_else(|| of(Subject::Cluster))
}

#[cfg(test)]
mod tests {
    use raftarium_sim::core::{LogIndex, NodeId};
    use raftarium_sim::{ClientId, Command, Timeline, View};

    use super::*;
    use crate::show::{fixture, names};
    use crate::state::Entry;

    fn with_scene<T>(timeline: &Timeline, look: impl FnOnce(&Scene<'_>, &View) -> T) -> T {
        let view = timeline.view();
        look(&Scene { view: &view, world: timeline.world(), unrest: None, events_open: false, digest: None }, &view)
    }

    fn all_subjects(view: &View) -> Vec<Subject> {
        vec![
            Subject::Cluster,
            Subject::Server(NodeId(2)),
            Subject::Link(NodeId(1), NodeId(2)),
            Subject::Packet(view.packets.first().expect("something is under way").id),
            Subject::Entry(Entry { server: NodeId(1), index: LogIndex(1) }),
            Subject::Client(ClientId(1)),
        ]
    }

    /// A run with a leader and something under way.
    fn busy() -> Timeline {
        let mut timeline = fixture::settled(5);
        while timeline.view().packets.is_empty() {
            timeline.step_forward();
        }
        timeline
    }

    #[test]
    fn every_verb_does_something_to_what_it_is_for() {
        let timeline = busy();
        with_scene(&timeline, |scene, view| {
            for subject in all_subjects(view) {
                for verb in VERBS.iter().filter(|verb| verb.on == subject.on()) {
                    let doing = scene.doing(verb.kind, subject);
                    let misplaced = matches!(&doing, Doing::Cannot(why) if why.contains("cannot be done to this"));
                    assert!(!misplaced, "{:?} to {subject:?}", verb.kind);
                    assert!(doing != Doing::Commands(vec![]), "{:?} to {subject:?}", verb.kind);
                }
            }
        });
    }

    /// Whoever adds a command to the simulator finds here whether a person can give it.
    #[test]
    fn every_command_has_a_verb_or_a_form() {
        let timeline = busy();
        let mut met: Vec<&str> = with_scene(&timeline, |scene, view| {
            let mut met = Vec::new();
            for subject in all_subjects(view) {
                for verb in VERBS.iter().filter(|verb| verb.on == subject.on()) {
                    let commands = match scene.doing(verb.kind, subject) {
                        Doing::Commands(commands) => commands,
                        Doing::Fill(form) => {
                            let sheet = crate::show::forms::Sheet::new(form, view, timeline.world());
                            let filled =
                                crate::show::forms::Sheet::commands(form, &sheet.fields, view, timeline.world());
                            filled.unwrap_or_default()
                        }
                        Doing::Page(_) | Doing::Cannot(_) => Vec::new(),
                    };
                    met.extend(commands.iter().map(name_of));
                }
            }
            met
        });
        // Asked in the clients' form.
        met.extend(["request", "set retries"]);
        for command in ALL {
            assert!(met.contains(&command), "{command} can be given nowhere");
        }
    }

    const ALL: [&str; 36] = [
        "crash",
        "restart",
        "time out",
        "request",
        "cut",
        "heal",
        "partition",
        "heal all",
        "set link",
        "set all links",
        "isolate",
        "clog",
        "unclog",
        "filter",
        "kill",
        "crash after",
        "pause",
        "resume",
        "wipe",
        "set disk",
        "flip bit",
        "set clock",
        "jump clock",
        "configure",
        "add server",
        "change membership",
        "leave joint",
        "transfer",
        "forget leader",
        "compact",
        "request snapshot",
        "packet",
        "make mistakes",
        "set retries",
        "requests",
        "give up",
    ];

    fn name_of(command: &Command) -> &'static str {
        let at = match command {
            Command::Crash { .. } => 0,
            Command::Restart { .. } => 1,
            Command::TimeOut { .. } => 2,
            Command::Request { .. } => 3,
            Command::Cut { .. } => 4,
            Command::Heal { .. } => 5,
            Command::Partition { .. } => 6,
            Command::HealAll => 7,
            Command::SetLink { .. } => 8,
            Command::SetAllLinks { .. } => 9,
            Command::Isolate { .. } => 10,
            Command::Clog { .. } => 11,
            Command::Unclog { .. } => 12,
            Command::Filter { .. } => 13,
            Command::Kill { .. } => 14,
            Command::CrashAfter { .. } => 15,
            Command::Pause { .. } => 16,
            Command::Resume { .. } => 17,
            Command::Wipe { .. } => 18,
            Command::SetDisk { .. } => 19,
            Command::FlipBit { .. } => 20,
            Command::SetClock { .. } => 21,
            Command::JumpClock { .. } => 22,
            Command::Configure { .. } => 23,
            Command::AddServer => 24,
            Command::ChangeMembership { .. } => 25,
            Command::LeaveJoint { .. } => 26,
            Command::Transfer { .. } => 27,
            Command::ForgetLeader { .. } => 28,
            Command::Compact { .. } => 29,
            Command::RequestSnapshot { .. } => 30,
            Command::Packet { .. } => 31,
            Command::MakeMistakes { .. } => 32,
            Command::SetRetries { .. } => 33,
            Command::Requests { .. } => 34,
            Command::GiveUp { .. } => 35,
        };
        ALL[at]
    }

    #[test]
    fn of_two_verbs_that_undo_each_other_one_is_shown() {
        let mut timeline = fixture::settled(3);
        let server = NodeId(2);
        let has = |timeline: &Timeline, subject: Subject, kind: Kind| {
            with_scene(timeline, |scene, _| {
                menu(scene, subject).iter().any(|(_, items)| items.iter().any(|item| item.verb.kind == kind))
            })
        };
        let pairs = [
            (
                Subject::Server(server),
                Kind::Server(OnServer::Crash),
                Kind::Server(OnServer::Restart),
                Command::Crash { server },
            ),
            (
                Subject::Server(server),
                Kind::Server(OnServer::Isolate),
                Kind::Server(OnServer::Rejoin),
                Command::Isolate { server },
            ),
            (
                Subject::Link(NodeId(1), NodeId(3)),
                Kind::Link(OnLink::CutBack),
                Kind::Link(OnLink::HealBack),
                Command::Cut { from: NodeId(3), to: NodeId(1), both: false },
            ),
        ];
        for (subject, before, after, command) in pairs {
            assert_eq!((has(&timeline, subject, before), has(&timeline, subject, after)), (true, false));
            timeline.dispatch(command).expect("it can be done");
            assert_eq!((has(&timeline, subject, before), has(&timeline, subject, after)), (false, true));
        }
    }

    #[test]
    fn what_cannot_be_done_says_why() {
        let timeline = fixture::settled(3);
        with_scene(&timeline, |scene, view| {
            let leader = names::leader(view).expect("a leader after a second").id;
            let refusal = scene.refusal(Kind::Server(OnServer::TimeOut), Subject::Server(leader)).expect("it leads");
            assert_eq!(refusal, format!("{leader} leads already; only another server can time out."));
            assert_eq!(scene.refusal(Kind::Server(OnServer::Crash), Subject::Server(leader)), None);
            assert!(scene.refusal(Kind::Server(OnServer::Wipe), Subject::Server(leader)).is_some());
            assert!(scene.refusal(Kind::Cluster(OnCluster::MendAll), Subject::Cluster).is_some());
        });
        let fresh = fixture::timeline(3);
        with_scene(&fresh, |scene, _| {
            for (kind, subject) in [
                (Kind::Server(OnServer::Transfer), Subject::Server(NodeId(1))),
                (Kind::Cluster(OnCluster::AddLearner), Subject::Cluster),
            ] {
                let why = scene.refusal(kind, subject).expect("nobody leads");
                assert!(why.starts_with("Nobody leads"), "{why}");
            }
        });
    }

    #[test]
    fn a_key_means_what_is_selected_or_the_cluster() {
        let timeline = fixture::settled(3);
        with_scene(&timeline, |scene, _| {
            let server = Subject::Server(NodeId(1));
            assert_eq!(by_key(scene, server, "c"), Some((Kind::Server(OnServer::Crash), server)));
            assert_eq!(by_key(scene, server, "h"), None, "nothing is cut");
            assert_eq!(by_key(scene, server, "e"), Some((Kind::Cluster(OnCluster::Events), Subject::Cluster)));
            assert_eq!(by_key(scene, Subject::Cluster, "c"), None);
            let link = Subject::link(NodeId(2), NodeId(1));
            assert_eq!(by_key(scene, link, "x"), Some((Kind::Link(OnLink::Cut), link)));
        });
    }
}
