//! The run that is shown, where in it we look, and what is selected. Every change is an [`Action`].

mod action;
pub(crate) mod address;
pub(crate) mod last_run;
mod reduce;
mod selection;
mod speed;

use std::cell::{Ref, RefCell};
use std::rc::Rc;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{Record, Setup, Timeline, View};

use crate::show::digest::Digest;

pub(crate) use action::Action;
pub(crate) use selection::{Entry, Selection};
pub(crate) use speed::Speed;

/// Everything that is on the screen, cheap to clone and to compare.
#[derive(Clone)]
pub(crate) struct State {
    /// Shared by all states: only the latest one looks at it.
    timeline: Rc<RefCell<Timeline>>,
    pub(crate) setup: Rc<Setup>,
    /// The world at the moment that is looked at. Its `now` may be older: it is read anew only when something changed.
    pub(crate) view: Rc<View>,
    pub(crate) digest: Rc<Digest>,
    /// How many records the digest has read.
    read: usize,
    pub(crate) now: Instant,
    pub(crate) end: Instant,
    pub(crate) playing: bool,
    pub(crate) speed: Speed,
    pub(crate) selection: Selection,
    pub(crate) notice: Option<Rc<Notice>>,
    pub(crate) news: Rc<News>,
    /// The server that a person wants to propose to, and how often they wanted that.
    pub(crate) propose_to: (Option<NodeId>, u32),
    pub(crate) events_open: bool,
    pub(crate) help_open: bool,
    /// Counts the changes.
    version: u64,
}

/// Something that could not be done, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) about: About,
    pub(crate) text: String,
    /// Tells a notice from an equal one that comes after it.
    pub(crate) number: u64,
}

/// What a notice is about, so that it stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Seed,
    Servers,
    Address,
    Command,
}

/// What has just happened, to be read out.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct News {
    pub(crate) number: u64,
    pub(crate) sentences: Vec<String>,
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
        let timeline = Timeline::new(setup.clone()).expect("an address is checked before it becomes a setup");
        last_run::begin(&setup);
        let (view, end) = (Rc::new(timeline.view()), timeline.end());
        let mut digest = Digest::default();
        digest.read(timeline.all_records());
        Self {
            now: timeline.now(),
            read: timeline.all_records().len(),
            timeline: Rc::new(RefCell::new(timeline)),
            setup: Rc::new(setup),
            view,
            digest: Rc::new(digest),
            end,
            playing,
            speed: Speed::default(),
            selection: Selection::Nothing,
            notice: None,
            news: Rc::new(News::default()),
            propose_to: (None, 0),
            events_open: false,
            help_open: false,
            version: 0,
        }
    }

    /// The known trace, as far as it is kept: the place of a record need not be its number.
    pub(crate) fn all_records(&self) -> Ref<'_, [Record]> {
        Ref::map(self.timeline.borrow(), Timeline::all_records)
    }

    /// How many records there are up to now.
    pub(crate) fn record_count(&self) -> usize {
        usize::try_from(self.timeline.borrow().world().record_count()).unwrap_or(usize::MAX)
    }

    /// Whether we look at the past: an action here starts another future.
    pub(crate) fn is_past(&self) -> bool {
        self.now < self.end
    }
}
