//! Clients: they ask, ask again if they are told to, and learn what became of it.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::sessions::{Sequence, SessionId};
use raftarium_core::sorted::SortedSet;
use raftarium_core::{EntryId, Instant, LogIndex, NodeId, ReadFailure, Term};
use serde::{Deserialize, Serialize};

use crate::address::{Address, ClientId};
use crate::checks::Checks;
use crate::command::Pace;
use crate::environment::Environment;
use crate::footprint::TEXT;
use crate::history::History;
use crate::kv::Op;
use crate::linear::{KeyOutcome, KeyOutput, Origin};
use crate::order::Order;
use crate::packet::{Ask, Content};
use crate::queue::Due;
use crate::setup::Setup;
use crate::trace::{Happening, RecordId};

/// Names a request: requests are counted as they are made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RequestId(pub u32);

/// What a server tells a client.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// It was committed and applied.
    Committed {
        /// The entry.
        entry: EntryId,
        /// What it gave.
        result: KeyOutput,
    },
    /// It was read, without an entry in the log.
    Read {
        /// The server that read it.
        server: NodeId,
        /// How far that server had applied its log.
        at: LogIndex,
        /// What it gave.
        result: KeyOutput,
    },
    /// A session is open, in which the client can now ask.
    Opened {
        /// The entry.
        entry: EntryId,
        /// The session.
        session: SessionId,
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
    /// A read by lease was asked for, and the server has its leases off; nothing was read.
    NoLeases {
        /// The server that was asked.
        server: NodeId,
    },
    /// It could not be made sure that a read is not an old one; nothing was read.
    ReadFailed {
        /// The server that was asked.
        server: NodeId,
        /// Why.
        reason: ReadFailure,
    },
    /// The session was no more when the entry was applied. Whether an earlier copy was applied cannot be known.
    SessionEnded {
        /// The entry.
        entry: EntryId,
    },
}

impl Answer {
    /// Whether it says that what was asked was done.
    pub(crate) const fn is_success(&self) -> bool {
        match self {
            Self::Committed { .. } | Self::Read { .. } | Self::Opened { .. } => true,
            Self::NotLeader { .. }
            | Self::Busy { .. }
            | Self::Down { .. }
            | Self::Superseded { .. }
            | Self::NoLeases { .. }
            | Self::ReadFailed { .. }
            | Self::SessionEnded { .. } => false,
        }
    }
}

/// How often at most a client's patience doubles. Each time that it asks again is one more entry: clients that all ask
/// again faster than entries are committed would never be served (a swarm found it, seed 385).
const DOUBLINGS_MAX: u32 = 6;

/// What a client does if it gets no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Retries {
    /// Nothing: it calls the outcome unknown.
    #[default]
    Never,
    /// It asks again until it is answered, after twice the time each time. What it asks may be applied more than once.
    Plain,
    /// It opens a session, and asks again with the same number until it is answered, so that what it asks is applied
    /// once (§8; §6.3 of the dissertation).
    Session,
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
    /// The session that it is asked in, if the client has one.
    pub session: Option<SessionId>,
    /// Its number in the session, if the client wants one.
    pub sequence: Option<Sequence>,
    /// How often the client has sent it.
    pub tries: u32,
    /// How often its patience has ended.
    pub retries: u32,
    /// Whether a copy of it may be under way of which the client knows nothing.
    pub in_doubt: bool,
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
    pub(crate) requests: History<Request>,
    /// What each client remembers; C1 first.
    minds: Vec<Mind>,
    servers: u32,
    /// How long a client waits before it asks again, or gives up.
    patience: Duration,
}

/// What a client remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Mind {
    /// Where it thinks that the leader is.
    leader: NodeId,
    session: Option<SessionId>,
    /// The number of the last command that it asked in a session.
    sequence: Sequence,
    /// What it waits for.
    waiting: SortedSet<RequestId>,
    /// What it does if it gets no answer.
    retries: Retries,
    /// What else it has to ask.
    list: Option<List>,
}

/// What a client has to ask.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct List {
    pub(crate) ops: VecDeque<Op>,
    /// The server that it asks, whatever that answers.
    pub(crate) server: Option<NodeId>,
    pub(crate) pace: Pace,
    /// When the next is asked, in an open loop.
    pub(crate) next_at: Option<Instant>,
}

impl Clients {
    pub(crate) fn new(setup: &Setup) -> Self {
        let waiting = SortedSet::new();
        let mind = Mind {
            leader: NodeId(1),
            session: None,
            sequence: Sequence(0),
            waiting,
            retries: setup.retries,
            list: None,
        };
        let minds = (0..setup.clients).map(|_| mind.clone()).collect();
        let (servers, patience) = (setup.servers, setup.request_timeout);
        Self { requests: History::default(), minds, servers, patience }
    }

    /// About how many bytes a copy takes that it does not share.
    pub(crate) fn copy_bytes(&self) -> usize {
        // The requests that are not shared have texts of their own.
        let waiting: usize = self.minds.iter().map(|mind| mind.waiting.len()).sum();
        2 * self.requests.copy_bytes() + waiting * TEXT + self.minds.len() * (size_of::<Mind>() + TEXT)
    }

    /// There is one more server to look for the leader at.
    pub(crate) const fn add_server(&mut self) {
        self.servers += 1;
    }

    /// Whether `client` waits for an answer, or has more to ask.
    pub(crate) fn is_busy(&self, client: ClientId) -> bool {
        let mind = &self.minds[position(client)];
        !mind.waiting.is_empty() || mind.list.is_some()
    }

    /// A client begins to ask what is on its list.
    pub(crate) fn ask_all(
        &mut self,
        environment: &mut Environment,
        checks: &mut Checks,
        client: ClientId,
        list: List,
        cause: RecordId,
    ) {
        self.minds[position(client)].list = Some(list);
        self.ask_next(environment, checks, client, Some(cause));
    }

    /// A client asks the next thing on its list.
    pub(crate) fn ask_next(
        &mut self,
        environment: &mut Environment,
        checks: &mut Checks,
        client: ClientId,
        cause: Option<RecordId>,
    ) {
        let asked = &mut self.minds[position(client)].list;
        let Some(list) = asked else { return };
        let (server, pace) = (list.server, list.pace);
        let next = list.ops.pop_front();
        if list.ops.is_empty() {
            *asked = None;
        } else if let Pace::Every(time) = pace {
            let at = environment.now + time;
            list.next_at = Some(at);
            environment.queue.push(at, Due::NextRequest(client));
        }
        let Some(op) = next else { return };
        let cause = environment.record(cause, Happening::Asked { client, request: self.next_id(), op: op.clone() });
        self.ask(environment, checks, client, server, op, cause);
    }

    /// It is time for the next request of an open loop, unless the client has given up meanwhile.
    pub(crate) fn next_is_due(&mut self, environment: &mut Environment, checks: &mut Checks, client: ClientId) {
        let list = self.minds[position(client)].list.as_ref();
        if list.is_some_and(|list| list.next_at == Some(environment.now)) {
            self.ask_next(environment, checks, client, None);
        }
    }

    /// A client no longer waits for a request: if that is what it waited for, it asks the next.
    fn done(
        &mut self,
        environment: &mut Environment,
        checks: &mut Checks,
        (client, id): (ClientId, RequestId),
        cause: RecordId,
    ) {
        let mind = &mut self.minds[position(client)];
        let waited = mind.waiting.remove(&id).is_some();
        if waited && mind.list.as_ref().is_some_and(|list| list.pace == Pace::Answered) {
            self.ask_next(environment, checks, client, Some(cause));
        }
    }

    fn next_id(&self) -> RequestId {
        RequestId(u32::try_from(self.requests.len()).unwrap_or(u32::MAX))
    }

    /// What `client` does if it gets no answer.
    pub(crate) fn retries(&self, client: ClientId) -> Retries {
        self.minds[position(client)].retries
    }

    pub(crate) fn set_retries(&mut self, client: ClientId, retries: Retries) {
        self.minds[position(client)].retries = retries;
    }

    /// A client asks something.
    pub(crate) fn ask(
        &mut self,
        environment: &mut Environment,
        checks: &mut Checks,
        client: ClientId,
        server: Option<NodeId>,
        op: Op,
        cause: RecordId,
    ) {
        let id = self.next_id();
        let asked = environment.now;
        checks.asked(asked, client, id, &op);
        let mind = &mut self.minds[position(client)];
        let numbered = mind.retries == Retries::Session && !matches!(op, Op::Read { .. });
        if numbered {
            mind.sequence.0 += 1;
        }
        self.requests.push(Request {
            id,
            client,
            op,
            server: server.unwrap_or(mind.leader),
            direct: server.is_some(),
            session: None,
            sequence: numbered.then_some(mind.sequence),
            tries: 0,
            retries: 0,
            in_doubt: false,
            asked,
            status: RequestStatus::Waiting,
        });
        mind.waiting.put(id);
        environment.queue.push(asked + self.patience, Due::PatienceEnds(id));
        self.send(environment, id, cause);
    }

    /// A client has waited for long enough: it gives up, or asks again.
    pub(crate) fn patience_ends(&mut self, environment: &mut Environment, checks: &mut Checks, id: RequestId) {
        let (at, servers, patience) = (environment.now, self.servers, self.patience);
        let waits = |request: &&mut Request| request.status == RequestStatus::Waiting;
        let Some(client) = self.request(id).filter(waits).map(|request| request.client) else { return };
        let retries = self.retries(client);
        let Some(request) = self.request(id) else { return };
        match retries {
            Retries::Never => {
                request.status = RequestStatus::Unknown { at };
                checks.answered(id, None, &KeyOutcome::Unknown, None);
                let cause = environment.record(None, Happening::TimedOut { client, request: id });
                self.done(environment, checks, (client, id), cause);
            }
            Retries::Plain | Retries::Session => {
                request.in_doubt = true;
                if !request.direct {
                    request.server = next(request.server, servers);
                }
                let server = request.server;
                request.retries += 1;
                let patience = patience.saturating_mul(1 << request.retries.min(DOUBLINGS_MAX));
                let cause = environment.record(None, Happening::Retried { client, request: id, server });
                environment.queue.push(at + patience, Due::PatienceEnds(id));
                self.send(environment, id, cause);
            }
        }
    }

    /// A client no longer waits for anything, and has nothing more to ask.
    pub(crate) fn give_up(
        &mut self,
        environment: &mut Environment,
        checks: &mut Checks,
        client: ClientId,
        cause: RecordId,
    ) {
        let at = environment.now;
        let mind = &mut self.minds[position(client)];
        mind.list = None;
        for &id in core::mem::take(&mut mind.waiting).keys() {
            self.request(id).into_iter().for_each(|request| request.status = RequestStatus::Unknown { at });
            checks.answered(id, None, &KeyOutcome::Unknown, None);
            environment.record(Some(cause), Happening::TimedOut { client, request: id });
        }
    }

    /// An answer has arrived.
    pub(crate) fn answered(
        &mut self,
        environment: &mut Environment,
        checks: &mut Checks,
        (id, attempt): (RequestId, u32),
        answer: Answer,
        cause: RecordId,
    ) {
        let servers = self.servers;
        let Some(client) = self.request(id).map(|request| request.client) else { return };
        let again = self.retries(client) != Retries::Never;
        let Some(request) = self.request(id) else { return };
        let stays = request.direct || request.status != RequestStatus::Waiting;
        let late = attempt != request.tries;
        let elsewhere = match &answer {
            Answer::Opened { session, .. } => return self.opened(environment, id, *session, cause),
            // The client has asked again meanwhile. Were it to do so for each refusal, doubled packets would multiply.
            Answer::NotLeader { .. } | Answer::Down { .. } | Answer::ReadFailed { .. } | Answer::Superseded { .. }
                if !stays && late =>
            {
                return;
            }
            Answer::NotLeader { server, leader } => Some(leader.unwrap_or(next(*server, servers))),
            Answer::Down { server } | Answer::ReadFailed { server, .. } => Some(next(*server, servers)),
            // It is asked again when the client's patience ends.
            Answer::Busy { .. } if again && !stays => return,
            Answer::Superseded { .. } if again => Some(request.server),
            Answer::Committed { .. }
            | Answer::Read { .. }
            | Answer::Superseded { .. }
            | Answer::Busy { .. }
            | Answer::NoLeases { .. }
            | Answer::SessionEnded { .. } => None,
        };
        match elsewhere {
            // Nothing was done yet, so asking another server cannot do it twice.
            Some(server) if !stays => {
                request.server = server;
                let client = request.client;
                self.send(environment, id, cause);
                self.minds[position(client)].leader = server;
            }
            Some(_) | None => self.learnt(environment, checks, id, answer, cause),
        }
    }

    /// A client learns what became of its request; it believes the first answer.
    fn learnt(
        &mut self,
        environment: &mut Environment,
        checks: &mut Checks,
        id: RequestId,
        answer: Answer,
        cause: RecordId,
    ) {
        let at = environment.now;
        let Some(request) = self.request(id) else { return };
        if matches!(request.status, RequestStatus::Answered { .. }) {
            return;
        }
        request.status = RequestStatus::Answered { at, answer: answer.clone() };
        let (client, server, asked_in) = (request.client, request.server, request.session);
        let sure = !request.in_doubt && !environment.network.was_doubled(id);
        let (outcome, origin) = match &answer {
            Answer::Committed { entry, result } => {
                (KeyOutcome::Returned(result.clone()), Some(Origin::Entry(entry.index)))
            }
            Answer::Read { result, .. } => (KeyOutcome::Returned(result.clone()), None),
            Answer::Opened { .. } | Answer::SessionEnded { .. } => (KeyOutcome::Unknown, None),
            // Of several copies, another may have been applied.
            Answer::NotLeader { .. } | Answer::Busy { .. } | Answer::Down { .. } | Answer::Superseded { .. }
                if !sure =>
            {
                (KeyOutcome::Unknown, None)
            }
            Answer::NotLeader { .. }
            | Answer::Busy { .. }
            | Answer::Down { .. }
            | Answer::Superseded { .. }
            | Answer::NoLeases { .. }
            | Answer::ReadFailed { .. } => (KeyOutcome::Never, None),
        };
        checks.answered(id, Some(server), &outcome, origin);
        let mind = &mut self.minds[position(client)];
        // It may have a new one already, when another request of the old one is answered.
        if matches!(answer, Answer::SessionEnded { .. }) && mind.session == asked_in {
            mind.session = None;
        }
        if matches!(answer, Answer::Committed { .. }) {
            mind.leader = server;
        }
        let cause = environment.record(Some(cause), Happening::Answered { client, request: id, answer });
        self.done(environment, checks, (client, id), cause);
    }

    /// A client has a session: what waited for one is asked.
    fn opened(&mut self, environment: &mut Environment, id: RequestId, session: SessionId, cause: RecordId) {
        let Some(request) = self.request(id) else { return };
        let (client, server) = (request.client, request.server);
        let mind = &mut self.minds[position(client)];
        if mind.session.is_some() {
            return;
        }
        mind.session = Some(session);
        mind.leader = server;
        let waiting: Vec<RequestId> = mind.waiting.keys().copied().collect();
        let cause = environment.record(Some(cause), Happening::SessionOpened { client, session });
        for id in waiting {
            self.send(environment, id, cause);
        }
    }

    fn send(&mut self, environment: &mut Environment, id: RequestId, cause: RecordId) {
        let Some(asked) = self.request(id) else { return };
        let client = asked.client;
        let mind = &self.minds[position(client)];
        let (session, waiting) = (mind.session, mind.waiting.clone());
        let numbers = waiting.keys().filter_map(|&id| self.request(id).and_then(|request| request.sequence));
        let answered_below = numbers.min();
        let Some(request) = self.request(id) else { return };
        request.tries += 1;
        let ask = match (&request.op, request.sequence) {
            (Op::Read { key, by }, _) => Ask::Read { key: key.clone(), by: *by },
            (op, None) => Ask::Order(Order::Plain(op.clone())),
            (op, Some(sequence)) => {
                // Once it was asked in a session, it is never asked in another one: that could do it twice.
                request.session = request.session.or(session);
                let below = answered_below.map_or(sequence, |below| below.min(sequence));
                Ask::Order(
                    request.session.map_or_else(Order::open, |session| Order::once(session, sequence, below, op)),
                )
            }
        };
        let content = Content::Request { request: id, attempt: request.tries, ask };
        environment.send(Address::Client(client), Address::Server(request.server), content, cause);
    }

    fn request(&mut self, id: RequestId) -> Option<&mut Request> {
        self.requests.get_mut(usize::try_from(id.0).ok()?)
    }
}

/// The server after `server`, in a circle.
const fn next(server: NodeId, servers: u32) -> NodeId {
    NodeId(server.0 % servers as u64 + 1)
}

/// Where C1, C2, … are in a list. Names are checked where they come in: a command with an unknown one is refused.
fn position(client: ClientId) -> usize {
    usize::try_from(client.0).unwrap_or(0).saturating_sub(1)
}
