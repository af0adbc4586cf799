//! What is found that must not be. A test that breaks a rule on purpose wants to see it, and to go on.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

use super::cluster::Cluster;
use super::safety::Safety;

thread_local! {
    static WATCHES: Cell<bool> = const { Cell::new(false) };
}

/// What is found is expected, and there may be much of it: it is not printed.
fn print_nothing_while_watching() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            if !WATCHES.get() {
                print(panic);
            }
        }));
    });
}

impl Safety {
    /// Runs a check. What it finds ends the test, unless findings are kept.
    pub(super) fn watch(&mut self, check: impl FnOnce(&mut Self)) {
        if self.findings.is_none() {
            return check(self);
        }
        print_nothing_while_watching();
        WATCHES.set(true);
        let caught = catch_unwind(AssertUnwindSafe(|| check(self)));
        WATCHES.set(false);
        let Err(panic) = caught else { return };
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        // The values follow in lines of their own.
        let first = text.unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        let found = first.strip_prefix("assertion `left == right` failed: ").unwrap_or(&first).to_owned();
        self.findings.get_or_insert_default().push(found);
    }
}

impl Cluster {
    /// What is found from now on does not end the test.
    pub(crate) fn keep_findings(&mut self) {
        self.safety.findings.get_or_insert_default();
    }

    /// What was found, as "Property: what happened".
    pub(crate) fn findings(&self) -> &[String] {
        self.safety.findings.as_deref().unwrap_or_default()
    }
}
