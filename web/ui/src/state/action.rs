//! What a person, or the clock, does to the page.

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{Command, Shared};

use super::address::Address;
use super::{About, Pointed, Selection, Speed};
use crate::show::jump::Jump;

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    /// That much real time has passed, in microseconds.
    Frame(u64),
    Pause,
    PlayOrPause,
    StepForward,
    StepBack,
    Seek(Instant),
    SetSpeed(Speed),
    Faster,
    Slower,
    Select(Selection),
    /// The pointer or the focus is on something else.
    Point(Pointed),
    /// Does something to the world, now.
    Do(Command),
    /// Crashes a server that runs, and restarts one that is down.
    CrashOrRestart(NodeId),
    /// Cuts a link that works, and mends one that does not.
    CutOrHeal(NodeId, NodeId),
    /// Brings a person to where they can propose something to this server.
    Propose(NodeId),
    /// Begins another run.
    Begin(Address),
    /// Shows a run that somebody shared, at the moment that they looked at.
    Open(Box<Shared>),
    /// Says something that was done with the run, and did not happen in it.
    Tell(String),
    Complain(About, String),
    DismissNotice,
    ShowEvents(bool),
    ShowSpaceTime(bool),
    ShowMachines(bool),
    /// Chooses what kind of mark is gone to next.
    SetJump(Jump),
    /// Goes to the next mark of the chosen kind.
    JumpForward,
    /// Goes to the mark of the chosen kind before this moment.
    JumpBack,
    ShowHelp(bool),
}
