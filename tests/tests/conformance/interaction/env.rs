//! What the directives do.

use raftarium_core::{
    Body, CampaignError, EntryId, LogIndex, MembershipChangeError, Message, NodeId, ProposeError, Role, SnapshotChunk,
    TransferError, Transition,
};

use super::bag::{Asked, Item};
use super::host::{ELECTION_TICKS, Host};
use super::seen;
use crate::report::Report;
use crate::script::{Arg, Command, Directive, command, number};
use crate::shape::changes;

/// More rounds than any script needs until nothing happens any more.
const ROUNDS_MAX: usize = 10_000;

/// The servers of a script, in the order of their names, and what is on its way.
#[derive(Debug)]
pub(crate) struct Env {
    pub(crate) hosts: Vec<Host>,
    bag: Vec<Item>,
    quiet: bool,
    shows_info: bool,
    pub(crate) options: Options,
    /// Who was reported unreachable, to whom.
    pub(crate) unreachable: Vec<(NodeId, NodeId)>,
}

/// What a script asked for that our core always, or never, does.
#[derive(Debug, Default)]
pub(crate) struct Options {
    pub(crate) leases: bool,
    pub(crate) unvalidated: bool,
}

/// What became of a directive, for the one who called.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) refused: Option<String>,
    pub(crate) refused_change: Option<String>,
    pub(crate) refused_campaign: Option<String>,
}

impl Env {
    pub(crate) fn new() -> Self {
        Self {
            hosts: Vec::new(),
            bag: Vec::new(),
            quiet: false,
            shows_info: true,
            options: Options::default(),
            unreachable: Vec::new(),
        }
    }

    pub(crate) fn run(&mut self, directive: &Directive, report: &mut Report) -> Result<(), String> {
        self.hosts.iter_mut().for_each(Host::begin);
        let mut outcome = Outcome::default();
        let mut last = self.command(&directive.command, &directive.input, &mut outcome)?;
        if directive.command.name != "propose-conf-change" {
            // Input of other directives is more directives.
            for line in directive.input.iter().filter(|line| !line.trim().is_empty()) {
                let command = command(line)?;
                self.command(&command, &[], &mut outcome)?;
                last = command.name;
            }
        }
        let loud = directive.expected.iter().any(|(_, line)| !line.starts_with("ok"));
        match last.as_str() {
            "raft-state" if loud => self.check_states(directive, report)?,
            "status" if loud => self.check_status(directive, report)?,
            "raft-log" | "compact" if loud => self.check_log(directive, outcome, report)?,
            _ => {
                let ids = directive.command.numbers().unwrap_or_default();
                let output = seen::read(&directive.expected, ids.first().copied())?;
                if output.ignored_change
                    && let Some(host) = ids.first().and_then(|&id| self.host(id).ok())
                    && host.deferred.take().is_some()
                {
                    outcome.refused_change = Some("it must wait for a commit".into());
                }
                self.check_answer(directive, &output, &outcome, report);
                if outcome.refused_change.is_some() && (output.ignored_change || (output.silent && self.quiet)) {
                    // They append an empty entry in the place of a change that they refuse. So that the logs stay
                    // alike, the runner proposes one.
                    let id = ids.first().copied().unwrap_or(0);
                    self.ask(id, Asked::Propose(Vec::new()), &mut Outcome::default())?;
                }
                for (&id, seen) in &output.servers {
                    self.check_server(directive, id, seen, report)?;
                }
            }
        }
        self.check_invariants(directive.line, report);
        Ok(())
    }

    pub(crate) const fn shows_info(&self) -> bool {
        self.shows_info
    }

    pub(crate) fn host(&mut self, id: u64) -> Result<&mut Host, String> {
        let position = usize::try_from(id).ok().and_then(|id| id.checked_sub(1));
        position.and_then(|position| self.hosts.get_mut(position)).ok_or_else(|| format!("there is no server {id}"))
    }

    fn ids(&self, given: Vec<u64>) -> Vec<u64> {
        if given.is_empty() { self.hosts.iter().map(|host| host.node.id().0).collect() } else { given }
    }

    fn command(&mut self, command: &Command, input: &[String], outcome: &mut Outcome) -> Result<String, String> {
        match command.name.as_str() {
            "_breakpoint" | "raft-state" | "status" | "raft-log" => {}
            "log-level" => self.log_level(command.plain(0)?)?,
            "add-nodes" => outcome.refused = self.add_nodes(command)?,
            "campaign" => {
                let host = self.host(number(command.plain(0)?)?)?;
                match host.node.campaign(host.now) {
                    Ok(()) | Err(CampaignError::AlreadyLeader { .. }) => {}
                    Err(error) => outcome.refused_campaign = Some(error.to_string()),
                }
                host.settle()?;
            }
            "compact" => {
                let through = LogIndex(number(command.plain(1)?)?);
                outcome.refused = self.host(number(command.plain(0)?)?)?.compact(through).err();
            }
            "deliver-msgs" => self.deliver_msgs(command)?,
            "process-ready" => {
                for id in command.numbers()? {
                    let items = self.host(id)?.ready()?;
                    self.bag.extend(items);
                }
            }
            "process-append-thread" => {
                for id in command.numbers()? {
                    let items = self.host(id)?.append()?;
                    self.bag.extend(items);
                }
            }
            "process-apply-thread" => {
                for id in command.numbers()? {
                    let items = self.host(id)?.apply()?;
                    self.bag.extend(items);
                }
            }
            "stabilize" => {
                for arg in command.named() {
                    if arg.key != "log-level" {
                        return Err(command.unknown(arg));
                    }
                }
                self.stabilize(&self.ids(command.numbers()?))?;
            }
            "set-randomized-election-timeout" => {
                let ticks = named(command, "timeout")?.one()?;
                self.host(number(command.plain(0)?)?)?.set_timeout(ticks);
            }
            "tick-election" => self.tick(command, ELECTION_TICKS)?,
            "tick-heartbeat" => self.tick(command, 1)?,
            "tick" => self.tick(command, number(command.plain(1)?)?)?,
            "transfer-leadership" => {
                let (from, to) = (named(command, "from")?.one()?, named(command, "to")?.one()?);
                self.ask(from, Asked::Transfer(NodeId(to)), outcome)?;
            }
            "forget-leader" => {
                let host = self.host(number(command.plain(0)?)?)?;
                host.forgot = host.node.leader();
                host.node.forget_leader(host.now);
                host.settle()?;
            }
            "send-snapshot" => {
                let ids = command.numbers()?;
                let [from, to] = ids[..] else { return Err("`send-snapshot` takes two servers".into()) };
                self.send_snapshot(from, to)?;
            }
            "propose" => {
                let payload = command.plain(1)?.as_bytes().to_vec();
                self.ask(number(command.plain(0)?)?, Asked::Propose(payload), outcome)?;
            }
            "propose-conf-change" => {
                let (mut v1, mut transition) = (false, Transition::Auto);
                for arg in command.named() {
                    match (arg.key.as_str(), arg.values.first().map(String::as_str)) {
                        ("v1", _) => v1 = arg.one()?,
                        ("transition", Some("auto")) => transition = Transition::Auto,
                        ("transition", Some("implicit")) => transition = Transition::Joint,
                        ("transition", Some("explicit")) => transition = Transition::JointUntilLeft,
                        _ => return Err(command.unknown(arg)),
                    }
                }
                let changes = changes(input)?;
                if v1 && (changes.len() > 1 || transition != Transition::Auto) {
                    outcome.refused = Some("one change at a time".into());
                } else {
                    self.ask(number(command.plain(0)?)?, Asked::Change(changes, transition), outcome)?;
                }
            }
            "report-unreachable" => {
                let ids = command.numbers()?;
                let [to, whom] = ids[..] else { return Err("`report-unreachable` takes two servers".into()) };
                self.unreachable.push((NodeId(to), NodeId(whom)));
            }
            other => return Err(format!("there is no directive `{other}`")),
        }
        Ok(command.name.clone())
    }

    fn log_level(&mut self, level: &str) -> Result<(), String> {
        let level = level.to_ascii_lowercase();
        (self.quiet, self.shows_info) = match level.as_str() {
            "debug" | "info" => (false, true),
            "warn" | "error" | "fatal" => (false, false),
            "none" => (true, false),
            _ => return Err(format!("there is no log level `{level}`")),
        };
        Ok(())
    }

    fn tick(&mut self, command: &Command, ticks: u64) -> Result<(), String> {
        let host = self.host(number(command.plain(0)?)?)?;
        (0..ticks).try_for_each(|_| host.tick())
    }

    fn deliver_msgs(&mut self, command: &Command) -> Result<(), String> {
        let kind = command.named().find(|arg| arg.key == "type").map(Arg::one::<String>).transpose()?;
        for arg in &command.args {
            match arg.key.as_str() {
                _ if arg.values.is_empty() => drop(self.deliver(NodeId(number(&arg.key)?), kind.as_deref(), false)?),
                "drop" => {
                    for id in arg.all()? {
                        self.deliver(NodeId(id), kind.as_deref(), true)?;
                    }
                }
                "type" => {}
                _ => return Err(command.unknown(arg)),
            }
        }
        Ok(())
    }

    /// Delivers what there is for a server, or loses it.
    fn deliver(&mut self, to: NodeId, kind: Option<&str>, lose: bool) -> Result<bool, String> {
        let wanted = |item: &Item| item.to() == to && !(lose && item.is_local()) && item.is(kind);
        let (items, rest) = std::mem::take(&mut self.bag).into_iter().partition::<Vec<_>, _>(wanted);
        self.bag = rest;
        let any = !items.is_empty();
        for item in items.into_iter().filter(|_| !lose) {
            match item {
                Item::Persisted(_, id) => self.host(to.0)?.persisted(id)?,
                Item::Applied(_, index) => self.host(to.0)?.applied(index)?,
                Item::Asked(_, asked) => self.ask(to.0, asked, &mut Outcome::default())?,
                Item::Message(message) => {
                    let votes = matches!(message.body, Body::VoteRequest(_) | Body::VoteReply(_));
                    let answer = matches!(message.body, Body::AppendReply(_) | Body::SnapshotReply(_));
                    let from = message.from;
                    let host = self.host(to.0)?;
                    let before = host.node.hard_state();
                    let now = host.now;
                    host.node.receive(now, message).map_err(|error| format!("{to} refuses a message: {error}"))?;
                    let after = host.node.hard_state();
                    if votes && after.commit > before.commit {
                        host.learned_by_vote = after.commit;
                    }
                    if answer && after.term > before.term {
                        host.told = Some(after.term);
                    }
                    host.settle()?;
                    self.unreachable.retain(|&pair| pair != (to, from));
                }
            }
        }
        Ok(any)
    }

    fn stabilize(&mut self, ids: &[u64]) -> Result<(), String> {
        for _ in 0..ROUNDS_MAX {
            let mut done = true;
            for &id in ids {
                if self.host(id)?.has_ready() {
                    let items = self.host(id)?.ready()?;
                    self.bag.extend(items);
                    done = false;
                }
            }
            for &id in ids {
                done &= !self.deliver(NodeId(id), None, false)?;
            }
            for &id in ids {
                while self.host(id)?.has_append_work() {
                    let items = self.host(id)?.append()?;
                    self.bag.extend(items);
                    done = false;
                }
            }
            for &id in ids {
                while self.host(id)?.has_apply_work() {
                    let items = self.host(id)?.apply()?;
                    self.bag.extend(items);
                    done = false;
                }
            }
            if done {
                return Ok(());
            }
        }
        Err(format!("something still happens after {ROUNDS_MAX} rounds"))
    }

    /// What a host does that is asked for something only a leader can do: it passes it on.
    fn ask(&mut self, id: u64, asked: Asked, outcome: &mut Outcome) -> Result<(), String> {
        let host = self.host(id)?;
        let (refusal, leader) = match &asked {
            Asked::Propose(payload) => match host.node.propose(host.now, payload.clone().into()) {
                Ok(_) => return host.settle(),
                Err(ProposeError::NotLeader { leader }) => ("not the leader".to_owned(), leader),
                Err(error) => (error.to_string(), None),
            },
            Asked::Change(changes, transition) => match host.change(changes.clone(), *transition) {
                Ok(()) => return host.settle(),
                Err(MembershipChangeError::NotLeader { leader }) => ("not the leader".to_owned(), leader),
                Err(MembershipChangeError::Transferring { to }) => (format!("handing over to {to}"), None),
                Err(error) => {
                    outcome.refused_change = Some(error.to_string());
                    return Ok(());
                }
            },
            Asked::Transfer(to) => match host.node.transfer_leadership(host.now, *to) {
                Err(TransferError::NotLeader { leader: Some(leader) }) => (String::new(), Some(leader)),
                // Nothing is printed of a transfer that is not begun; that it is not is seen in what follows.
                Ok(()) | Err(_) => return host.settle(),
            },
        };
        match leader {
            Some(leader) => self.bag.push(Item::Asked(leader, asked)),
            None => outcome.refused = Some(refusal),
        }
        Ok(())
    }

    /// A host may send a snapshot of its own choice: of what is applied.
    fn send_snapshot(&mut self, from: u64, to: u64) -> Result<(), String> {
        let host = self.host(from)?;
        let node = &host.node;
        let applied = node.applied_index();
        let term = node.log().term_at(applied).ok_or("the last that is applied has no term")?;
        let membership = Box::new(node.membership_at(applied).ok_or("no membership")?.clone());
        let data = host.machine().get(&applied).cloned().ok_or("no state")?.into();
        let chunk = SnapshotChunk { last: EntryId::new(applied, term), membership, offset: 0, data, done: true };
        let (from, to, term) = (NodeId(from), NodeId(to), node.hard_state().term);
        self.bag.push(Item::Message(Message { from, to, term, body: Body::SnapshotChunk(chunk) }));
        Ok(())
    }

    /// The server that leads the greatest term.
    pub(crate) fn leader(&self) -> Option<&Host> {
        let leaders = self.hosts.iter().filter(|host| host.node.role() == Role::Leader);
        leaders.max_by_key(|host| host.node.hard_state().term)
    }
}

fn named<'a>(command: &'a Command, key: &str) -> Result<&'a Arg, String> {
    command.named().find(|arg| arg.key == key).ok_or_else(|| format!("`{}` needs `{key}`", command.name))
}
