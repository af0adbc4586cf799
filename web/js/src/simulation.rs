//! The class that JavaScript sees. Its documentation is that of the TypeScript types.

use raftarium_sim::scenario::{self, Scenario};
use raftarium_sim::{self as sim, RUN_END, Timeline};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::boundary::{from_js, mend_proto_keys, milliseconds, number, to_js};
use crate::failure::{ErrorCode, Failure, time};
use crate::panic::Reproduction;
use crate::types::{
    Branch, Command, Event, Events, Explanation, Milliseconds, Question, RuleInfo, Run, ScenarioOutcome, Seed,
    SimulationOptions, View,
};
use crate::value::Value;

/// A simulated Raft cluster, and a clock that runs both ways.
///
/// Nothing happens by itself: `advance`, `seek` and `stepForward` let time pass, `view` and `events` tell what came of
/// it. All times are in milliseconds, exact to 0.001.
///
/// Whatever is wrong with what is given is a `RaftariumError` that says what was given and what is allowed, and changes
/// nothing.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Simulation {
    timeline: Timeline,
    reproduction: Reproduction,
    outcome: Option<ScenarioOutcome>,
}

#[wasm_bindgen]
impl Simulation {
    /// A simulation at its beginning, with nothing done yet.
    ///
    /// @throws {RaftariumError} `malformed-options`, `not-a-number` or `out-of-range` if an option is not valid;
    /// `no-randomness` if there is no seed and none could be drawn.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "SimulationOptions")] options: &JsValue,
    ) -> Result<Self, Failure> {
        let options = if options.is_undefined() {
            SimulationOptions::default()
        } else {
            from_js::<SimulationOptions>(options, ErrorCode::MalformedOptions)?
        };
        let seed = options.seed.as_ref().map_or_else(draw_seed, Seed::number)?;
        Ok(Self::of(Timeline::new(options.setup(seed)?)?))
    }

    /// A simulation at the beginning of a run that somebody shared, with its commands still to come.
    ///
    /// @throws {RaftariumError} `malformed-run`, or what is wrong with an option or a command in it.
    pub fn replay(#[wasm_bindgen(unchecked_param_type = "Run")] run: &JsValue) -> Result<Self, Failure> {
        let run = from_js::<Run>(run, ErrorCode::MalformedRun)?;
        Ok(Self::of(Timeline::replay(run.try_into()?)?))
    }

    /// A simulation at the beginning of the run that a link is about, with its commands still to come. The link may have
    /// the address of a page before its `#`. The moment that it looks at, `at=…`, is checked and left to the page.
    ///
    /// @throws {RaftariumError} `malformed-link`, or what is wrong with a command in it.
    #[wasm_bindgen(js_name = fromLink)]
    pub fn from_link(#[wasm_bindgen(unchecked_param_type = "string")] link: &JsValue) -> Result<Self, Failure> {
        let allowed = "a link, as `link()` gives it";
        let text = link.as_string().ok_or_else(|| {
            let message = format!("a link is a text; allowed is {allowed}");
            Failure::new(ErrorCode::MalformedLink, message).given(Value::from(link)).allowed(allowed)
        })?;
        let shared = sim::Shared::from_link(&text).map_err(|error| {
            Failure::new(ErrorCode::MalformedLink, error.to_string()).given(Value::from(link)).allowed(allowed)
        })?;
        Ok(Self::of(Timeline::replay(shared.run)?))
    }

    /// A simulation at the end of a scenario, which is given as the text of its file; `outcome` says what came of it. If
    /// it did not come out as it should, the simulation is where that showed.
    ///
    /// @throws {RaftariumError} `malformed-scenario`, with the line and the reason.
    #[wasm_bindgen(js_name = fromScenario)]
    pub fn from_scenario(#[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue) -> Result<Self, Failure> {
        let malformed = |reason: String| {
            Failure::new(ErrorCode::MalformedScenario, reason)
                .given(Value::from(text))
                .allowed("the text of a scenario")
        };
        let text = text.as_string().ok_or_else(|| malformed("a scenario is given as the text of its file".into()))?;
        let scenario = Scenario::from_json(&text).map_err(|error| malformed(error.to_string()))?;
        let played = scenario.play();
        let outcome = ScenarioOutcome::new(&scenario, &text, played.as_ref().err());
        let timeline = match played {
            Ok(played) => played.timeline,
            Err(scenario::Failure { timeline: Some(timeline), .. }) => *timeline,
            Err(failure) => return Err(malformed(failure.to_string())),
        };
        Ok(Self { outcome: Some(outcome), ..Self::of(timeline) })
    }

    /// What came of the scenario that this simulation was made of; null, if it was made of none. It does not change with
    /// what is done later.
    #[wasm_bindgen(getter, unchecked_return_type = "ScenarioOutcome | null")]
    pub fn outcome(&self) -> JsValue {
        self.outcome.as_ref().map_or(JsValue::NULL, to_js)
    }

    /// The rules that are checked after every event: Raft's five safety properties, and what they rest on.
    #[wasm_bindgen(unchecked_return_type = "RuleInfo[]")]
    pub fn rules() -> JsValue {
        to_js(&RuleInfo::all())
    }

    /// Where all chance in this simulation comes from.
    #[wasm_bindgen(getter, unchecked_return_type = "Seed")]
    pub fn seed(&self) -> JsValue {
        to_js(&Seed::from(self.timeline.setup().seed))
    }

    /// The moment that is looked at.
    #[wasm_bindgen(getter, unchecked_return_type = "Milliseconds")]
    pub fn now(&self) -> JsValue {
        to_js(&Milliseconds::from(self.timeline.now()))
    }

    /// The furthest moment that is known: as far as time has passed, however far it was turned back since.
    #[wasm_bindgen(getter, unchecked_return_type = "Milliseconds")]
    pub fn end(&self) -> JsValue {
        to_js(&Milliseconds::from(self.timeline.end()))
    }

    /// The fingerprint of everything that happened up to `now`: 16 hexadecimal digits, equal for equal runs on every
    /// machine.
    #[wasm_bindgen(getter)]
    pub fn hash(&self) -> String {
        self.timeline.hash().into()
    }

    /// Does something now, and tells when that is: at the first moment that has not begun yet, at most 0.001 ms away.
    /// In the past, that begins a new branch, in which what had happened after has not, and is what is looked at from
    /// then on. The old branch stays: see `branches`.
    ///
    /// @throws {RaftariumError} `malformed-command`, or why the command cannot be carried out.
    #[wasm_bindgen(unchecked_return_type = "Milliseconds")]
    pub fn dispatch(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Command")] command: &JsValue,
    ) -> Result<JsValue, Failure> {
        let command: sim::Command = from_js::<Command>(command, ErrorCode::MalformedCommand)?.try_into()?;
        let at = self.timeline.world().earliest_command();
        let at = self.tried(sim::Timed { at, command: command.clone() }, |timeline| timeline.dispatch(command))?;
        Ok(to_js(&Milliseconds::from(at)))
    }

    /// Does something at a later moment. If it is known already what happens then, that begins a new branch, in which it
    /// happens anew.
    ///
    /// What can never be carried out is refused at once; what turns out to be impossible then (a server that is down
    /// cannot crash) leaves an event of type `commandRefused`.
    ///
    /// @throws {RaftariumError} `in-the-past`, `out-of-range` or `not-a-number` for the moment, `malformed-command`, or
    /// why the command can never be carried out.
    pub fn schedule(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Milliseconds")] at: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Command")] command: &JsValue,
    ) -> Result<(), Failure> {
        let at = milliseconds(at, "at")?.instant("at")?;
        let command: sim::Command = from_js::<Command>(command, ErrorCode::MalformedCommand)?.try_into()?;
        self.tried(sim::Timed { at, command: command.clone() }, |timeline| timeline.schedule(at, command))
    }

    /// Lets time pass.
    ///
    /// @throws {RaftariumError} `not-a-number` or `out-of-range`.
    pub fn advance(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Milliseconds")] duration: &JsValue,
    ) -> Result<(), Failure> {
        let duration = milliseconds(duration, "the duration")?.duration("the duration")?;
        let left = RUN_END.since(self.timeline.now());
        if duration > left {
            let given = Milliseconds::from(duration).0;
            let allowed = format!("0 to {} ms, where a run ends", Milliseconds::from(left).0);
            let message = format!("the duration is {given} ms; allowed are {allowed}");
            return Err(Failure::new(ErrorCode::OutOfRange, message).given(given).allowed(allowed));
        }
        self.reproduction.watch();
        self.timeline.advance(duration);
        Ok(())
    }

    /// Goes to a moment, forwards or backwards. Everything that happens up to and with that moment has happened then.
    ///
    /// @throws {RaftariumError} `not-a-number` or `out-of-range`.
    pub fn seek(&mut self, #[wasm_bindgen(unchecked_param_type = "Milliseconds")] at: &JsValue) -> Result<(), Failure> {
        let at = milliseconds(at, "the moment")?.instant("the moment")?;
        if at > RUN_END {
            let allowed = format!("0 to {} ms", Milliseconds::from(RUN_END).0);
            return Err(time(ErrorCode::OutOfRange, "the moment", at, allowed));
        }
        self.reproduction.watch();
        self.timeline.seek(at);
        Ok(())
    }

    /// Lets one thing happen, and goes to its moment. False if nothing is going to happen any more.
    #[wasm_bindgen(js_name = stepForward)]
    pub fn step_forward(&mut self) -> bool {
        self.reproduction.watch();
        self.timeline.step_forward()
    }

    /// Goes back to the moment of the last thing that happened; from there, to before it. False at the beginning.
    #[wasm_bindgen(js_name = stepBack)]
    pub fn step_back(&mut self) -> bool {
        self.reproduction.watch();
        self.timeline.step_back()
    }

    /// Everything at the moment that is looked at, as plain data: a copy that never changes.
    #[wasm_bindgen(unchecked_return_type = "View")]
    pub fn view(&self) -> JsValue {
        self.reproduction.watch();
        let view = View::from(self.timeline.view());
        let object = to_js(&view);
        mend_proto_keys(&object, view.servers.into_iter().map(|mut server| server.state.remove("__proto__")));
        object
    }

    /// What happened up to `now`, from the event with the id `cursor` on; without one, from the beginning. Ask with
    /// `next` of the answer to read on from there.
    ///
    /// @throws {RaftariumError} `not-a-number` or `out-of-range`.
    #[wasm_bindgen(unchecked_return_type = "Events")]
    pub fn events(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] cursor: &JsValue,
    ) -> Result<JsValue, Failure> {
        let next = self.timeline.world().record_count();
        let first = if cursor.is_undefined() { 0 } else { place(cursor, "the cursor", ErrorCode::OutOfRange)? };
        let events = self.timeline.recall(first..next).iter().map(Event::from).collect();
        Ok(to_js(&Events { events, next }))
    }

    /// An event and what caused it, back to the first cause.
    ///
    /// @throws {RaftariumError} `not-a-number` or `unknown-event`.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn causes(
        &self,
        #[wasm_bindgen(unchecked_param_type = "EventId")] event: &JsValue,
    ) -> Result<JsValue, Failure> {
        let id = place(event, "the event", ErrorCode::UnknownEvent)?;
        let causes: Vec<Event> = self.timeline.all_causes(sim::RecordId(id)).iter().map(Into::into).collect();
        if causes.is_empty() {
            let allowed = format!("0 to {}", self.timeline.known_records().saturating_sub(1));
            let message = format!("there is no event {id}; allowed are {allowed}");
            return Err(Failure::new(ErrorCode::UnknownEvent, message).given(Value::from(event)).allowed(allowed));
        }
        Ok(to_js(&causes))
    }

    /// Why something is as it is at the moment that is looked at: 1 to 6 causes in words, the nearest first, each with its
    /// moment and its event where they are known.
    ///
    /// @throws {RaftariumError} `malformed-question`, `not-a-number`, `out-of-range`, `unknown-server`, or `not-so` if it
    /// is otherwise: the message says how.
    #[wasm_bindgen(unchecked_return_type = "Explanation")]
    pub fn why(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Question")] question: &JsValue,
    ) -> Result<JsValue, Failure> {
        let question: sim::why::Question = from_js::<Question>(question, ErrorCode::MalformedQuestion)?.try_into()?;
        self.reproduction.watch();
        let found = sim::why::why(&self.timeline, question);
        let found = found.map_err(|not_so| Failure::new(ErrorCode::NotSo, not_so.to_string()))?;
        Ok(to_js(&Explanation::from(found)))
    }

    /// The run as plain JSON: the seed, the options, and what was done when. `Simulation.replay` takes it back. Without a
    /// branch, that of the one that is looked at.
    ///
    /// @throws {RaftariumError} `not-a-number` or `unknown-branch`.
    #[wasm_bindgen(unchecked_return_type = "Run")]
    pub fn run(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "BranchId")] branch: &JsValue,
    ) -> Result<JsValue, Failure> {
        let branch = if branch.is_undefined() { self.timeline.branch() } else { self.branch_of(branch)? };
        Ok(to_js(&Run::from(self.timeline.run_of(branch)?)))
    }

    /// All branches, in the order in which they came to be. Whoever does something in the past begins one; one undoes
    /// something by going back, and does it again by switching.
    #[wasm_bindgen(getter, unchecked_return_type = "Branch[]")]
    pub fn branches(&self) -> JsValue {
        to_js(&self.timeline.branches().into_iter().map(Branch::from).collect::<Vec<_>>())
    }

    /// Looks at another branch: at the same moment, or at the furthest that is known of it, if that is earlier.
    ///
    /// @throws {RaftariumError} `not-a-number` or `unknown-branch`.
    #[wasm_bindgen(js_name = switchBranch)]
    pub fn switch_branch(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "BranchId")] branch: &JsValue,
    ) -> Result<(), Failure> {
        let branch = self.branch_of(branch)?;
        self.reproduction.watch();
        self.timeline.switch(branch)?;
        self.reproduction.settle(self.timeline.commands());
        Ok(())
    }

    /// Gives a branch a name of 1 to 64 bytes; without one, takes its name away.
    ///
    /// @throws {RaftariumError} `not-a-number`, `unknown-branch` or `out-of-range`.
    #[wasm_bindgen(js_name = renameBranch)]
    pub fn rename_branch(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "BranchId")] branch: &JsValue,
        name: Option<String>,
    ) -> Result<(), Failure> {
        let branch = self.branch_of(branch)?;
        Ok(self.timeline.rename(branch, name.as_deref())?)
    }

    /// Deletes a branch that is not looked at. Those that leave it stay as they are.
    ///
    /// @throws {RaftariumError} `not-a-number`, `unknown-branch` or `active-branch`.
    #[wasm_bindgen(js_name = deleteBranch)]
    pub fn delete_branch(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "BranchId")] branch: &JsValue,
    ) -> Result<(), Failure> {
        let branch = self.branch_of(branch)?;
        Ok(self.timeline.delete(branch)?)
    }

    /// The run as a link, from `#` on: put the address of the page before it to see it there, at the moment that is looked
    /// at. `Simulation.fromLink` and `raftarium replay` take it as well.
    ///
    /// @throws {RaftariumError} `out-of-range` if the run is too long for a link: `run()` has no limit.
    pub fn link(&self) -> Result<String, Failure> {
        let now = self.timeline.now();
        let at = (now > sim::core::Instant::ZERO).then_some(now);
        let shared = sim::Shared { at, ..self.timeline.run().into() };
        shared.to_link().map_err(|error| Failure::new(ErrorCode::OutOfRange, error.to_string()))
    }

    /// What was done up to `now`, step by step, and what came of it, as the text of a scenario: to be told, changed and
    /// tested. `Simulation.fromScenario` and `raftarium run` take it, and come to the same `hash`.
    ///
    /// @throws {RaftariumError} `out-of-range` if `now` is later than a scenario may be: an hour.
    #[wasm_bindgen(js_name = toScenario)]
    pub fn to_scenario(&self) -> Result<String, Failure> {
        self.reproduction.watch();
        let told = Scenario::of_run(&self.timeline.run(), self.timeline.now());
        let told = told.map_err(|error| Failure::new(ErrorCode::OutOfRange, error.to_string()))?;
        Ok(told.to_json())
    }
}

impl Simulation {
    /// A number that no branch has is refused as any other that there is no branch of.
    fn branch_of(&self, given: &JsValue) -> Result<sim::BranchId, Failure> {
        let id = place(given, "the branch", ErrorCode::UnknownBranch)?;
        Ok(sim::BranchId(u32::try_from(id).unwrap_or(u32::MAX)))
    }

    fn of(timeline: Timeline) -> Self {
        let reproduction = Reproduction::new(timeline.run());
        Self { timeline, reproduction, outcome: None }
    }

    /// Tries `action`, which gives `command`.
    fn tried<T>(
        &mut self,
        command: sim::Timed,
        action: impl FnOnce(&mut Timeline) -> Result<T, sim::CommandError>,
    ) -> Result<T, Failure> {
        self.reproduction.watch();
        self.reproduction.trying(command);
        let result = action(&mut self.timeline);
        self.reproduction.settle(self.timeline.commands());
        Ok(result?)
    }
}

/// `given` as a place in the trace.
fn place(given: &JsValue, name: &str, code: ErrorCode) -> Result<u64, Failure> {
    let number = number(given, name)?.not_nan(name)?;
    number.whole().ok_or_else(|| {
        let allowed = "whole numbers from 0";
        Failure::new(code, format!("{name} is {number}; allowed are {allowed}")).given(number).allowed(allowed)
    })
}

/// A seed by chance, short enough to be read aloud.
fn draw_seed() -> Result<u64, Failure> {
    getrandom::u32().map(u64::from).map_err(|error| {
        let message = format!("there is no seed, and none could be drawn: {error}; give one");
        Failure::new(ErrorCode::NoRandomness, message).allowed("a seed")
    })
}
