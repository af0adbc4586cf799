//! What a run has to say in the end.

use std::collections::BTreeMap;
use std::fmt;

use crate::rules::{LINES, Rule};

/// What became of the scripts of one kind.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) scripts: usize,
    pub(crate) directives: usize,
    pub(crate) compared: usize,
    pub(crate) equal: usize,
    deviations: BTreeMap<Rule, Vec<String>>,
    waived: Vec<String>,
    failures: Vec<String>,
    file: String,
    used: Vec<usize>,
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
    pub(crate) fn begin(&mut self, file: &str) {
        self.scripts += 1;
        file.clone_into(&mut self.file);
        self.used.clear();
    }

    /// An entry of the table that explained nothing in this script is stale, and fails.
    pub(crate) fn end(&mut self) {
        for (position, line) in LINES.iter().enumerate() {
            if self.file.ends_with(line.script) && !self.used.contains(&position) {
                self.failures
                    .push(format!("{}:{}: this deviation applies no more: {}", self.file, line.line, line.reason));
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
        let waived = LINES.iter().position(|known| self.file.ends_with(known.script) && known.line == line);
        match (rule, waived) {
            (Some(rule), _) => self.deviations.entry(rule).or_default().push(text),
            (None, Some(position)) => {
                self.used.push(position);
                self.waived.push(format!("{text}: {}", LINES[position].reason));
            }
            (None, None) => self.failures.push(text),
        }
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
        self.deviations.values().flatten()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scripts, directives, compared, equal, .. } = self;
        let deviations: usize = self.deviations.values().map(Vec::len).sum();
        write!(f, "{scripts} scripts, {directives} directives, {compared} checkpoints compared, {equal} equal, ")?;
        write!(f, "{deviations} deviations by rule, {} by line, {} failures", self.waived.len(), self.failures.len())?;
        for (rule, texts) in &self.deviations {
            write!(f, "\n  {} times `{}`: {}", texts.len(), rule.name(), rule.reason())?;
        }
        for text in &self.waived {
            write!(f, "\n  by line: {text}")?;
        }
        Ok(())
    }
}
