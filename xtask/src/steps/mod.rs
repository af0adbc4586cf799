//! `cargo xtask test`: every check, cheap ones first, each with its heading, its duration and its tests counted.

mod counts;
mod javascript;
mod rust;

use std::time::{Duration, Instant};

pub(crate) use counts::Counts;
pub(crate) use javascript::{install_browser_tests, install_lighthouse};

use crate::cli::{BuildOptions, Selection};
use crate::error::{Error, Result};
use crate::tools::Tools;
use crate::{say, site, weight};

/// One check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Every file is as rustfmt writes it.
    Format,
    /// clippy has nothing to say.
    Lint,
    /// All tests that run natively, and the examples in the documentation.
    Native,
    /// The swarm, for as long as there is time: how many seeds that was is printed.
    Swarm,
    /// The documentation builds, and its links lead somewhere.
    Documentation,
    /// `core` and `sim` build for a target without `std`.
    NoStd,
    /// The wasm tests, in Node.
    Wasm,
    /// The packed npm package, installed and used from Node.
    Npm,
    /// The page is built as it is shipped.
    Page,
    /// The page weighs what the repository says.
    Weight,
    /// The page in a real Chromium.
    Browser,
}

impl Step {
    /// In the order in which they run.
    pub(crate) const ALL: [Self; 11] = [
        Self::Format,
        Self::Lint,
        Self::Native,
        Self::Swarm,
        Self::Documentation,
        Self::NoStd,
        Self::Wasm,
        Self::Npm,
        Self::Page,
        Self::Weight,
        Self::Browser,
    ];

    /// As it is named on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Format => "fmt",
            Self::Lint => "clippy",
            Self::Native => "native",
            Self::Swarm => "swarm",
            Self::Documentation => "doc",
            Self::NoStd => "no-std",
            Self::Wasm => "wasm",
            Self::Npm => "npm",
            Self::Page => "page",
            Self::Weight => "weight",
            Self::Browser => "browser",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Format => "formatting",
            Self::Lint => "clippy, warnings denied",
            Self::Native => "native tests and documented examples",
            Self::Swarm => "five minutes of the swarm, on all cores",
            Self::Documentation => "documentation, warnings denied",
            Self::NoStd => "core and sim for a target without std",
            Self::Wasm => "wasm tests in Node",
            Self::Npm => "the packed npm package used from Node",
            Self::Page => "the page, built as it is shipped",
            Self::Weight => "what a first visit to the page downloads",
            Self::Browser => "the page in a real Chromium",
        }
    }

    /// Gets the tools of this step only, so that a slip in formatting is not told after minutes of installing.
    fn get_tools(self, tools: &mut Tools) -> Result<()> {
        match self {
            Self::Format | Self::Lint | Self::Native | Self::Swarm | Self::Documentation => Ok(()),
            Self::NoStd => tools.need_rust_targets(),
            Self::Wasm => {
                tools.need_node()?;
                tools.need_rust_targets()?;
                tools.need_bindgen()
            }
            Self::Npm => {
                tools.need_node()?;
                tools.need_rust_targets()?;
                tools.need_bindgen()?;
                tools.need_wasm_opt()
            }
            Self::Page => tools.need_site_tools(),
            Self::Weight => tools.need_node(),
            Self::Browser => {
                tools.need_node()?;
                tools.need_browser().map(drop)
            }
        }
    }

    fn run(self, tools: &Tools, counts: &mut Counts) -> Result<()> {
        match self {
            Self::Format => rust::format(),
            Self::Lint => rust::lint(),
            Self::Native => rust::native(counts),
            Self::Swarm => rust::swarm(),
            Self::Documentation => rust::documentation(),
            Self::NoStd => rust::no_std(tools),
            Self::Wasm => rust::wasm(tools, counts),
            Self::Npm => javascript::npm(tools, counts),
            Self::Page => site::build_with(tools, &BuildOptions::default()),
            Self::Weight => weight::check(),
            Self::Browser => javascript::browser(tools, counts),
        }
    }
}

/// How one step went.
struct Outcome {
    step: Step,
    counts: Counts,
    failure: Option<Error>,
    time: Duration,
}

/// Prints the names of the steps.
pub(crate) fn list() {
    for step in Step::ALL {
        println!("{:8} {}", step.name(), step.title());
    }
}

/// Runs the steps, and ends with a table and one line of numbers.
///
/// # Errors
///
/// [`Error::Steps`] when a step failed.
pub(crate) fn run(selection: &Selection) -> Result<()> {
    let mut tools = Tools::open()?;
    let mut outcomes = Vec::new();
    let start = Instant::now();
    for &step in &selection.steps {
        let outcome = run_one(step, &mut tools);
        let failed = outcome.failure.is_some();
        outcomes.push(outcome);
        if failed && !selection.keep_going {
            break;
        }
    }
    summarize(&outcomes, &selection.steps, start.elapsed());
    match outcomes.iter().filter(|o| o.failure.is_some()).count() {
        0 => Ok(()),
        failed => Err(Error::Steps(failed)),
    }
}

fn run_one(step: Step, tools: &mut Tools) -> Outcome {
    say::heading(format_args!("{}: {}", step.name(), step.title()));
    let start = Instant::now();
    let mut counts = Counts::default();
    let result = step.get_tools(tools).and_then(|()| step.run(tools, &mut counts));
    let failure = result.err();
    // A step whose program counts nothing is one check by itself; so is a failure that no test accounts for.
    match &failure {
        None if counts.passed == 0 => counts.passed = 1,
        Some(_) if counts.failed == 0 => counts.failed = 1,
        None | Some(_) => {}
    }
    if let Some(error) = &failure {
        say::error(error);
    }
    let time = start.elapsed();
    say::note(format_args!("{} took {}", step.name(), say::duration(time)));
    Outcome { step, counts, failure, time }
}

fn summarize(outcomes: &[Outcome], selected: &[Step], time: Duration) {
    say::heading(format_args!("summary, {}", say::duration(time)));
    for outcome in outcomes {
        println!(
            "{:8} {:7} {:>12} {:>5} passed {:>3} failed",
            outcome.step.name(),
            if outcome.failure.is_none() { "ok" } else { "FAILED" },
            say::duration(outcome.time),
            outcome.counts.passed,
            outcome.counts.failed,
        );
    }
    for step in selected.iter().skip(outcomes.len()) {
        println!("{:8} not run", step.name());
    }
    let sum = |count: fn(&Counts) -> u32| outcomes.iter().map(|o| count(&o.counts)).sum::<u32>();
    println!("{} passed, {} failed", sum(|c| c.passed), sum(|c| c.failed));
}
