//! `raftarium-core` in the race, compiled to wasm. There is no clock in here: `race.mjs` has one.
#![allow(unsafe_code, reason = "to export a function by its name is an unsafe attribute")]

use std::cell::RefCell;

use raftarium_bench::{Cell, Ours, Run};

thread_local! {
    static RUN: RefCell<Option<Run<Ours>>> = const { RefCell::new(None) };
}

/// Starts a run.
#[unsafe(no_mangle)]
pub extern "C" fn start(nodes: u32, bytes: u32, window: u32) {
    let cell = Cell { nodes: nodes.into(), bytes: bytes as usize, window: window.into() };
    RUN.set(Some(Run::warmed_up(cell)));
}

/// Commits at least `commits` more commands.
#[unsafe(no_mangle)]
pub extern "C" fn commit(commits: u32) {
    RUN.with_borrow_mut(|run| run.as_mut().expect("started").commit(commits.into()));
}

/// How many commands are committed so far.
#[unsafe(no_mangle)]
pub extern "C" fn commits() -> f64 {
    RUN.with_borrow(|run| run.as_ref().expect("started").commits() as f64)
}

/// How many messages were sent so far.
#[unsafe(no_mangle)]
pub extern "C" fn messages() -> f64 {
    RUN.with_borrow(|run| run.as_ref().expect("started").messages() as f64)
}

/// How many allocations there were so far.
#[unsafe(no_mangle)]
pub extern "C" fn allocations() -> f64 {
    raftarium_bench::allocations() as f64
}

/// Ends the run: whether all servers applied what was proposed.
#[unsafe(no_mangle)]
pub extern "C" fn check() -> bool {
    RUN.take().expect("started").check().is_ok()
}
