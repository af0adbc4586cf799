//! Nothing Goes Back (Figure 2, §5.1, §5.3).

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use raftarium_core::sorted::Sorted;
use raftarium_core::{
    AppendReply, Ballot, Body, Boot, LogIndex, Message, Node, NodeId, Role, Term, VoteReply, VoteRequest,
};

use super::{Finding, Rule};

/// How far each server was.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub(super) struct Monotonic {
    servers: Sorted<NodeId, Seen>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
struct Seen {
    /// The latest term that it told others: it may not forget that one in a crash.
    told: Term,
    /// The latest term in which it acknowledged entries, and the last of them. While it is in that term, its log holds
    /// them: there is one leader, which only appends.
    acknowledged: (Term, LogIndex),
    life: Option<Life>,
}

/// What is lost in a crash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Life {
    boot: Boot,
    term: Term,
    commit: LogIndex,
    leads: bool,
    /// What it knows of its followers.
    matched: Vec<(NodeId, LogIndex)>,
}

impl Monotonic {
    /// `message` leaves its sender.
    pub(super) fn sent(&mut self, message: &Message) {
        // What is asked and promised before an election is of a term that has not begun.
        let begun = !matches!(
            &message.body,
            Body::VoteRequest(VoteRequest { ballot: Ballot::PreVote, .. })
                | Body::VoteReply(VoteReply { pre_vote: true, .. })
        );
        if begun {
            let seen = self.servers.entry(message.from).or_default();
            seen.told = seen.told.max(message.term);
            if let Body::AppendReply(AppendReply::Accepted { matched, round: _ }) = message.body {
                seen.acknowledged = seen.acknowledged.max((message.term, matched));
            }
        }
    }

    /// Whoever has an empty disk remembers nothing.
    pub(super) fn wiped(&mut self, server: NodeId) {
        self.servers.remove(&server);
    }

    pub(super) fn check(&mut self, node: &Node, findings: &mut Vec<Finding>) {
        let (id, state) = (node.id(), node.hard_state());
        let seen = self.servers.entry(id).or_default();
        let mut found = |story: String| {
            findings.push(Finding { rule: Rule::NothingGoesBack, servers: vec![id], story });
        };
        let leads = node.role() == Role::Leader;
        match seen.life.as_mut().filter(|life| life.boot == node.boot()) {
            Some(life) => {
                if state.term < life.term {
                    found(format!("{id} went back from term {} to term {}", life.term, state.term));
                }
                if state.commit < life.commit {
                    found(format!("the commit index of {id} went back from {} to {}", life.commit, state.commit));
                }
                let led = life.leads && leads && life.term == state.term;
                for follower in node.followers().iter().filter(|_| led) {
                    let (peer, now) = (follower.id(), follower.matched());
                    let before = life.matched.iter().find(|(known, _)| *known == peer);
                    if let Some((_, before)) = before.filter(|(_, before)| *before > now) {
                        found(format!("{id} knew that {peer} agrees up to {before}, and now only up to {now}"));
                    }
                }
                (life.term, life.commit, life.leads) = (state.term, state.commit, leads);
                life.remember(node);
            }
            None => {
                if state.term < seen.told {
                    found(format!("{id} was in term {}, and restarted in term {}", seen.told, state.term));
                }
                let (last, (term, index)) = (node.log().last().index, seen.acknowledged);
                if state.term == term && last < index {
                    found(format!(
                        "{id} had acknowledged everything up to {index} in term {term}, and restarted in that term with a \
                         log that ends at {last}"
                    ));
                }
                let mut life =
                    Life { boot: node.boot(), term: state.term, commit: state.commit, leads, matched: Vec::new() };
                life.remember(node);
                seen.life = Some(life);
            }
        }
    }
}

impl Life {
    fn remember(&mut self, node: &Node) {
        self.matched.clear();
        self.matched.extend(node.followers().iter().map(|follower| (follower.id(), follower.matched())));
    }
}
