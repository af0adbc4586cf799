//! The run that is shown, where in it we look, and what is selected. Every change is an [`Action`].

mod action;
pub(crate) mod address;
mod branches;
mod compare;
mod doing;
mod kept;
pub(crate) mod last_run;
mod lesson;
mod pointed;
mod reduce;
mod selection;
mod side;
mod speed;
mod why;

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::share::trace;
use raftarium_sim::swarm::Unrest;
use raftarium_sim::{ClientId, Record, RequestId, RunError, Setup, Shared, Timeline, View};

use crate::show::branches::Branches;
use crate::show::digest::Digest;
use crate::show::forms::Sheet;
use crate::show::grid::{Overwritten, overwritten};
use crate::show::jump::Jump;
use crate::show::light;
use crate::show::news::{Sentence, Voice};
use crate::show::space_time::first_wrong;
use crate::show::tour::Step;
use crate::show::verbs::{Scene, Subject};

pub(crate) use action::Action;
pub(crate) use compare::Other;
pub(crate) use kept::{Offer, Settings};
pub(crate) use lesson::{Opened, Shelf, ToldLesson, Wanted};
pub(crate) use pointed::Pointed;
pub(crate) use selection::{Entry, Selection};
pub(crate) use side::Side;
pub(crate) use speed::Speed;
pub(crate) use why::Explained;

/// Everything that is on the screen, cheap to clone and to compare.
#[derive(Clone)]
pub(crate) struct State {
    /// Shared by all states: only the latest one looks at it.
    timeline: Rc<RefCell<Timeline>>,
    pub(crate) setup: Rc<Setup>,
    /// The world at the moment that is looked at. Its `now` may be older: it is read anew only when something changed.
    pub(crate) view: Rc<View>,
    pub(crate) digest: Rc<Digest>,
    /// The other futures that were begun.
    pub(crate) branches: Rc<Branches>,
    /// What is known of them.
    kept: Rc<Vec<branches::Kept>>,
    /// How many records the digest has read.
    read: usize,
    pub(crate) now: Instant,
    pub(crate) end: Instant,
    pub(crate) playing: bool,
    /// Which frame this is, if it is but one more while it plays.
    pub(crate) frame: Option<u32>,
    pub(crate) speed: Speed,
    pub(crate) selection: Selection,
    /// What the pointer or the focus is on.
    pub(crate) pointed: Pointed,
    /// The longest that any message was under way, in microseconds: nothing that is seen in a stretch of time was sent
    /// earlier than so long before it.
    pub(crate) longest_flight: u64,
    pub(crate) notice: Option<Rc<Notice>>,
    pub(crate) news: Rc<News>,
    /// How much of what happens is read out.
    pub(crate) voice: Voice,
    pub(crate) ease: Ease,
    /// The step of the tour, if it is under way.
    pub(crate) tour: Option<Step>,
    /// The server that a person wants to propose to, and how often they wanted that.
    pub(crate) propose_to: (Option<NodeId>, u32),
    /// The client that a person wants to ask something, if they said which.
    pub(crate) ask_as: Option<ClientId>,
    pub(crate) events_open: bool,
    pub(crate) space_time_open: bool,
    pub(crate) machines_open: bool,
    /// What kind of mark is gone to next.
    pub(crate) jump: Jump,
    pub(crate) help_open: bool,
    pub(crate) palette_open: bool,
    /// The stories that one can choose from, if the list is open.
    pub(crate) library_open: Option<Shelf>,
    /// Whether a person chooses what to save.
    pub(crate) saving: bool,
    /// Where a person was the last time.
    pub(crate) offer: Option<Rc<Offer>>,
    /// A story that is being fetched.
    pub(crate) wanted: Option<Rc<Wanted>>,
    /// The story of the run that is shown.
    pub(crate) told: Option<Rc<ToldLesson>>,
    pub(crate) menu: Option<Menu>,
    /// The form that is open.
    pub(crate) sheet: Option<Rc<Sheet>>,
    /// The last question, and its answer.
    pub(crate) why: Option<Rc<Explained>>,
    /// The first and the last moment of what was done by one press, if that was more than one command.
    together: Rc<Vec<(Instant, Instant)>>,
    /// What goes wrong by chance while time goes on.
    pub(crate) unrest: Option<Unrest>,
    /// The cluster beside this one, if two are compared.
    pub(crate) other: Option<Rc<Other>>,
    /// The one that the inspector is about.
    pub(crate) side: Side,
    /// Whether a person is choosing what to compare with.
    pub(crate) choosing: bool,
    /// Counts the changes.
    version: u64,
    /// Counts the changes of the run itself: what is in a link.
    pub(crate) run_version: u64,
}

/// Something that could not be done, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) about: About,
    pub(crate) text: String,
    /// Tells a notice from an equal one that comes after it.
    pub(crate) number: u64,
}

/// A menu that is open, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Menu {
    pub(crate) subject: Subject,
    /// From the left and from the top of the window, in pixels.
    pub(crate) at: (i32, i32),
}

/// What a notice is about, so that it stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Seed,
    Servers,
    Address,
    Command,
}

/// What makes it easier for some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Ease {
    /// Nothing travels.
    pub(crate) still: bool,
    /// Letters are large.
    pub(crate) large: bool,
}

/// What has just happened, to be read out.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct News {
    pub(crate) number: u64,
    pub(crate) told: Vec<Sentence>,
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}

impl State {
    /// The beginning of the run that `setup` describes.
    ///
    /// # Panics
    ///
    /// If `setup` is not valid; addresses are checked before.
    pub(crate) fn new(setup: Setup, playing: bool) -> Self {
        Self::of(Timeline::new(setup).expect("an address is checked before it becomes a setup"), playing)
    }

    /// A run that somebody shared. One that leads to a moment stands still there, but for one that is far away.
    ///
    /// # Errors
    ///
    /// If a command in it is not valid.
    pub(crate) fn open(shared: Shared, playing: bool) -> Result<Self, RunError> {
        let with = shared.with;
        let mut timeline = Timeline::replay(shared.run)?;
        if let Some(at) = shared.at {
            last_run::begin(timeline.run());
            timeline.seek(at.min(address::AHEAD_MAX));
        }
        let mut state = Self::of(timeline, playing && shared.at.is_none());
        if let Some(Err(error)) = with.map(|with| state.compare(with)) {
            state.complain(About::Address, format!("The other run cannot be shown: {error}."));
        }
        Ok(state)
    }

    fn of(timeline: Timeline, playing: bool) -> Self {
        last_run::begin(timeline.run());
        let setup = timeline.setup().clone();
        let (view, end) = (Rc::new(timeline.view()), timeline.end());
        let mut digest = Digest::of(&setup);
        digest.read(timeline.all_records());
        Self {
            now: timeline.now(),
            read: timeline.all_records().len(),
            timeline: Rc::new(RefCell::new(timeline)),
            setup: Rc::new(setup),
            view,
            digest: Rc::new(digest),
            branches: Rc::default(),
            kept: Rc::default(),
            end,
            playing,
            frame: None,
            speed: Speed::default(),
            selection: Selection::Nothing,
            pointed: Pointed::Nothing,
            longest_flight: 0,
            notice: None,
            news: Rc::new(News::default()),
            voice: Voice::default(),
            ease: Ease::default(),
            tour: None,
            propose_to: (None, 0),
            ask_as: None,
            events_open: false,
            space_time_open: false,
            machines_open: false,
            jump: Jump::Any,
            help_open: false,
            palette_open: false,
            library_open: None,
            saving: false,
            offer: None,
            wanted: None,
            told: None,
            menu: None,
            sheet: None,
            why: None,
            together: Rc::default(),
            unrest: None,
            other: None,
            side: Side::Only,
            choosing: false,
            version: 0,
            run_version: 0,
        }
    }

    /// The run that is shown, for others to see: at the moment `at`.
    pub(crate) fn shared(&self, at: Option<Instant>) -> Shared {
        let with = self.other.as_ref().map(|other| other.difference().clone());
        Shared { at, with, ..self.timeline.borrow().run().into() }
    }

    /// Writes everything that happened up to now, piece by piece.
    pub(crate) fn write_trace(&self, take: impl FnMut(&str)) -> Result<(), RunError> {
        let run = self.timeline.borrow().run();
        trace::write(&run, self.now, take)
    }

    /// The known trace, as far as it is kept: the place of a record need not be its number.
    pub(crate) fn all_records(&self) -> Ref<'_, [Record]> {
        Ref::map(self.timeline.borrow(), Timeline::all_records)
    }

    /// The entries that were erased shortly before now.
    pub(crate) fn overwritten(&self) -> Vec<Overwritten> {
        overwritten(self.timeline.borrow().records(), self.now)
    }

    /// The servers that break a rule on purpose.
    pub(crate) fn mistaken(&self) -> Vec<NodeId> {
        let timeline = self.timeline.borrow();
        let errs = |id: &NodeId| timeline.world().settings(*id).is_some_and(|settings| !settings.mistakes.is_empty());
        self.view.servers.iter().map(|server| server.id).filter(errs).collect()
    }

    /// The first request whose answer one copy of the data could not have given.
    pub(crate) fn first_wrong(&self) -> Option<RequestId> {
        first_wrong(&self.view, &self.all_records())
    }

    /// The ids of what is lit because of what is pointed at. Of two clusters that are compared, it is lit in both; a message
    /// is one cluster's, and what it is about is lit in the other, too.
    pub(crate) fn lit(&self) -> Vec<String> {
        let of = |state: &Self, pointed| light::lit(pointed, &state.view, &state.all_records(), state.longest_flight);
        let Some(other) = &self.other else { return of(self, self.pointed) };
        let other = &other.state;
        let about = |ids: &[String]| ids.iter().filter(|id| !id.starts_with("packet")).cloned().collect();
        let (a, b): (Vec<String>, Vec<String>) = match self.pointed {
            Pointed::Packet(_) => {
                let a = of(self, self.pointed);
                let b = about(&a);
                (a, b)
            }
            Pointed::OtherPacket(packet) => {
                let b = of(other, Pointed::Packet(packet));
                (about(&b), b)
            }
            pointed @ (Pointed::Nothing | Pointed::Server(_) | Pointed::Entry(_)) => {
                (of(self, pointed), of(other, pointed))
            }
        };
        a.into_iter().chain(b.iter().map(|id| Side::B.id(id))).collect()
    }

    /// How many records there are up to now.
    pub(crate) fn record_count(&self) -> usize {
        usize::try_from(self.timeline.borrow().world().record_count()).unwrap_or(usize::MAX)
    }

    /// The world as verbs see it, for as long as `look` looks.
    pub(crate) fn with_scene<T>(&self, look: impl FnOnce(&Scene<'_>) -> T) -> T {
        let timeline = self.timeline.borrow();
        let (view, world) = (&*self.view, timeline.world());
        look(&Scene { view, world, unrest: self.unrest, events_open: self.events_open, digest: Some(&self.digest) })
    }

    /// Whether the address can be written at once: it is short.
    pub(crate) fn begins(&self) -> bool {
        self.timeline.borrow().commands().is_empty() || self.told.is_some() && !self.departs()
    }

    /// Whether the story of the run is to be seen, in the place of the overview.
    pub(crate) fn tells(&self) -> bool {
        self.told.is_some() && self.selection == Selection::Nothing && self.sheet.is_none() && self.why.is_none()
    }

    /// Whether something lies over the page, and time stands still until it is gone.
    pub(crate) const fn is_covered(&self) -> bool {
        self.menu.is_some() || self.palette_open || self.library_open.is_some() || self.saving
    }

    /// Whether we look at the past: an action here starts another future.
    pub(crate) fn is_past(&self) -> bool {
        self.now < self.end
    }
}
