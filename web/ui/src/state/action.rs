//! What a person, or the clock, does to the page.

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::swarm::Unrest;
use raftarium_sim::why::{Cause, Question};
use raftarium_sim::{BranchId, ClientId, Command, Difference, Op, Retries, Shared};

use super::address::Address;
use super::{About, Ease, Menu, Opened, Pointed, Selection, Shelf, Side, Speed, Wanted};
use crate::show::forms::{Field, Form};
use crate::show::jump::Jump;
use crate::show::news::Voice;
use crate::show::tour::Step;
use crate::show::verbs::{Kind, Subject};

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
    /// That many microseconds on, or back, within what is known of the run.
    SeekBy(i64),
    SetSpeed(Speed),
    Faster,
    Slower,
    Select(Selection),
    /// Lets a client ask something, and says what it does without an answer.
    Ask {
        client: ClientId,
        server: Option<NodeId>,
        op: Op,
        retries: Option<Retries>,
    },
    /// The pointer or the focus is on something else.
    Point(Pointed),
    /// Does something to the world, now.
    Do(Command),
    /// Does what a verb says.
    Perform(Kind, Subject),
    /// Asks why something is as it is.
    Why(Question),
    /// Goes to the moment of a cause, and selects what it is about.
    Follow(Box<Cause>),
    /// Goes back to the moment that the question was about.
    WhyAgain,
    CloseWhy,
    /// Opens a form, in place of the inspector.
    Fill(Form),
    /// Does what the open form says, as it is filled in.
    Submit(Vec<Field>),
    CloseForm,
    ShowMenu(Option<Menu>),
    ShowPalette(bool),
    /// Lets things go wrong by chance, or ends that and mends everything.
    SetUnrest(Option<Unrest>),
    /// Looks at another future that was begun.
    SwitchBranch(BranchId),
    /// Gives it a name; an empty one takes its name away.
    RenameBranch(BranchId, String),
    DeleteBranch(BranchId),
    /// Opens or closes the form that says what to compare with.
    Choose(bool),
    /// Puts another cluster beside this one.
    Compare(Difference),
    /// Lets the inspector be about one of the two.
    LookInto(Side),
    /// Goes to where the two part.
    ToParting,
    /// Shows one of the two alone.
    Keep(Side),
    /// Back to just before what was done last.
    Undo,
    /// Forward to just after what was done next.
    Redo,
    /// The next message under way, or the one before.
    NextMessage(bool),
    /// Cuts a link that works, and mends one that does not.
    CutOrHeal(NodeId, NodeId),
    /// Brings a person to where they can propose something to this server.
    Propose(NodeId),
    /// Brings a person to where this client can ask something.
    AskAs(ClientId),
    /// Begins another run.
    Begin(Address),
    /// Shows a run that somebody shared, at the moment that they looked at.
    Open(Box<Shared>),
    /// Fetches a story that comes with the page, and shows it.
    Want(Wanted),
    /// There is no such story, or it cannot be fetched: why.
    CannotFetch(String),
    /// Shows a story.
    OpenLesson(Box<Opened>),
    /// Shows the story from where it begins; with servers that keep to the rules, or not.
    TellAgain(bool),
    CloseLesson,
    /// Goes on where a person was the last time, or does not.
    TakeOffer(bool),
    /// Shows what can be saved, or no longer.
    ShowSaving(bool),
    ShowLibrary(Option<Shelf>),
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
    /// Chooses how much is read out.
    SetVoice(Voice),
    SetEase(Ease),
    /// Goes to a step of the tour, or ends it.
    Tour(Option<Step>),
}
