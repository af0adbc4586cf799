//! What is found that must not be. A test that breaks a rule on purpose wants to see it, and to go on.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::cluster::Cluster;
use super::safety::Safety;

impl Safety {
    /// Runs a check. What it finds ends the test, unless findings are kept.
    pub(super) fn watch(&mut self, check: impl FnOnce(&mut Self)) {
        if self.findings.is_none() {
            return check(self);
        }
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(self))) else { return };
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        // What the values were comes after the first line.
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
