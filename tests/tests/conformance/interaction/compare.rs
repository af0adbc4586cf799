//! What the script says against what our servers are, and which rule explains a difference.

use std::fmt::Display;

use raftarium_core::{Entry, HardState, LogIndex, NodeId, Payload, ProgressState, Role, Term};

use super::env::{Env, Outcome};
use super::host::Host;
use super::seen::{self, Output, Seen, Shown, fields};
use super::why::pending_change;
use crate::report::{Difference, Report};
use crate::rules::Rule;
use crate::script::{Directive, number};
use crate::shape::Shape;

/// Their terms are one less than ours; the snapshot that everyone starts from is of term 1 in both.
pub(super) const fn theirs(term: Term) -> u64 {
    term.0.saturating_sub(1)
}

impl Env {
    /// What the library answered to the one who called it.
    pub(crate) fn check_answer(&self, directive: &Directive, output: &Output, outcome: &Outcome, report: &mut Report) {
        let line = directive.line;
        let mut answer = |what: &str, said: bool, ours: Option<&String>, rule: Option<Rule>| {
            if report.same(said == ours.is_some()) {
                return;
            }
            let theirs = if said { "refused" } else { "taken" }.to_owned();
            let ours = ours.map_or_else(|| "taken".to_owned(), |reason| format!("refused: {reason}"));
            report.differs(Difference { line, what: what.to_owned(), theirs, ours, rule });
        };
        let id = directive.command.numbers().ok().and_then(|ids| ids.first().copied()).unwrap_or(0);
        let stepped_down = self.hosts.iter().any(|host| host.stepped_down.is_some());
        match directive.command.name.as_str() {
            "propose-conf-change" => {
                let lagging = self.hosts.iter().any(|host| pending_change(host, LogIndex::MAX));
                let rule = match &outcome.refused_change {
                    Some(_) if self.options.unvalidated => Some(Rule::AlwaysValidates),
                    Some(_) if lagging => Some(Rule::EffectiveOnAppend),
                    Some(_) | None => None,
                };
                if self.shows_info() {
                    answer("the change", output.ignored_change, outcome.refused_change.as_ref(), rule);
                }
                answer("the proposal", !output.refusals.is_empty(), outcome.refused.as_ref(), None);
            }
            "propose" => {
                let rule = stepped_down.then_some(Rule::RemovedLeaderStepsDown);
                answer("the proposal", !output.refusals.is_empty(), outcome.refused.as_ref(), rule);
            }
            "campaign" if self.shows_info() => {
                let refused = outcome.refused_campaign.as_ref();
                let rule = match refused {
                    None if self.is_removed(NodeId(id)) => Some(Rule::RemovedIsNotTold),
                    None if self.has_unapplied_change(NodeId(id)) => Some(Rule::EffectiveOnAppend),
                    None | Some(_) => None,
                };
                answer("the campaign", output.unpromotable, refused, rule);
            }
            _ if !output.refusals.is_empty() || outcome.refused.is_some() => {
                answer(&output.refusals.join(", "), !output.refusals.is_empty(), outcome.refused.as_ref(), None);
            }
            _ => {}
        }
    }

    pub(crate) fn check_server(
        &mut self,
        directive: &Directive,
        id: u64,
        seen: &Seen,
        report: &mut Report,
    ) -> Result<(), String> {
        self.host(id)?;
        let host = self.hosts.iter().find(|host| host.node.id().0 == id).ok_or("no such server")?;
        let mut view = View { env: self, host, line: directive.line, report };
        let (state, (shown, role, leader)) = (host.node.hard_state(), host.shown);
        let both = |of: fn(HardState) -> u64| [of(state), of(shown)];
        view.field("term", seen.term, both(|state| theirs(state.term)), |view, theirs| view.why_term(theirs));
        let voted = |state: HardState| state.vote.map_or(0, |vote| vote.0);
        view.field("vote", seen.vote, both(voted), |view, _| view.why_term(seen.term.unwrap_or(0)));
        view.field("commit index", seen.commit, both(|state| state.commit.0), |view, theirs| view.why_commit(theirs));
        view.field("role", seen.role.map(name), [host.node.role(), role].map(name), |view, theirs| {
            view.why_role(theirs)
        });
        let lead = |leader: Option<NodeId>| leader.map_or(0, |leader| leader.0);
        view.field("leader", seen.lead, [host.node.leader(), leader].map(lead), |view, theirs| view.why_lead(theirs));
        view.on_the_way(seen);
        if let Some(config) = &seen.config {
            view.config(config, seen.commit);
        }
        for entry in &seen.entries {
            // A later leader may have overwritten it since.
            let replaces = |later: &Shown| later.index <= entry.index && later.term > entry.term;
            if !seen.entries.iter().any(replaces) {
                view.entry("the entry", entry);
            }
        }
        for entry in &seen.committed {
            view.committed(entry);
        }
        Ok(())
    }

    /// `1: StateLeader (Voter) Term:1 Lead:1`.
    pub(crate) fn check_states(&self, directive: &Directive, report: &mut Report) -> Result<(), String> {
        for (line, text) in &directive.expected {
            let wrong = || format!("`{text}` is not a state");
            let (id, rest) = text.split_once(": ").ok_or_else(wrong)?;
            let id = number(id.trim())?;
            let host = self.hosts.iter().find(|host| host.node.id().0 == id).ok_or_else(wrong)?;
            let mut view = View { env: self, host, line: *line, report };
            let mut words = rest.split_whitespace();
            let role = seen::role(words.next().ok_or_else(wrong)?)?;
            view.field("role", Some(name(role)), [name(host.node.role()); 2], |view, theirs| view.why_role(theirs));
            let voter = words.next().ok_or_else(wrong)? == "(Voter)";
            let commit = host.node.hard_state().commit;
            let ours = host.node.membership_at(commit).is_some_and(|membership| membership.is_voter(NodeId(id)));
            view.field("whether it votes", Some(voter), [ours; 2], |view, _| view.why_config(None));
            for (key, value) in fields(rest) {
                let value = Some(number(value)?);
                match key {
                    "Term" => {
                        let term = theirs(host.node.hard_state().term);
                        view.field("term", value, [term; 2], |view, theirs| view.why_term(theirs));
                    }
                    "Lead" => {
                        let lead = host.node.leader().map_or(0, |leader| leader.0);
                        view.field("leader", value, [lead; 2], |view, theirs| view.why_lead(theirs));
                    }
                    other => return Err(format!("a state has no `{other}`")),
                }
            }
        }
        Ok(())
    }

    /// `2: StateReplicate match=11 next=12`: the state and the match index; the rest is the library's own business.
    pub(crate) fn check_status(&mut self, directive: &Directive, report: &mut Report) -> Result<(), String> {
        let id = number(directive.command.plain(0)?)?;
        self.host(id)?;
        let host = self.hosts.iter().find(|host| host.node.id().0 == id).ok_or("no such server")?;
        for (line, text) in &directive.expected {
            let wrong = || format!("`{text}` is not a progress");
            let (peer, rest) = text.split_once(": ").ok_or_else(wrong)?;
            let peer = NodeId(number(peer.trim())?);
            let state = rest.split_whitespace().next().ok_or_else(wrong)?;
            let matched = rest.split_whitespace().find_map(|word| word.strip_prefix("match=")).ok_or_else(wrong)?;
            let matched = number(matched)?;
            let (ours, ours_matched) = if peer == host.node.id() {
                ("StateReplicate", host.node.durable_index())
            } else {
                let progress = host.node.followers().iter().find(|progress| progress.id() == peer);
                progress
                    .map_or(("nothing", LogIndex::ZERO), |progress| (state_name(progress.state()), progress.matched()))
            };
            // What a snapshot brought that has arrived before theirs did.
            let installed = self.hosts.iter().find(|host| host.node.id() == peer).and_then(|host| host.installed);
            let brought = matched < ours_matched.0 && installed.is_some_and(|index| matched < index.0);
            let unreachable = self.unreachable.contains(&(host.node.id(), peer));
            let mut view = View { env: self, host, line: *line, report };
            let why_state = move |_: &View<'_>, theirs: &str| match theirs {
                "StateProbe" if unreachable => Some(Rule::NoUnreachable),
                "StateSnapshot" if brought => Some(Rule::SnapshotAtOnce),
                "StateProbe" if ours == "StateSnapshot" => Some(Rule::SnapshotAtOnce),
                _ => None,
            };
            view.field("progress", Some(state), [ours; 2], why_state);
            let why_match = move |view: &View<'_>, theirs: u64| match state {
                "StateSnapshot" if brought => Some(Rule::SnapshotAtOnce),
                _ if theirs > ours_matched.0 => view.why_commit(theirs),
                _ => None,
            };
            view.field("match index", Some(matched), [ours_matched.0; 2], why_match);
        }
        Ok(())
    }

    /// The durable log: `1/11 EntryNormal ""`, or `log is empty: first index=6, last index=5`.
    pub(crate) fn check_log(
        &mut self,
        directive: &Directive,
        outcome: Outcome,
        report: &mut Report,
    ) -> Result<(), String> {
        let id = number(directive.command.plain(0)?)?;
        self.host(id)?;
        let host = self.hosts.iter().find(|host| host.node.id().0 == id).ok_or("no such server")?;
        let mut first = None;
        let mut shown = Vec::new();
        for (line, text) in &directive.expected {
            if let Some(rest) = text.trim().strip_prefix("log is empty: first index=") {
                first = Some(number(rest.split(',').next().unwrap_or_default())?);
            } else if seen::is_entry(text.split_whitespace().next().unwrap_or_default()) {
                shown.push((*line, seen::entry(text.trim())?));
            } else {
                report.check(*line, "refused", true, outcome.refused.is_some());
                return Ok(());
            }
        }
        let first = first.or_else(|| shown.first().map(|(_, entry)| entry.index)).ok_or("nothing is expected")?;
        let mut view = View { env: self, host, line: directive.line, report };
        let base = host.base.index.0;
        let earlier = (base + 1 < first && host.installed.is_some()).then_some(Rule::LogBeginsEarlier);
        view.field("first index", Some(first), [base + 1; 2], |_, _| earlier);
        let last = shown.last().map_or(first - 1, |(_, entry)| entry.index);
        let ours = host.stable.last().map_or(base, |entry| entry.id.index.0);
        view.field("last index", Some(last), [ours; 2], |view, theirs| view.why_log(theirs));
        for (line, entry) in shown {
            view.line = line;
            let found = host.stable.iter().find(|ours| ours.id.index.0 == entry.index);
            view.compare_entry("the entry", &entry, found);
        }
        Ok(())
    }

    /// What must always hold, whatever the script says: what is committed is the same everywhere (State Machine
    /// Safety), and a term has one leader (Election Safety).
    pub(crate) fn check_invariants(&self, line: usize, report: &mut Report) {
        for (position, one) in self.hosts.iter().enumerate() {
            for other in &self.hosts[position + 1..] {
                let (a, b) = (one.node.hard_state(), other.node.hard_state());
                let both_lead = one.node.role() == Role::Leader && other.node.role() == Role::Leader;
                if both_lead && a.term == b.term {
                    report.fail(line, &format!("{} and {} lead term {}", one.node.id(), other.node.id(), a.term));
                }
                let committed = a.commit.min(b.commit);
                let entries = one.node.log().between(LogIndex::ZERO, committed).iter();
                let differs =
                    |entry: &&Entry| other.node.log().entry(entry.id.index).is_some_and(|held| held != *entry);
                if let Some(entry) = entries.clone().find(differs) {
                    let (one, other) = (one.node.id(), other.node.id());
                    report.fail(
                        line,
                        &format!("{one} and {other} have committed different entries at {}", entry.id.index),
                    );
                }
                let states = one.machine().iter();
                let same = |(index, state): (_, _)| other.machine().get(index).is_none_or(|held| held == state);
                if !states.clone().all(same) {
                    let (one, other) = (one.node.id(), other.node.id());
                    report.fail(line, &format!("the state machines of {one} and {other} differ"));
                }
            }
        }
    }
}

/// One server, at one place of a script.
pub(super) struct View<'a> {
    pub(super) env: &'a Env,
    pub(super) host: &'a Host,
    line: usize,
    report: &'a mut Report,
}

impl View<'_> {
    /// Compares what was said with what is now, or was when the last `Ready` began: that is what a `Ready` shows.
    fn field<T: PartialEq + Display + Copy>(
        &mut self,
        what: &str,
        theirs: Option<T>,
        ours: [T; 2],
        why: impl FnOnce(&Self, T) -> Option<Rule>,
    ) {
        let Some(theirs) = theirs else { return };
        if self.report.same(ours.contains(&theirs)) {
            return;
        }
        let rule = why(self, theirs);
        self.differs(what, theirs.to_string(), ours[0].to_string(), rule);
    }

    /// What was shown on the way must have been so here as well, at some time while the directive was done.
    fn on_the_way(&mut self, seen: &Seen) {
        for &(term, vote) in &seen.votes {
            let was = |(state, ..): &(HardState, Role, Option<NodeId>)| {
                (theirs(state.term), state.vote.map_or(0, |vote| vote.0)) == (term, vote)
            };
            if !self.report.same(self.host.trace.iter().any(was)) {
                let rule = self.why_term(term);
                self.differs("on the way", format!("term {term}, vote {vote}"), "never".to_owned(), rule);
            }
        }
        for &commit in &seen.commits {
            let was = |(state, ..): &(HardState, Role, Option<NodeId>)| state.commit.0 == commit;
            if !self.report.same(self.host.trace.iter().any(was)) {
                let rule = self.why_commit(commit);
                self.differs("on the way", format!("commit index {commit}"), "never".to_owned(), rule);
            }
        }
        for &(role, lead) in &seen.roles {
            let was = |(_, ours, leader): &(_, Role, Option<NodeId>)| {
                (*ours, leader.map_or(0, |leader| leader.0)) == (role, lead)
            };
            if !self.report.same(self.host.trace.iter().any(was)) {
                let rule = self.why_role(name(role)).or_else(|| self.why_lead(lead));
                self.differs("on the way", format!("{} of {lead}", name(role)), "never".to_owned(), rule);
            }
        }
    }

    fn differs(&mut self, what: &str, theirs: String, ours: String, rule: Option<Rule>) {
        let what = format!("{}: {what}", self.host.node.id());
        self.report.differs(Difference { line: self.line, what, theirs, ours, rule });
    }

    /// What is committed of the configuration, as far as theirs has it committed.
    fn config(&mut self, theirs: &Shape, through: Option<u64>) {
        let commit = self.host.node.hard_state().commit;
        let commit = through.map_or(commit, |through| commit.min(LogIndex(through)));
        let ours = self.host.node.membership_at(commit).map(Shape::from).unwrap_or_default();
        if self.report.same(ours == *theirs) {
            return;
        }
        let rule = self.why_config(Some(theirs));
        self.differs("the configuration", theirs.to_string(), ours.to_string(), rule);
    }

    fn entry(&mut self, what: &str, theirs: &Shown) {
        if theirs.index > self.host.node.log().base().index.0 {
            let ours = self.host.node.log().entry(LogIndex(theirs.index)).cloned();
            self.compare_entry(what, theirs, ours.as_ref());
        }
    }

    fn compare_entry(&mut self, what: &str, theirs: &Shown, ours: Option<&Entry>) {
        let shown = ours.map(as_theirs);
        if self.report.same(shown.as_ref() == Some(theirs)) {
            return;
        }
        let rule = match &shown {
            None if theirs.command.is_none() || self.is_elsewhere(theirs) => self.why_log(theirs.index),
            Some(ours) if ours.term < theirs.term && self.host.held_back && self.is_elsewhere(theirs) => {
                Some(Rule::AnswersWait)
            }
            None | Some(_) => None,
        };
        self.differs(what, format!("{theirs:?}"), format!("{shown:?}"), rule);
    }

    /// Whether some server has the entry.
    fn is_elsewhere(&self, theirs: &Shown) -> bool {
        let has =
            |host: &Host| host.node.log().entry(LogIndex(theirs.index)).is_some_and(|ours| as_theirs(ours) == *theirs);
        self.env.hosts.iter().any(has)
    }

    /// Ours gives entries out once they are durable; theirs, with the request to write them. So what counts is what is
    /// committed and in the log.
    fn committed(&mut self, theirs: &Shown) {
        let commit = self.host.node.hard_state().commit;
        if theirs.index <= commit.0 {
            return self.entry("the committed entry", theirs);
        }
        self.report.same(false);
        let rule = self.why_commit(theirs.index);
        self.differs("committed", format!("up to {}", theirs.index), format!("up to {commit}"), rule);
    }
}

fn as_theirs(ours: &Entry) -> Shown {
    let command = match &ours.payload {
        Payload::NoOp => Some(Vec::new()),
        Payload::Command(command) => Some(command.to_vec()),
        Payload::Membership(_) => None,
    };
    Shown { term: theirs(ours.id.term), index: ours.id.index.0, command }
}

const fn name(role: Role) -> &'static str {
    match role {
        Role::Follower => "follower",
        Role::PreCandidate => "pre-candidate",
        Role::Candidate => "candidate",
        Role::Leader => "leader",
    }
}

const fn state_name(state: ProgressState) -> &'static str {
    match state {
        ProgressState::Probe { .. } => "StateProbe",
        ProgressState::Replicate => "StateReplicate",
        ProgressState::Snapshot { .. } => "StateSnapshot",
    }
}
