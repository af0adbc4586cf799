//! The kind `confchange`: a configuration that becomes another, and what must be refused.

use raftarium_core::{
    Body, Boot, ChangeError, Config, DurableState, EntryId, Instant, Membership, Message, Node, NodeId, Output,
    Persist, ProgressState, Role, Settings, VoteReply,
};

use crate::report::Report;
use crate::script::{Directive, number};
use crate::shape::{Shape, changes};

/// What the scripts say when they refuse, and what we say.
const REFUSALS: [(&str, &[&str]); 4] = [
    ("no voters left", &["removed all voters", "can't make a zero-voter config joint"]),
    ("needs joint", &["more than one voter changed without entering joint config"]),
    ("already joint", &["config is already joint", "can't apply simple config change in joint config"]),
    ("not joint", &["can't leave a non-joint config"]),
];

const fn refusal(error: ChangeError) -> &'static str {
    match error {
        ChangeError::NoVotersLeft => "no voters left",
        ChangeError::NeedsJoint { .. } => "needs joint",
        ChangeError::AlreadyJoint => "already joint",
        ChangeError::NotJoint => "not joint",
        _ => "a refusal that this runner does not know",
    }
}

/// A server that has just been elected in `membership`, by the votes of all.
fn leader(membership: &Membership) -> Result<Node, String> {
    let id = *membership.voters().first().ok_or("nobody can lead")?;
    let config = Config::new(Settings { no_op_on_election: false, ..Settings::plain() }).map_err(|e| e.to_string())?;
    let now = Instant::ZERO;
    let node = Node::start(id, config, DurableState::new(membership.clone()), Boot(1), now);
    let mut node = node.map_err(|error| error.to_string())?;
    node.campaign(now).map_err(|error| error.to_string())?;
    for from in membership.all().into_iter().filter(|&other| other != id) {
        let reply = VoteReply { pre_vote: false, granted: true, commit: EntryId::ZERO };
        let message = Message { from, to: id, term: node.hard_state().term, body: Body::VoteReply(reply) };
        node.receive(now, message).map_err(|error| error.to_string())?;
    }
    while let Some(output) = node.poll() {
        if let Output::Persist(Persist { id, .. }) = output {
            node.persisted(now, id).map_err(|error| error.to_string())?;
            break;
        }
    }
    if node.role() == Role::Leader { Ok(node) } else { Err("all vote for it, and it does not lead".into()) }
}

pub(crate) fn run(membership: &mut Membership, directive: &Directive, report: &mut Report) -> Result<(), String> {
    let changes = changes(&directive.input)?;
    let changed = match directive.command.name.as_str() {
        "simple" => membership.simple(&changes),
        "enter-joint" => {
            let mut auto_leave = false;
            for arg in directive.command.args.iter() {
                match arg.key.as_str() {
                    "autoleave" => auto_leave = arg.one()?,
                    _ => return Err(directive.command.unknown(arg)),
                }
            }
            membership.enter_joint(&changes, auto_leave)
        }
        "leave-joint" if changes.is_empty() => membership.leave_joint(),
        "leave-joint" => {
            let (line, said) = directive.expected.first().ok_or("nothing is expected")?;
            report.check(*line, "the refusal", said.as_str(), "this command takes no input");
            return Ok(());
        }
        other => return Err(format!("there is no directive `{other}` in this kind of script")),
    };
    let ((line, first), peers) = directive.expected.split_first().ok_or("nothing is expected")?;
    let said = REFUSALS.iter().find(|(_, texts)| texts.contains(&first.trim())).map(|(name, _)| *name);
    match (changed, said) {
        (Err(error), _) => report.check(*line, "the refusal", said.unwrap_or(first), refusal(error)),
        (Ok(_), Some(said)) => report.check(*line, "the refusal", said, "nothing"),
        (Ok(next), None) => {
            report.check(*line, "the configuration", Shape::read(first)?, Shape::from(&next));
            let leader = leader(&next)?;
            let mut named = Vec::new();
            for (line, peer) in peers {
                let (id, progress) = peer.split_once(':').ok_or_else(|| format!("`{peer}` is not a server"))?;
                let id = NodeId(number(id.trim())?);
                let learner = progress.split_whitespace().any(|word| word == "learner");
                report.check(*line, "whether it is a learner", learner, next.is_learner(id));
                // Theirs keeps a progress of the leader itself, too; ours knows its own log.
                if let Some(found) = leader.followers().iter().find(|follower| follower.id() == id) {
                    let fresh = found.state() == ProgressState::Probe { waiting: false };
                    let ours = format!("{} match={}", if fresh { "StateProbe" } else { "other" }, found.matched());
                    let words: Vec<_> = progress.split_whitespace().take(2).collect();
                    report.check(*line, "the progress", words.join(" "), ours);
                }
                named.push(id.0);
            }
            let followers = leader.followers().iter().map(|follower| follower.id().0);
            let mut all: Vec<_> = followers.chain([leader.id().0]).collect();
            all.sort_unstable();
            report.check(*line, "who is replicated to", format!("{named:?}"), format!("{all:?}"));
            *membership = next;
        }
    }
    Ok(())
}
