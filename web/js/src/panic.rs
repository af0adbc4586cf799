//! What is told when the engine has a bug.
//!
//! After a panic in wasm nothing can be trusted any more, and nothing is unwound. So what is to be told is handed to the
//! shell while the panic is still going on, and the shell refuses every later call.

use core::cell::RefCell;
use std::panic::{PanicHookInfo, set_hook};
use std::rc::Rc;

use js_sys::Function;
use raftarium_sim as sim;
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::boundary::to_js;
use crate::failure::ErrorCode;
use crate::types::Run;

thread_local! {
    static WATCHER: RefCell<Option<Function>> = const { RefCell::new(None) };
    static CURRENT: RefCell<Option<Reproduction>> = const { RefCell::new(None) };
}

/// The run of a simulation, readable while the simulation itself is borrowed.
#[derive(Clone, Debug)]
pub(crate) struct Reproduction(Rc<RefCell<sim::Run>>);

impl Reproduction {
    pub(crate) fn new(run: sim::Run) -> Self {
        Self(Rc::new(RefCell::new(run)))
    }

    /// From now on, a panic is one of this run.
    pub(crate) fn watch(&self) {
        CURRENT.with(|current| current.replace(Some(self.clone())));
    }

    /// `command` is going to be tried: if that is what panics, it belongs to the run.
    pub(crate) fn trying(&self, command: sim::Timed) {
        self.0.borrow_mut().commands.push(command);
    }

    /// These are the commands now.
    pub(crate) fn settle(&self, commands: &[sim::Timed]) {
        let mut run = self.0.borrow_mut();
        // Mostly the command that was tried is the last of them, and a copy of all would be for nothing.
        if run.commands.len() != commands.len() || run.commands.last() != commands.last() {
            run.commands = commands.to_vec();
        }
    }
}

/// What the shell is told of a panic.
#[derive(Debug, Serialize)]
struct Report {
    code: ErrorCode,
    message: String,
    given: Option<Run>,
    allowed: Option<String>,
}

/// From now on, `watcher` is called with what is to be told of a panic.
#[wasm_bindgen(js_name = onPanic, skip_typescript)]
pub fn on_panic(watcher: Function) {
    WATCHER.with(|cell| cell.replace(Some(watcher)));
    set_hook(Box::new(tell));
}

/// Panics.
///
/// For this package's own tests: what a bug looks like can only be seen with one.
///
/// # Panics
///
/// Always.
#[wasm_bindgen(js_name = panicOnPurpose, skip_typescript)]
pub fn panic_on_purpose() {
    panic!("on purpose");
}

fn tell(info: &PanicHookInfo<'_>) {
    let report = report(info);
    WATCHER.with(|watcher| {
        if let Ok(watcher) = watcher.try_borrow()
            && let Some(watcher) = watcher.as_ref()
        {
            // The panic goes on whatever the shell makes of it.
            drop(watcher.call1(&JsValue::NULL, &to_js(&report)));
        }
    });
}

fn report(info: &PanicHookInfo<'_>) -> Report {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let story = text.unwrap_or("for an unknown reason");
    let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    let run = CURRENT.with(|current| Some(current.try_borrow().ok()?.as_ref()?.0.try_borrow().ok()?.clone()));
    let reproduce = run.as_ref().map_or_else(
        || "no simulation was running".to_owned(),
        |run| format!("seed {}, {} commands; `given` is the run that leads here", run.setup.seed, run.commands.len()),
    );
    Report {
        code: ErrorCode::Panic,
        message: format!("Raftarium panicked{place}: {story} ({reproduce})"),
        given: run.map(Into::into),
        allowed: None,
    }
}
