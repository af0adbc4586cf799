//! The kind `confchange`: a configuration that becomes another, and what must be refused.

use raftarium_core::{ChangeError, Membership, NodeId};

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
            let mut named = Vec::new();
            for (line, peer) in peers {
                let (id, progress) = peer.split_once(':').ok_or_else(|| format!("`{peer}` is not a server"))?;
                let id = NodeId(number(id.trim())?);
                let learner = progress.split_whitespace().any(|word| word == "learner");
                report.check(*line, "whether it is a learner", learner, next.is_learner(id));
                named.push(id.0);
            }
            let all: Vec<_> = next.all().into_iter().map(|id| id.0).collect();
            report.check(*line, "who is replicated to", format!("{named:?}"), format!("{all:?}"));
            *membership = next;
        }
    }
    Ok(())
}
