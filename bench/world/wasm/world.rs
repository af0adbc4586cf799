//! The worlds, compiled to wasm. There is no clock in here: `world.mjs` has one.
#![allow(unsafe_code, reason = "to export a function by its name is an unsafe attribute")]

use std::cell::RefCell;
use std::time::Duration;

use raftarium_bench_world::{Load, Worlds};

thread_local! {
    static WORLDS: RefCell<Option<Worlds>> = const { RefCell::new(None) };
}

/// Starts worlds with the load of this number.
#[unsafe(no_mangle)]
pub extern "C" fn start(load: u32) {
    WORLDS.set(Some(Worlds::new(Load::ALL[load as usize])));
}

/// Lets so many simulated seconds pass.
#[unsafe(no_mangle)]
pub extern "C" fn advance(seconds: u32) {
    WORLDS.with_borrow_mut(|worlds| worlds.as_mut().expect("started").advance(Duration::from_secs(seconds.into())));
}

/// How many simulated milliseconds have passed.
#[unsafe(no_mangle)]
pub extern "C" fn lived() -> f64 {
    WORLDS.with_borrow(|worlds| worlds.as_ref().expect("started").lived().as_millis() as f64)
}

/// How many events there were.
#[unsafe(no_mangle)]
pub extern "C" fn events() -> f64 {
    WORLDS.with_borrow(|worlds| worlds.as_ref().expect("started").events() as f64)
}
