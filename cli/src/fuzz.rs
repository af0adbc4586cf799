//! `fuzz`: many seeds on many threads. A seed gives the same result on whatever thread, and however many there are.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use raftarium_sim::core::{Mistake, random};
use raftarium_sim::swarm::{self, Coverage, Watch};
use raftarium_sim::{Finding, Trial, Verdict, shrink_by};
use serde::Serialize;

use crate::arguments::Fuzz;
use crate::error::{Error, Exit};
use crate::file::{self, Found};
use crate::{interrupt, say, story};

/// What became of a seed.
enum Outcome {
    Judged {
        verdict: Verdict,
        coverage: Box<Coverage>,
        /// The trial and, if there was time for it, a small one, each with its verdict and what was found.
        found: Option<Box<Caught>>,
    },
    /// The simulator or the core gave up, which neither may.
    Panicked { trial: Option<Box<Trial>>, message: String },
}

/// Something that was found, in the trial that the seed drew and in a small one.
struct Caught {
    trial: Trial,
    finding: Finding,
    small: Option<(Trial, Verdict, Finding)>,
}

/// A finding, for programs.
#[derive(Serialize)]
struct FindingReport<'a> {
    r#type: &'static str,
    seed: u64,
    rule: &'a str,
    at_us: u64,
    story: &'a str,
    file: &'a Path,
    small_file: Option<&'a Path>,
}

/// The last line, for programs.
#[derive(Serialize)]
struct Summary<'a> {
    r#type: &'static str,
    profile: &'a str,
    mistake: Option<&'a str>,
    seeds_from: u64,
    seeds_to: u64,
    shard: String,
    /// How many seeds belong to this shard, and how many were run.
    seeds: u64,
    done: u64,
    findings: u64,
    /// How many seeds broke a rule that their faults are allowed to break.
    forgiven: u64,
    interrupted: bool,
    seconds: f64,
    simulated_seconds: f64,
    simulated_seconds_per_second: f64,
    events: u64,
    records: u64,
    /// Equal for equal seeds with equal traces, in whatever order they were run.
    hash: String,
    met: BTreeMap<&'static str, u64>,
}

/// What all seeds together came to.
#[derive(Default)]
struct Total {
    done: u64,
    findings: u64,
    forgiven: u64,
    simulated_us: u64,
    events: u64,
    records: u64,
    hash: u64,
    coverage: Coverage,
}

/// The work that is left: the numbers of the seeds of one shard.
struct Work<'a> {
    options: &'a Fuzz,
    seeds: u64,
    next: AtomicU64,
    findings: AtomicU64,
    out_of_time: AtomicBool,
    begin: Instant,
}

impl<'a> Work<'a> {
    fn new(options: &'a Fuzz) -> Self {
        let count = options.seeds.end - options.seeds.start;
        let first = options.shard.number - 1;
        let seeds = if count > first { (count - first).div_ceil(options.shard.of) } else { 0 };
        let (next, findings) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { options, seeds, next, findings, out_of_time: AtomicBool::new(false), begin: Instant::now() }
    }

    /// The next seed, while there is one, and time, and not enough was found.
    fn take(&self) -> Option<u64> {
        if self.options.budget.is_some_and(|budget| self.begin.elapsed() >= budget) {
            self.out_of_time.store(true, Ordering::SeqCst);
        }
        let enough = self.findings.load(Ordering::SeqCst) >= self.options.stop_after.get();
        if interrupt::wanted() || enough || self.out_of_time.load(Ordering::SeqCst) {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        (number < self.seeds)
            .then(|| self.options.seeds.start + self.options.shard.number - 1 + number * self.options.shard.of)
    }
}

/// Runs the seeds: once, or once for each mistake.
///
/// # Errors
///
/// If what is found cannot be written.
pub(crate) fn run(options: &Fuzz) -> Result<Exit, Error> {
    interrupt::watch();
    let one = if options.mistakes.len() > 1 { NonZeroU64::MIN } else { options.stop_after };
    let each: Vec<Option<Mistake>> = match &*options.mistakes {
        [] => vec![None],
        mistakes => mistakes.iter().copied().map(Some).collect(),
    };
    let mut ended = Exit::Fine;
    for mistake in each {
        let options = Fuzz { stop_after: one, ..options.clone() };
        match seeds(&options, mistake)? {
            Exit::Interrupted if ended == Exit::Fine => return Ok(Exit::Interrupted),
            Exit::Interrupted => break,
            Exit::Fine => {}
            found => ended = found,
        }
    }
    Ok(ended)
}

fn seeds(options: &Fuzz, mistake: Option<Mistake>) -> Result<Exit, Error> {
    let work = Work::new(options);
    let bar = ProgressBar::new(work.seeds);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} seeds, {eta} left  {msg}") {
        bar.set_style(style);
    }
    let mut total = Total::default();
    let (sender, outcomes) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..options.jobs.get() {
            let (sender, work) = (sender.clone(), &work);
            scope.spawn(move || {
                while let Some(seed) = work.take() {
                    let outcome = one(work.options, mistake, seed);
                    if matches!(&outcome, Outcome::Panicked { .. } | Outcome::Judged { found: Some(_), .. }) {
                        work.findings.fetch_add(1, Ordering::SeqCst);
                    }
                    if sender.send((seed, outcome)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (seed, outcome) in outcomes {
            let told = total.add(options, seed, outcome, &bar);
            if told.is_err() {
                // Nothing that is found from now on could be kept.
                work.out_of_time.store(true, Ordering::SeqCst);
                return told;
            }
            bar.set_position(total.done);
            bar.set_message(total.speed(work.begin.elapsed()));
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    let interrupted = interrupt::wanted() && total.done < work.seeds;
    total.tell(options, mistake, &work, interrupted);
    Ok(match (total.findings, interrupted) {
        (1.., _) => Exit::Found,
        (0, true) => Exit::Interrupted,
        (0, false) => Exit::Fine,
    })
}

/// Runs one seed, and makes small what is found.
fn one(options: &Fuzz, mistake: Option<Mistake>, seed: u64) -> Outcome {
    let drawn = catch_unwind(|| match mistake {
        Some(mistake) => swarm::trial_with(seed, mistake, options.time),
        None => swarm::trial(seed, options.profile, options.time),
    });
    let trial = match drawn {
        Ok(trial) => trial,
        Err(panic) => return Outcome::Panicked { trial: None, message: message(panic.as_ref()) },
    };
    let judged = catch_unwind(AssertUnwindSafe(|| {
        let mut watch = Watch::new(&trial.run.setup);
        let mut verdict = trial.judge_observed(|record| watch.look_at(record)).expect("a swarm draws valid runs");
        if let Some(mistake) = mistake {
            verdict.finding = swarm::judge(&trial, mistake).ok().and_then(|verdict| verdict.finding);
        }
        let forgives = |finding: &Finding| mistake.is_none() && options.profile.forgives(finding.broken);
        let found = verdict.finding.clone().filter(|finding| !forgives(finding)).map(|finding| {
            let small = (options.tries > 0).then(|| small(&trial, mistake, options.tries)).flatten();
            Box::new(Caught { trial: trial.clone(), finding, small })
        });
        Outcome::Judged { verdict, coverage: Box::new(watch.coverage()), found }
    }));
    judged.unwrap_or_else(|panic| Outcome::Panicked { trial: Some(Box::new(trial)), message: message(panic.as_ref()) })
}

fn small(trial: &Trial, mistake: Option<Mistake>, tries: u32) -> Option<(Trial, Verdict, Finding)> {
    let judge = |trial: &Trial| match mistake {
        Some(mistake) => swarm::judge(trial, mistake).ok(),
        None => trial.judge().ok(),
    };
    let find = |trial: &Trial| judge(trial)?.finding.map(|finding| (finding.broken, finding.at));
    let small = shrink_by(trial, tries, find, |_| !interrupt::wanted())?;
    let verdict = judge(&small.trial)?;
    let finding = verdict.finding.clone()?;
    Some((small.trial, verdict, finding))
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

impl Total {
    /// Adds what became of a seed, and writes and tells what was found.
    fn add(&mut self, options: &Fuzz, seed: u64, outcome: Outcome, bar: &ProgressBar) -> Result<(), Error> {
        self.done += 1;
        match outcome {
            Outcome::Judged { verdict, coverage, found } => {
                self.forgiven += u64::from(found.is_none() && verdict.finding.is_some());
                self.simulated_us += verdict.until.as_micros();
                self.events += verdict.steps;
                self.records += verdict.records;
                self.hash = self.hash.wrapping_add(random::draw(&[seed, verdict.hash.0]));
                self.coverage.add(&coverage);
                if let Some(caught) = found {
                    self.findings += 1;
                    tell(options, seed, &verdict, &caught, bar)?;
                }
            }
            Outcome::Panicked { trial, message } => {
                self.findings += 1;
                let path = match trial {
                    Some(trial) => file::save(&options.out, &format!("{seed}-panic"), &trial, None)?,
                    None => PathBuf::new(),
                };
                if options.json {
                    let (rule, file) = ("Panic", path.as_path());
                    let story = message.as_str();
                    say::json(&FindingReport {
                        r#type: "finding",
                        seed,
                        rule,
                        at_us: 0,
                        story,
                        file,
                        small_file: None,
                    });
                } else {
                    let line =
                        format!("seed {seed}: the simulation panicked: {message}\nraftarium replay {}", path.display());
                    bar.suspend(|| say::line(line));
                }
            }
        }
        Ok(())
    }

    fn speed(&self, elapsed: Duration) -> String {
        let findings = match self.findings {
            0 => "nothing found".to_owned(),
            count => format!("{count} found"),
        };
        format!("{findings}, {:.0} simulated seconds per second", rate(self.simulated_us, elapsed))
    }

    fn tell(&self, options: &Fuzz, mistake: Option<Mistake>, work: &Work<'_>, interrupted: bool) {
        let elapsed = work.begin.elapsed();
        let simulated = Duration::from_micros(self.simulated_us).as_secs_f64();
        let per_second = rate(self.simulated_us, elapsed);
        let shard = format!("{}/{}", options.shard.number, options.shard.of);
        if options.json {
            say::json(&Summary {
                r#type: "summary",
                profile: options.profile.name(),
                mistake: mistake.map(Mistake::name),
                seeds_from: options.seeds.start,
                seeds_to: options.seeds.end,
                shard,
                seeds: work.seeds,
                done: self.done,
                findings: self.findings,
                forgiven: self.forgiven,
                interrupted,
                seconds: elapsed.as_secs_f64(),
                simulated_seconds: simulated,
                simulated_seconds_per_second: per_second,
                events: self.events,
                records: self.records,
                hash: format!("{:016x}", self.hash),
                met: self.coverage.counts().map(|(sight, count)| (sight.name(), count)).collect(),
            });
            return;
        }
        if interrupted {
            say::line("Interrupted; this is what there was until then.");
        }
        let what = mistake.map_or_else(|| format!("profile {}", options.profile), |it| format!("mistake {it}"));
        say::line(format_args!(
            "{} of {} seeds of {}..{}, shard {shard}, {what}: {} found.",
            self.done, work.seeds, options.seeds.start, options.seeds.end, self.findings
        ));
        say::line(format_args!(
            "{simulated:.0} simulated seconds and {} events in {:.1} s: {per_second:.0} simulated seconds per second, {} threads.",
            self.events,
            elapsed.as_secs_f64(),
            options.jobs
        ));
        if self.forgiven > 0 {
            let forgiven = self.forgiven;
            say::line(format_args!(
                "In {forgiven} more, a rule was broken that such faults may break, and it was told."
            ));
        }
        let missed: Vec<_> =
            self.coverage.counts().filter(|(_, count)| *count == 0).map(|(sight, _)| sight.name()).collect();
        let met = self.coverage.counts().count() - missed.len();
        say::line(format_args!(
            "{met} kinds of faults and states were met, {} were not; --json counts them.",
            missed.len()
        ));
        say::line(format_args!("All traces together: {:016x}.", self.hash));
    }
}

fn tell(options: &Fuzz, seed: u64, verdict: &Verdict, caught: &Caught, bar: &ProgressBar) -> Result<(), Error> {
    let Caught { trial, finding, small } = caught;
    let found = Found::new(trial, Some(options.profile), verdict, finding);
    let name = format!("{seed}-{}", file::slug(&found.rule));
    let path = file::save(&options.out, &name, trial, Some(found.clone()))?;
    let small = match small {
        Some((trial, verdict, finding)) => {
            let found = Found::new(trial, Some(options.profile), verdict, finding);
            let path = file::save(&options.out, &format!("{name}-small"), trial, Some(found.clone()))?;
            Some((path, trial, found))
        }
        None => None,
    };
    if options.json {
        say::json(&FindingReport {
            r#type: "finding",
            seed,
            rule: &found.rule,
            at_us: finding.at.as_micros(),
            story: &finding.story,
            file: &path,
            small_file: small.as_ref().map(|(path, ..)| path.as_path()),
        });
        return Ok(());
    }
    let (shown, trial, found) =
        small.as_ref().map_or((&path, trial, &found), |(path, trial, found)| (path, *trial, found));
    let text = story::tell(trial, found, &options.page);
    bar.suspend(|| {
        say::line(format_args!("seed {seed}, {} commands", trial.run.commands.len()));
        say::line(text);
        say::line(format_args!("In a file:   raftarium replay {}\n", shown.display()));
    });
    Ok(())
}

/// Simulated seconds per second.
fn rate(simulated_us: u64, elapsed: Duration) -> f64 {
    let seconds = elapsed.as_secs_f64();
    if seconds > 0.0 { Duration::from_micros(simulated_us).as_secs_f64() / seconds } else { 0.0 }
}
