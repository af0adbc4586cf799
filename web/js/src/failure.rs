//! What is refused, and how it is told.

use raftarium_sim as sim;
use raftarium_sim::core::{ConfigError, Instant};
use serde::Serialize;
use sim::{BranchError, CommandError, OpError, RunError, SetupError};
use tsify::Tsify;

use crate::types::{Milliseconds, Number, ServerId};
use crate::value::{Malformed, Value};

/// What is wrong, for a program to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// `init()` has to be called, and awaited, first.
    NotInitialized,
    /// The wasm could not be fetched, read or started.
    LoadFailed,
    /// Only data can be given: no functions, no symbols, nothing that contains itself.
    NotPlainData,
    /// The options of a simulation have a field that is unknown or of the wrong type.
    MalformedOptions,
    /// A command has no known type, a field too few, a field too many, or one of the wrong type.
    MalformedCommand,
    /// A scenario is none: the message says in which line, and why.
    MalformedScenario,
    /// A run has a field too few, a field too many, or one of the wrong type.
    MalformedRun,
    /// A link does not say what it should: `message` says what, and what is allowed.
    MalformedLink,
    /// A question does not say what it asks, or about what.
    MalformedQuestion,
    /// What is asked is not so, or there is nothing of that kind at this moment: `message` says how it is.
    NotSo,
    /// A number is needed, and something else (or NaN) was given.
    NotANumber,
    /// The number, the text or the time is less or more than what is allowed.
    OutOfRange,
    /// There is no such server.
    UnknownServer,
    /// There is no such client.
    UnknownClient,
    /// There is no such event.
    UnknownEvent,
    /// There is no such branch: `allowed` has those that there are.
    UnknownBranch,
    /// The branch is the one that is looked at.
    ActiveBranch,
    /// There is no such mistake that a server could make: `allowed` has the names of all.
    UnknownMistake,
    /// There is no such packet under way.
    UnknownPacket,
    /// The server is down already, or has to be up for this.
    ServerDown,
    /// The server runs, and has to be down for this.
    ServerUp,
    /// The server leads already.
    AlreadyLeader,
    /// The server may not start an election now: `message` says why.
    CannotCampaign,
    /// The client waits for an answer; it asks one thing at a time.
    ClientBusy,
    /// The server is paused already, or must not be for this.
    ServerPaused,
    /// The server is not paused.
    ServerNotPaused,
    /// The server does not do what it is asked: `message` says why.
    Refused,
    /// Nothing was applied since the last snapshot.
    NothingToCompact,
    /// There are as many servers as a simulation can have.
    TooManyServers,
    /// There is nothing on the disk that could be damaged.
    NothingWritten,
    /// A link must have two ends.
    SameEnds,
    /// A server is twice in a group.
    RepeatedServer,
    /// A partition needs at least two groups, none of them empty.
    OneGroup,
    /// A server cannot begin with what it is given: `message` says why.
    ImpossibleStart,
    /// The moment is over.
    InThePast,
    /// No seed was given, and none could be drawn.
    NoRandomness,
    /// The simulation was freed.
    Freed,
    /// Raftarium has a bug: the message says where, `given` is the run that leads there.
    Panic,
    /// A panic happened before, and nothing can be trusted any more; `cause` is that panic.
    Poisoned,
    /// The engine knows of something that this package does not.
    Unknown,
}

/// Why something was refused. It changed nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// What is wrong.
    pub code: ErrorCode,
    /// What is wrong, in words.
    pub message: String,
    /// What was given.
    pub given: Value,
    /// What is allowed, in words.
    pub allowed: Option<String>,
}

impl Failure {
    /// A failure that does not say yet what was given and what is allowed.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), given: Value::Null, allowed: None }
    }

    /// The number `name` is none.
    #[must_use]
    pub fn not_a_number(name: &str, given: impl Into<Value>) -> Self {
        let given = given.into();
        Self::new(ErrorCode::NotANumber, format!("{name} is {given}; allowed are numbers"))
            .given(given)
            .allowed("a number")
    }

    /// With what was given.
    #[must_use]
    pub fn given(self, given: impl Into<Value>) -> Self {
        Self { given: given.into(), ..self }
    }

    /// With what is allowed.
    #[must_use]
    pub fn allowed(self, allowed: impl Into<String>) -> Self {
        Self { allowed: Some(allowed.into()), ..self }
    }

    /// With the place of the command in a run that it is about, from 0.
    #[must_use]
    pub fn of_command(self, position: usize) -> Self {
        Self { message: format!("command {position}: {}", self.message), ..self }
    }

    /// `whole` was given, and is `malformed`.
    pub(crate) fn malformed(code: ErrorCode, malformed: Malformed, whole: Value) -> Self {
        let Malformed { message, given, allowed } = malformed;
        Self { code, message, given: given.unwrap_or(whole), allowed }
    }
}

impl From<BranchError> for Failure {
    fn from(error: BranchError) -> Self {
        let message = error.to_string();
        match error {
            BranchError::Unknown { given, known } => {
                let known: Vec<_> = known.iter().map(|id| id.0.to_string()).collect();
                Self::new(ErrorCode::UnknownBranch, message)
                    .given(Number::from(u64::from(given.0)))
                    .allowed(known.join(", "))
            }
            BranchError::Active { given } => {
                Self::new(ErrorCode::ActiveBranch, message).given(Number::from(u64::from(given.0)))
            }
            BranchError::NameLength { given, min, max } => Self::new(ErrorCode::OutOfRange, message)
                .given(Number::from(given))
                .allowed(format!("{min} to {max} bytes")),
            _ => Self::new(ErrorCode::Unknown, message),
        }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        let message = error.to_string();
        let failure = |code| Self::new(code, message.clone());
        let about = |code, server| failure(code).given(ServerId::from(server).0);
        match error {
            CommandError::UnknownServer { given, servers } => {
                about(ErrorCode::UnknownServer, given).allowed(format!("1 to {servers}"))
            }
            CommandError::UnknownClient { given, clients } => failure(ErrorCode::UnknownClient)
                .given(Number::from(u64::from(given.0)))
                .allowed(format!("1 to {clients}")),
            CommandError::Down { server } => about(ErrorCode::ServerDown, server).allowed("a server that runs"),
            CommandError::Up { server } => about(ErrorCode::ServerUp, server).allowed("a server that is down"),
            CommandError::AlreadyLeader { server } => {
                about(ErrorCode::AlreadyLeader, server).allowed("a server that does not lead")
            }
            CommandError::CannotCampaign { server, .. } => {
                about(ErrorCode::CannotCampaign, server).allowed("a server that may be elected")
            }
            CommandError::ClientBusy { client } => failure(ErrorCode::ClientBusy)
                .given(Number::from(u64::from(client.0)))
                .allowed("a client that waits for nothing"),
            CommandError::Paused { server } => {
                about(ErrorCode::ServerPaused, server).allowed("a server that is not paused")
            }
            CommandError::NotPaused { server } => {
                about(ErrorCode::ServerNotPaused, server).allowed("a server that is paused")
            }
            CommandError::Refused { server, .. } => {
                about(ErrorCode::Refused, server).allowed("what a leader can do now")
            }
            CommandError::NothingToCompact { server } => {
                about(ErrorCode::NothingToCompact, server).allowed("a server that has applied something since")
            }
            CommandError::TooManyServers { max } => failure(ErrorCode::TooManyServers).allowed(format!("up to {max}")),
            CommandError::NothingWritten { server } => {
                about(ErrorCode::NothingWritten, server).allowed("what was written")
            }
            CommandError::SameEnds { server } => about(ErrorCode::SameEnds, server).allowed("two different servers"),
            CommandError::Repeated { server } => {
                about(ErrorCode::RepeatedServer, server).allowed("each server once in a group")
            }
            CommandError::UnknownPacket { given } => {
                failure(ErrorCode::UnknownPacket).given(Number::from(given.0)).allowed("a packet that is under way")
            }
            CommandError::DelayTooLong { given, max } => failure(ErrorCode::OutOfRange)
                .given(Milliseconds::from(given).0)
                .allowed(format!("up to {} ms", Milliseconds::from(max).0)),
            CommandError::OneGroup => failure(ErrorCode::OneGroup).allowed("two groups or more, none of them empty"),
            CommandError::Op(OpError::Length { name: _, given, min, max }) => {
                failure(ErrorCode::OutOfRange).given(Number::from(given)).allowed(format!("{min} to {max} bytes"))
            }
            CommandError::InThePast { given, earliest } => {
                time(ErrorCode::InThePast, "at", given, format!("{} ms or later", Milliseconds::from(earliest).0))
            }
            CommandError::TooFar { given, latest } => {
                time(ErrorCode::OutOfRange, "at", given, format!("{} ms or earlier", Milliseconds::from(latest).0))
            }
            CommandError::Setting(_) => failure(ErrorCode::OutOfRange),
            CommandError::Op(_) | _ => failure(ErrorCode::Unknown),
        }
    }
}

/// The moment `name` is not allowed.
pub(crate) fn time(code: ErrorCode, name: &str, given: Instant, allowed: String) -> Failure {
    let given = Milliseconds::from(given).0;
    Failure::new(code, format!("{name} is {given} ms; allowed is {allowed}")).given(given).allowed(allowed)
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        let message = error.to_string();
        match error {
            SetupError::OutOfRange { name, given, min, max, unit } => {
                between(&camel(name), given, min, Some(max), unit)
            }
            SetupError::Raft(ConfigError::Duration { name, given_us, min_us, max_us }) => {
                between(&format!("raft.{}", camel(name)), given_us, min_us, Some(max_us), " µs")
            }
            SetupError::Raft(ConfigError::Count { name, given, min, max }) => {
                let max = (max < u32::MAX).then_some(max.into());
                between(&format!("raft.{}", camel(name)), given.into(), min.into(), max, "")
            }
            SetupError::Raft(ConfigError::Needs { name, needed }) => {
                let (name, needed) = (camel(name), camel(needed));
                let allowed = format!("raft.{name} only with raft.{needed}");
                let message = format!("raft.{name} is true and raft.{needed} is false; allowed is {allowed}");
                Self::new(ErrorCode::OutOfRange, message).given(Value::Bool(true)).allowed(allowed)
            }
            SetupError::UnknownServer { given, servers } => Self::new(ErrorCode::UnknownServer, message)
                .given(ServerId::from(given).0)
                .allowed(format!("1 to {servers}")),
            SetupError::RepeatedServer { given } => {
                Self::new(ErrorCode::RepeatedServer, message).given(ServerId::from(given).0).allowed("each server once")
            }
            SetupError::Op { error: OpError::Length { given, min, max, .. }, .. } => {
                Self::new(ErrorCode::OutOfRange, message)
                    .given(Number::from(given))
                    .allowed(format!("{min} to {max} bytes"))
            }
            SetupError::Membership { .. } | SetupError::Start { .. } => Self::new(ErrorCode::ImpossibleStart, message)
                .allowed("what a server that keeps to the rules can have left behind"),
            SetupError::Raft(_) | _ => Self::new(ErrorCode::Unknown, message),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Setup(error) => error.into(),
            RunError::Command { position, error } => Self::from(error).of_command(position),
            error => Self::new(ErrorCode::Unknown, error.to_string()),
        }
    }
}

/// The engine counts microseconds, JavaScript is told milliseconds.
fn between(name: &str, given: u64, min: u64, max: Option<u64>, unit: &str) -> Failure {
    let (scale, unit) = if unit == " µs" { (1_000.0, " ms") } else { (1.0, unit) };
    let number = |number: u64| Number(Number::from(number).0 / scale);
    let (given, min) = (number(given), number(min));
    let allowed = match max {
        Some(max) => format!("{min} to {}{unit}", number(max)),
        None => format!("{min}{unit} or more"),
    };
    Failure::new(ErrorCode::OutOfRange, format!("{name} is {given}{unit}; allowed are {allowed}"))
        .given(given)
        .allowed(allowed)
}

/// `disk.write_min` is `disk.writeMin` here.
fn camel(name: &str) -> String {
    let mut upper = false;
    let letter = |letter: char| {
        let large = core::mem::replace(&mut upper, letter == '_');
        (letter != '_').then_some(if large { letter.to_ascii_uppercase() } else { letter })
    };
    name.chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_sim::Setup;
    use std::time::Duration;

    #[test]
    fn a_setting_is_named_as_javascript_knows_it_and_in_its_unit() {
        let mut setup = Setup::default();
        setup.disk.write_max = Duration::from_micros(500);
        let failure = Failure::from(setup.check().expect_err("less than write_min"));
        assert_eq!(failure.message, "disk.writeMax is 0.5 ms; allowed are 1 to 3600000 ms");
        assert_eq!(failure.given, Value::Number(0.5));

        let mut setup = Setup::default();
        setup.raft.max_append_entries = 0;
        let failure = Failure::from(setup.check().expect_err("zero"));
        assert_eq!(failure.message, "raft.maxAppendEntries is 0; allowed are 1 or more");
    }
}
