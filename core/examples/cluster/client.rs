//! A client: it asks until it is answered, whoever leads, and every command of its session happens once.

use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use raftarium_core::NodeId;
use raftarium_core::sessions::{Envelope, Request, Sequence, SessionId};

use crate::clock::Clock;
use crate::machine::{Applied, Command, Response};
use crate::wire::{Addresses, Answer, Ask, Hello, connect, receive, send};

pub(crate) struct Client {
    addresses: Addresses,
    /// Whom it asks.
    server: NodeId,
    stream: Option<TcpStream>,
    session: Option<SessionId>,
    last: Sequence,
    patience: Duration,
}

impl Client {
    pub(crate) fn new(addresses: Addresses, patience: Duration) -> Result<Self, String> {
        let server = *addresses.keys().next().ok_or("no servers")?;
        Ok(Self { addresses, server, stream: None, session: None, last: Sequence(0), patience })
    }

    /// Applies a command, once.
    pub(crate) fn command(&mut self, command: &Command) -> Result<Response, String> {
        let session = self.open()?;
        self.last = Sequence(self.last.0 + 1);
        // One command after the other: all answers before this one are here.
        let (sequence, answered_below) = (self.last, self.last);
        let command = postcard::to_allocvec(command).map_err(|error| error.to_string())?.into();
        match self.request(Request::Command { session, sequence, answered_below, command })? {
            Applied::Answered(response) => Ok(response),
            Applied::Refused(error) => Err(format!("{error}; what was sent may have been applied, or not")),
            other @ (Applied::Opened(_)
            | Applied::Forgotten
            | Applied::KeptAlive
            | Applied::Closed
            | Applied::NotARequest) => Err(format!("{other:?} is no answer to a command")),
        }
    }

    pub(crate) fn get(&mut self, key: &str) -> Result<Option<String>, String> {
        let answer = self.ask(&Ask::Get(key.into()))?;
        let Answer::Value(value) = answer else { return Err(format!("{answer:?} is no value")) };
        Ok(value)
    }

    /// Asks one server and no other, once.
    pub(crate) fn ask_only(&mut self, server: NodeId, ask: &Ask) -> Result<Answer, String> {
        self.turn_to(server);
        self.try_ask(ask)
    }

    /// Asks until somebody gives an answer.
    pub(crate) fn ask(&mut self, ask: &Ask) -> Result<Answer, String> {
        let clock = Clock::start();
        loop {
            let failure = match self.try_ask(ask) {
                Ok(Answer::NotLeader(Some(leader)))
                    if self.addresses.contains_key(&leader) && leader != self.server =>
                {
                    self.turn_to(leader);
                    format!("{leader} was said to lead")
                }
                Ok(Answer::NotLeader(_)) => self.turn_to_next("no leader is known".into()),
                Ok(Answer::Again(why)) | Err(why) => self.turn_to_next(why),
                Ok(Answer::Refused(why)) => return Err(why),
                Ok(answer @ (Answer::Applied(_) | Answer::Value(_) | Answer::Dump(_) | Answer::Changed)) => {
                    return Ok(answer);
                }
            };
            if clock.now().since(raftarium_core::Instant::ZERO) > self.patience {
                return Err(format!("no answer for {:?}; the last was: {failure}", self.patience));
            }
        }
    }

    pub(crate) fn close(mut self) -> Result<(), String> {
        let Some(session) = self.session else { return Ok(()) };
        self.request(Request::Close { session }).map(drop)
    }

    fn open(&mut self) -> Result<SessionId, String> {
        if let Some(session) = self.session {
            return Ok(session);
        }
        // If this is asked twice, there are two, and the one that nobody uses expires.
        let applied = self.request(Request::Open)?;
        let Applied::Opened(session) = applied else { return Err(format!("{applied:?} is no session")) };
        Ok(*self.session.insert(session))
    }

    fn request(&mut self, request: Request) -> Result<Applied, String> {
        let answer = self.ask(&Ask::Propose(Envelope::from(request).encode()))?;
        let Answer::Applied(applied) = answer else { return Err(format!("{answer:?} is no answer to a request")) };
        Ok(applied)
    }

    fn try_ask(&mut self, ask: &Ask) -> Result<Answer, String> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let address =
                    self.addresses.get(&self.server).ok_or_else(|| format!("{} is not known", self.server))?;
                connect(*address, &Hello::Client).map_err(|error| format!("{}: {error}", self.server))?
            }
        };
        let asked = |error: std::io::Error| format!("{}: {error}", self.server);
        stream.set_read_timeout(Some(Duration::from_secs(2))).map_err(asked)?;
        send(&mut stream, ask).map_err(asked)?;
        let answer = receive(&mut stream).map_err(asked)?;
        // After an error, an answer that is still under way must not be taken for the next one.
        self.stream = Some(stream);
        Ok(answer)
    }

    fn turn_to(&mut self, server: NodeId) {
        (self.server, self.stream) = (server, None);
    }

    fn turn_to_next(&mut self, why: String) -> String {
        thread::sleep(Duration::from_millis(30));
        let after = self.addresses.keys().find(|&&server| server > self.server);
        self.turn_to(*after.or(self.addresses.keys().next()).unwrap_or(&self.server));
        why
    }
}
