//! A verb: one thing that a person can do, as plain data.

use raftarium_sim::why::Asks;

/// What can be done to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnServer {
    Crash,
    Restart,
    Pause,
    Resume,
    TimeOut,
    Isolate,
    Rejoin,
    Propose,
    Kill,
    CrashAfter,
    SlowDisk,
    StallDisk,
    FillDisk,
    LieDisk,
    TearDisk,
    GoodDisk,
    FlipBit,
    Wipe,
    Disk,
    FastClock,
    SlowClock,
    JumpForward,
    JumpBack,
    GoodClock,
    Clock,
    Transfer,
    MakeVoter,
    MakeLearner,
    Remove,
    Replace,
    LeaveJoint,
    Members,
    Compact,
    RequestSnapshot,
    ForgetLeader,
    ServerSettings,
    ServerMistakes,
}

/// What can be done to a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnLink {
    Cut,
    Heal,
    CutThere,
    HealThere,
    CutBack,
    HealBack,
    Clog,
    Unclog,
    SlowLink,
    LossyLink,
    DoublingLink,
    GoodLink,
    Link,
    Filter,
}

/// What can be done to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnPacket {
    Drop,
    Double,
    Hold,
    Release,
    Deliver,
    Delay,
    DelayLong,
}

/// What can be done to the cluster, the time, and the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnCluster {
    HealAll,
    MendAll,
    Split,
    AllLinks,
    AddServer,
    AddLearner,
    Settings,
    Mistakes,
    Honest,
    MildUnrest,
    WildUnrest,
    Calm,
    Undo,
    Redo,
    PlayOrPause,
    StepForward,
    StepBack,
    ToStart,
    Events,
    Scenarios,
    SaveAs,
    BrokenRules,
    Help,
}

/// What a verb does; what it is called and where it is found says [`Verb`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Server(OnServer),
    Link(OnLink),
    Packet(OnPacket),
    /// To an entry.
    FlipBitThere,
    /// To a client.
    Ask,
    /// To a client, too.
    AskMany,
    GiveUp,
    Cluster(OnCluster),
    /// A question about anything.
    Why(Asks),
}

impl Kind {
    pub(crate) const fn on(self) -> On {
        match self {
            Self::Server(_) => On::Server,
            Self::Link(_) => On::Link,
            Self::Packet(_) => On::Packet,
            Self::FlipBitThere => On::Entry,
            Self::Ask | Self::AskMany | Self::GiveUp => On::Client,
            Self::Cluster(_) => On::Cluster,
            Self::Why(asks) => match asks {
                Asks::NoLeader | Asks::Broken => On::Cluster,
                Asks::NotLeader
                | Asks::NotCandidate
                | Asks::Leads
                | Asks::Candidate
                | Asks::SteppedDown
                | Asks::VotedNo
                | Asks::Down
                | Asks::Lags => On::Server,
                Asks::NotCommitted | Asks::NotApplied | Asks::NotDurable | Asks::Gone => On::Entry,
                Asks::Sent | Asks::Lost | Asks::Held => On::Packet,
                Asks::Unanswered | Asks::Refused => On::Client,
                Asks::Blocked => On::Link,
            },
        }
    }
}

/// What kind of thing a verb is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Server,
    Link,
    Packet,
    Entry,
    Client,
    Cluster,
}

impl On {
    /// What it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Server => "a server",
            Self::Link => "a link",
            Self::Packet => "a message",
            Self::Entry => "an entry",
            Self::Client => "a client",
            Self::Cluster => "the cluster",
        }
    }
}

/// Verbs that stand together. The first group of each thing is seen at once, the others unfold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    First,
    Why,
    Crashes,
    Disk,
    Clock,
    Members,
    Log,
    Carries,
    Settings,
    Unrest,
    Time,
    Page,
}

impl Group {
    /// What stands over it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::First => "First",
            Self::Why => "Why?",
            Self::Crashes => "Other crashes",
            Self::Disk => "Disk",
            Self::Clock => "Clock",
            Self::Members => "Membership",
            Self::Log => "Log and snapshots",
            Self::Carries => "How it carries",
            Self::Settings => "Settings and rules",
            Self::Unrest => "Chaos",
            Self::Time => "Time",
            Self::Page => "Page",
        }
    }
}

/// One thing that a person can do: menus, the inspector, the palette and the help are made of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Verb {
    pub(crate) kind: Kind,
    pub(crate) on: On,
    pub(crate) group: Group,
    /// Where it is clear what it is done to.
    pub(crate) name: &'static str,
    /// Where it is not; `{}` stands for what it is done to.
    pub(crate) full: &'static str,
    /// What happens, in one sentence.
    pub(crate) says: &'static str,
    /// What else people call it.
    pub(crate) also: &'static str,
    /// The key, if what it is for is selected.
    pub(crate) key: Option<&'static str>,
}

impl Verb {
    /// What it is called in full.
    pub(crate) fn title(&self, subject: &str) -> String {
        self.full.replace("{}", subject)
    }
}
