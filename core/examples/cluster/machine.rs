//! The state machine: keys with values, and the sessions of the clients.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use raftarium_core::sessions::{Envelope, SessionError, SessionId, SessionLimits, Sessions, Verdict};
use raftarium_core::{Entry, Payload};
use serde::{Deserialize, Serialize};

/// All of it is in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Machine {
    sessions: Sessions<Response>,
    pub(crate) values: BTreeMap<String, String>,
}

/// What a client can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Command {
    Put { key: String, value: String },
    Incr { key: String, by: i64 },
}

/// What a command is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Response {
    Put,
    Total(i64),
    NotANumber(String),
    NotACommand,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Applied {
    Opened(SessionId),
    Answered(Response),
    Forgotten,
    KeptAlive,
    Closed,
    Refused(SessionError),
    NotARequest,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let limits = SessionLimits {
            sessions_max: NonZeroU32::new(256).expect("not zero"),
            answers_max: NonZeroU32::new(16).expect("not zero"),
            idle_max: Some(Duration::from_secs(60 * 60)),
        };
        Self { sessions: Sessions::new(limits), values: BTreeMap::new() }
    }

    /// Every replica does this with the same entries, so nothing in here may depend on anything else.
    pub(crate) fn apply(&mut self, entry: &Entry) -> Option<Applied> {
        let Payload::Command(bytes) = &entry.payload else { return None };
        let Ok(envelope) = Envelope::decode(bytes.clone()) else { return Some(Applied::NotARequest) };
        Some(match self.sessions.apply(entry.id.index, &envelope) {
            Ok(Verdict::Fresh(unanswered)) => {
                let response = run(&mut self.values, unanswered.command());
                Applied::Answered(unanswered.answer(response).clone())
            }
            Ok(Verdict::Duplicate(response)) => Applied::Answered(response.clone()),
            Ok(Verdict::Opened(session)) => Applied::Opened(session),
            Ok(Verdict::Forgotten { .. }) => Applied::Forgotten,
            Ok(Verdict::KeptAlive) => Applied::KeptAlive,
            Ok(Verdict::Closed) => Applied::Closed,
            Err(error) => Applied::Refused(error),
        })
    }

    pub(crate) fn snapshot(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_allocvec(self)
    }

    pub(crate) fn restore(snapshot: &[u8]) -> Result<Self, postcard::Error> {
        postcard::from_bytes(snapshot)
    }
}

fn run(values: &mut BTreeMap<String, String>, command: &[u8]) -> Response {
    match postcard::from_bytes(command) {
        Ok(Command::Put { key, value }) => {
            values.insert(key, value);
            Response::Put
        }
        Ok(Command::Incr { key, by }) => {
            let value = values.entry(key).or_insert_with(|| "0".into());
            let Some(total) = value.parse().ok().and_then(|number: i64| number.checked_add(by)) else {
                return Response::NotANumber(value.clone());
            };
            *value = total.to_string();
            Response::Total(total)
        }
        Err(_) => Response::NotACommand,
    }
}
