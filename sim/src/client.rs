//! Clients: they ask one thing at a time, and learn what became of it.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{EntryId, Instant, NodeId, Term};
use serde::{Deserialize, Serialize};

use crate::address::{Address, ClientId};
use crate::environment::Environment;
use crate::kv::Op;
use crate::packet::Content;
use crate::queue::Due;
use crate::trace::{Happening, RecordId};

/// Names a request: requests are counted as they are made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RequestId(pub u32);

/// A request as it is sent once: a client that is told to ask elsewhere sends it again. An answer names the attempt that
/// it answers, so that of two copies of it only one makes the client go on; or a network that doubles packets would
/// make ever more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Attempt {
    pub(crate) of: RequestId,
    pub(crate) number: u32,
}

/// What a server tells a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// It was committed and applied.
    Committed {
        /// The entry.
        entry: EntryId,
        /// Of a get, the value; none if the key has none.
        value: Option<String>,
    },
    /// The server is not the leader; nothing was done.
    NotLeader {
        /// The server that was asked.
        server: NodeId,
        /// Who leads, as far as that server knows.
        leader: Option<NodeId>,
    },
    /// The server leads, and takes no more for the time being; nothing was done.
    Busy {
        /// The server that was asked.
        server: NodeId,
    },
    /// The host of the server says that nothing runs there; nothing was done.
    Down {
        /// The server that was asked.
        server: NodeId,
    },
    /// Another leader's entry was committed in its place; it was never applied, and never will be.
    Superseded {
        /// The entry that it would have been.
        entry: EntryId,
        /// The term of the entry that took its place.
        by: Term,
    },
}

/// What a client asked, and what it knows of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// Its name.
    pub id: RequestId,
    /// Who asked.
    pub client: ClientId,
    /// What was asked.
    pub op: Op,
    /// The server that was asked last.
    pub server: NodeId,
    /// Whether the client stays with that server, whatever it answers.
    pub direct: bool,
    /// When it was asked.
    pub asked: Instant,
    /// What the client knows.
    pub status: RequestStatus,
}

/// What a client knows of its request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RequestStatus {
    /// No answer yet.
    Waiting,
    /// The client's patience ended: it may have been done, or may still be, or never.
    Unknown {
        /// When.
        at: Instant,
    },
    /// An answer came, perhaps after the client's patience ended.
    Answered {
        /// When.
        at: Instant,
        /// What it says.
        answer: Answer,
    },
}

/// All clients of a world.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Clients {
    pub(crate) requests: Vec<Request>,
    /// How often each request was sent.
    attempts: Vec<u32>,
    /// Where each client thinks that the leader is; C1 first.
    leaders: Vec<NodeId>,
    servers: u32,
}

impl Clients {
    pub(crate) fn new(clients: u32, servers: u32) -> Self {
        Self { requests: Vec::new(), attempts: Vec::new(), leaders: (0..clients).map(|_| NodeId(1)).collect(), servers }
    }

    /// There is one more server to look for the leader at.
    pub(crate) const fn add_server(&mut self) {
        self.servers += 1;
    }

    /// Whether `client` waits for an answer.
    pub(crate) fn is_busy(&self, client: ClientId) -> bool {
        let waits = |request: &&Request| request.client == client && request.status == RequestStatus::Waiting;
        self.requests.iter().rev().find(|request| request.client == client).filter(waits).is_some()
    }

    /// A client asks something.
    pub(crate) fn ask(
        &mut self,
        environment: &mut Environment,
        client: ClientId,
        server: Option<NodeId>,
        op: Op,
        patience: Duration,
        cause: RecordId,
    ) {
        let id = RequestId(u32::try_from(self.requests.len()).unwrap_or(u32::MAX));
        let direct = server.is_some();
        let server = server.unwrap_or(self.leaders[position(client)]);
        let asked = environment.now;
        let request = Request { id, client, op, server, direct, asked, status: RequestStatus::Waiting };
        environment.queue.push(asked + patience, Due::PatienceEnds(id));
        send(environment, &request, 1, cause);
        self.requests.push(request);
        self.attempts.push(1);
    }

    pub(crate) fn patience_ends(&mut self, environment: &mut Environment, id: RequestId) {
        let at = environment.now;
        let Some(request) = self.request(id).filter(|request| request.status == RequestStatus::Waiting) else { return };
        request.status = RequestStatus::Unknown { at };
        let client = request.client;
        environment.record(None, Happening::TimedOut { client, request: id });
    }

    /// An answer has arrived.
    pub(crate) fn answered(&mut self, environment: &mut Environment, to: Attempt, answer: Answer, cause: RecordId) {
        let at = environment.now;
        let servers = self.servers;
        let id = to.of;
        let Ok(place) = usize::try_from(id.0) else { return };
        let (Some(request), Some(attempt)) = (self.requests.get_mut(place), self.attempts.get_mut(place)) else {
            return;
        };
        let client = request.client;
        let elsewhere = match &answer {
            Answer::Committed { .. } | Answer::Superseded { .. } | Answer::Busy { .. } => None,
            Answer::NotLeader { server, leader } => Some(leader.unwrap_or(next(*server, servers))),
            Answer::Down { server } => Some(next(*server, servers)),
        };
        let waits = request.status == RequestStatus::Waiting;
        match elsewhere {
            // Nothing was done yet, so asking another server cannot do it twice.
            Some(server) if waits && !request.direct => {
                if to.number < *attempt {
                    return;
                }
                *attempt += 1;
                request.server = server;
                send(environment, request, *attempt, cause);
                self.leaders[position(client)] = server;
            }
            Some(_) | None => {
                request.status = RequestStatus::Answered { at, answer: answer.clone() };
                let server = request.server;
                if matches!(answer, Answer::Committed { .. }) {
                    self.leaders[position(client)] = server;
                }
                environment.record(Some(cause), Happening::Answered { client, request: id, answer });
            }
        }
    }

    fn request(&mut self, id: RequestId) -> Option<&mut Request> {
        self.requests.get_mut(usize::try_from(id.0).ok()?)
    }
}

fn send(environment: &mut Environment, request: &Request, number: u32, cause: RecordId) {
    let content = Content::Request { request: Attempt { of: request.id, number }, op: request.op.clone() };
    environment.send(Address::Client(request.client), Address::Server(request.server), content, cause);
}

/// The server after `server`, in a circle.
const fn next(server: NodeId, servers: u32) -> NodeId {
    NodeId(server.0 % servers as u64 + 1)
}

/// Where C1, C2, … are in a list. Names are checked where they come in: a command with an unknown one is refused.
fn position(client: ClientId) -> usize {
    usize::try_from(client.0).unwrap_or(0).saturating_sub(1)
}
