//! What a run has to say in the end.

use std::collections::BTreeMap;
use std::fmt;

use crate::rules::{Known, Rule, known};

/// What became of the scripts of one kind.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) scripts: usize,
    pub(crate) directives: usize,
    pub(crate) compared: usize,
    pub(crate) equal: usize,
    /// Where, and what.
    deviations: BTreeMap<Rule, Vec<(String, String)>>,
    failures: Vec<String>,
    file: String,
    known: Option<&'static Known>,
    used: Vec<(usize, Rule)>,
}

/// Something that differs.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) line: usize,
    pub(crate) what: String,
    pub(crate) theirs: String,
    pub(crate) ours: String,
    /// The rule that explains it, if one does.
    pub(crate) rule: Option<Rule>,
}

impl Report {
    pub(crate) fn begin(&mut self, file: &str, length: usize) {
        self.scripts += 1;
        file.clone_into(&mut self.file);
        self.known = known(file, length);
        self.used.clear();
    }

    /// A deviation of the table that is none any more fails: it would hide the next one.
    pub(crate) fn end(&mut self) {
        for expected in self.known.iter().flat_map(|known| known.deviations) {
            if !self.used.contains(expected) {
                let (line, rule) = (expected.0, expected.1.name());
                self.failures.push(format!("{}:{line}: nothing deviates here any more by `{rule}`", self.file));
            }
        }
    }

    pub(crate) fn check<T: PartialEq + fmt::Display>(&mut self, line: usize, what: &str, theirs: T, ours: T) {
        if self.same(theirs == ours) {
            return;
        }
        let (theirs, ours) = (theirs.to_string(), ours.to_string());
        self.differs(Difference { line, what: what.into(), theirs, ours, rule: None });
    }

    /// Counts a comparison.
    pub(crate) fn same(&mut self, equal: bool) -> bool {
        self.compared += 1;
        self.equal += usize::from(equal);
        equal
    }

    pub(crate) fn differs(&mut self, difference: Difference) {
        let Difference { line, what, theirs, ours, rule } = difference;
        let text = format!("{}:{line}: {what}: they say {theirs}, we say {ours}", self.file);
        let Some(rule) = rule else { return self.failures.push(text) };
        if self.known.is_some_and(|known| !known.deviations.contains(&(line, rule))) {
            return self
                .failures
                .push(format!("{text}; it would be `{}`, but the table does not have it", rule.name()));
        }
        self.used.push((line, rule));
        self.deviations.entry(rule).or_default().push((format!("{}:{line}", self.file), text));
    }

    /// What the runner cannot do, or what must never be.
    pub(crate) fn fail(&mut self, line: usize, error: &str) {
        self.failures.push(format!("{}:{line}: {error}", self.file));
    }

    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The deviations in full.
    pub(crate) fn list(&self) -> impl Iterator<Item = &String> {
        self.deviations.values().flatten().map(|(_, text)| text)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scripts, directives, compared, equal, .. } = self;
        let deviations: usize = self.deviations.values().map(Vec::len).sum();
        write!(f, "{scripts} scripts, {directives} directives, {compared} checkpoints compared, {equal} equal, ")?;
        write!(f, "{deviations} deviations, {} failures", self.failures.len())?;
        for (rule, found) in &self.deviations {
            write!(f, "\n  {} times `{}`: {}", found.len(), rule.name(), rule.reason())?;
            let mut places: Vec<_> = found.iter().map(|(place, _)| place.as_str()).collect();
            places.dedup();
            write!(f, "\n    at {}", places.join(", "))?;
        }
        Ok(())
    }
}
