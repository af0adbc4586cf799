//! What a run has met: faults that were made, and states that the cluster came into because of them.

/// One table of what can be met: the variants, and what they are called.
macro_rules! sights {
    ($($variant:ident $name:literal,)*) => {
        /// Something that a run can meet.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Sight {
            $(#[doc = concat!("\"", $name, "\"")] $variant,)*
        }

        impl Sight {
            /// All of them.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

            /// What it is, in a few words.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

sights! {
    // What was done.
    Crash "a server crashed",
    Restart "a server restarted",
    TimeOut "an election timer was made to run out",
    CutOneWay "a link was cut in one direction",
    CutBothWays "a link was cut in both directions",
    Heal "a link was mended",
    Partition "the network was split",
    Bridge "the network was split, with a bridge",
    Isolate "a server was cut off",
    HealAll "all links were mended",
    SetLink "a link was changed",
    SetAllLinks "all links were changed",
    Clog "a link was clogged",
    Unclog "a link was unclogged",
    Filter "a link was told to filter",
    FilterEnd "a link was told to filter no more",
    PacketDropped "a packet was dropped by hand",
    PacketDoubled "a packet was doubled by hand",
    PacketHeld "a packet was held by hand",
    PacketReleased "a packet was released by hand",
    PacketDelayed "a packet was delayed by hand",
    PacketDelivered "a packet was delivered by hand",
    Kill "a process was killed",
    CrashBetween "the power failed between two things that a server asked for",
    Pause "a process was paused",
    Resume "a paused process went on",
    SlowDisk "a disk was made slow",
    StalledDisk "a disk stood still",
    FullDisk "a server stopped, because its disk was full",
    TornWrite "a write was torn, and dropped",
    Wiped "a disk was wiped",
    BitFlipped "a bit flipped on a disk",
    LyingDisk "a disk began to lie about what is durable",
    StartRefused "a server did not start, because a bit had flipped on its disk",
    ClockDrift "a clock was made to drift",
    ClockJump "a clock jumped",
    Configure "a server was given other settings",
    AddServer "a server was added",
    Compact "a server was told to take a snapshot",
    RequestSnapshot "a server asked for a snapshot",
    ForgetLeader "a server was told to forget its leader",
    Refused "a command was refused",
    AskedLeader "a client asked whom it believed to lead",
    AskedServer "a client asked a certain server",
    ClosedLoop "a client asked one thing after the other, waiting for answers",
    OpenLoop "a client asked one thing after the other, not waiting for answers",
    GivenUp "a client was told to wait no longer",
    AskedMeanwhile "a client asked something while it waited for an answer",
    // What became of packets.
    LostByCut "a packet was lost on a cut link",
    LostByChance "a packet was lost by chance",
    LostByCrash "a packet was lost because its receiver was down",
    LostByFilter "a packet was lost to a filter",
    LostByHand "a packet was lost by hand",
    LostByQueue "a packet was lost to a full queue",
    Doubled "a link doubled a packet",
    Overtaken "a packet overtook another one",
    // What became of the cluster.
    CrashOfLeader "a leader crashed",
    CrashOfAll "all servers were down at once",
    CrashWhileWriting "a crash lost writes",
    CrashWhileVoting "a crash lost a term or a vote that was being written",
    SnapshotInterrupted "a crash interrupted a snapshot",
    TransferInterrupted "a crash interrupted a snapshot that was arriving",
    LeaderElected "a leader was elected",
    LeaderWithoutMajority "a leader went on while another one was elected",
    ElectionRepeated "an election failed, and was started again",
    ElectionGivenUp "a candidate gave up",
    PreVote "a server asked whether it could win",
    PreVoteGivenUp "a server gave up asking whether it could win",
    VoteIgnored "a vote request was put aside for a leader's sake",
    VoteRefusedTwice "a vote was refused, because it was given already",
    VoteRefusedForLog "a vote was refused, because the candidate's log was behind",
    SteppedDownForTerm "a leader stepped down for a higher term",
    SteppedDownForQuorum "a leader stepped down, because it heard from no majority",
    SteppedDownForDisk "a leader stepped down, because its disk stalled",
    Truncated "entries were erased",
    AppendRefused "entries were refused, because the ones before were missing",
    BackedUp "a leader searched back for where logs agree",
    StaleIgnored "an old message was put aside",
    MembershipSimple "a membership changed by one voter at once",
    MembershipJoint "a membership became joint",
    JointLeft "a joint membership was left",
    LeaderInJoint "a leader was elected inside a joint membership",
    CrashInJoint "a leader crashed inside a joint membership",
    TransferStarted "a leader began to hand over",
    TransferGivenUp "a leader gave up handing over",
    TransferDone "a server was elected because its leader handed over",
    Forwarded "a follower passed a proposal on",
    Compacted "a log was compacted",
    SnapshotSent "a snapshot was sent",
    SnapshotInstalled "a snapshot took the place of a log",
    SnapshotInstalledBefore "a snapshot took the place of the beginning of a log",
    // What clients learnt.
    Committed "a client learnt that its request is committed",
    Put "a client put a value",
    Read "a client read a value through the log",
    ReadByIndex "a client read a value by ReadIndex",
    ReadUnchecked "a client read what a server had, old or not",
    ReadByLease "a client read a value by lease",
    Deleted "a client took a value away",
    Swapped "a client replaced a value that was the expected one",
    NotSwapped "a client did not replace a value that was another one",
    Increased "a client added to a number",
    NotANumber "a client could not add to what is not a number",
    ToldOfOther "a client was sent elsewhere",
    ToldBusy "a client was told that a server is busy",
    ToldDown "a client was told that a server is down",
    Superseded "a client was told that its request was superseded",
    ReadRefused "a client was told that a read could not be answered",
    SessionOpened "a client got a session",
    SessionEnded "a client was told that its session had ended",
    Retried "a client that got no answer asked again",
    Unknown "a client stopped waiting",
    AnsweredLate "a client got an answer after it had stopped waiting",
    // What may be broken, by what Raft does not survive.
    LossTold "that data, a vote or a term was lost was told",
    StaleReadTold "that a client saw an old value was told",
}

/// How often each [`Sight`] was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    counts: [u64; Sight::ALL.len()],
}

impl Default for Coverage {
    fn default() -> Self {
        Self { counts: [0; Sight::ALL.len()] }
    }
}

impl Coverage {
    /// How often `sight` was met.
    #[must_use]
    pub const fn count(&self, sight: Sight) -> u64 {
        self.counts[sight as usize]
    }

    /// All counts, in the order of [`Sight::ALL`].
    pub fn counts(&self) -> impl Iterator<Item = (Sight, u64)> {
        Sight::ALL.into_iter().zip(self.counts)
    }

    /// Adds what another run met.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
    }

    pub(super) fn saw_all(&mut self, sights: impl IntoIterator<Item = Sight>) {
        sights.into_iter().for_each(|sight| self.saw(sight));
    }

    pub(super) const fn saw(&mut self, sight: Sight) {
        self.counts[sight as usize] += 1;
    }
}
