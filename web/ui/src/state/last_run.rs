//! The run as it was last changed, kept apart from the state, so that it can be told after a panic.

use std::cell::RefCell;

use raftarium_sim::{Run, Timed};

thread_local! {
    static RUN: RefCell<Option<Run>> = const { RefCell::new(None) };
}

/// A run begins.
pub(super) fn begin(run: Run) {
    RUN.with(|kept| *kept.borrow_mut() = Some(run));
}

/// Something is about to be done in `run`. Called before it is done, for it may be what fails.
pub(super) fn about_to(mut run: Run, command: Timed) {
    run.commands.retain(|timed| timed.at <= command.at);
    run.commands.push(command);
    RUN.with(|kept| *kept.borrow_mut() = Some(run));
}

/// The run, if there is one and nobody is changing it.
pub(crate) fn recall() -> Option<Run> {
    RUN.with(|kept| kept.try_borrow().ok()?.clone())
}
