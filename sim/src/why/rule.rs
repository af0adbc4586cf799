//! How a rule came to be broken.

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::{Mistake, NodeId};

use super::look::{Look, commanded};
use super::words::subject;
use super::{CAUSES_MAX, Cause, NotSo, Thing};
use crate::command::Command;
use crate::story::{is_fault, with_requests};

pub(super) fn broken(look: &Look<'_>, number: u32) -> Result<Vec<Cause>, NotSo> {
    let given = Thing::Violation(number);
    let found = usize::try_from(number).ok().and_then(|number| look.view.violations.get(number));
    let Some(violation) = found else { return Err(NotSo::Unknown { given }) };
    let about = violation.servers.first().map_or(Thing::Cluster, |server| Thing::Server(*server));
    let words = format!(
        "{} is broken: {} ({}).",
        violation.rule.name(),
        with_requests(violation.story.trim_end_matches('.'), &look.view.requests),
        violation.rule.source()
    );
    let after = look.record(violation.after);
    let mut causes = [Cause::new(words, about).when(after.as_ref())].to_vec();
    let mut faults: Vec<Cause> = Vec::new();
    let mut end = violation.after;
    while let Some(fault) = look.last_before(end, &|record| commanded(record).is_some_and(is_fault)) {
        faults.push(look.told(&fault));
        end = fault.id;
        if faults.len() == FAULTS {
            break;
        }
    }
    // What somebody broke on purpose is why it could be at all.
    causes.extend(on_purpose(look));
    let chain = look.chain(violation.after);
    let room = CAUSES_MAX.saturating_sub(causes.len() + faults.len().min(FAULTS));
    causes.extend(chain.iter().take(room).map(|record| look.told(record)));
    causes.extend(faults);
    Ok(causes)
}

/// The rule that servers break on purpose; of several, the first.
fn on_purpose(look: &Look<'_>) -> Option<Cause> {
    let makes = |id: NodeId, mistake| look.timeline.world().settings(id).is_some_and(|own| own.mistakes.has(mistake));
    let all = || look.view.servers.iter().map(|server| server.id);
    let mistake = Mistake::ALL.into_iter().find(|mistake| all().any(|id| makes(id, *mistake)))?;
    let who: Vec<NodeId> = all().filter(|id| makes(*id, mistake)).collect();
    let asked =
        look.done(&|command| matches!(command, Command::MakeMistakes { mistakes, .. } if mistakes.has(mistake)));
    let words = format!("{} a rule on purpose. {}", subject(&who, "breaks", "break"), mistake.statement());
    Some(Cause::new(words, who.first().map_or(Thing::Cluster, |first| Thing::Server(*first))).when(asked.as_ref()))
}

/// The most faults that are told, the latest ones.
const FAULTS: usize = 2;
