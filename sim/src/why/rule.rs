//! How a rule came to be broken.

use alloc::format;
use alloc::vec::Vec;

use super::look::{Look, commanded};
use super::{CAUSES_MAX, Cause, NotSo, Thing};
use crate::story::is_fault;

pub(super) fn broken(look: &Look<'_>, number: u32) -> Result<Vec<Cause>, NotSo> {
    let given = Thing::Violation(number);
    let found = usize::try_from(number).ok().and_then(|number| look.view.violations.get(number));
    let Some(violation) = found else { return Err(NotSo::Unknown { given }) };
    let about = violation.servers.first().map_or(Thing::Cluster, |server| Thing::Server(*server));
    let words = format!(
        "{} is broken: {} ({}).",
        violation.rule.name(),
        violation.story.trim_end_matches('.'),
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
    let chain = look.chain(violation.after);
    let room = CAUSES_MAX - 1 - faults.len().min(FAULTS);
    causes.extend(chain.iter().take(room).map(|record| look.told(record)));
    causes.extend(faults);
    if causes.len() < CAUSES_MAX && !look.timeline.setup().raft.mistakes.is_empty() {
        causes.push(Cause::new("The servers break a rule on purpose: see the settings.", Thing::Cluster));
    }
    Ok(causes)
}

/// The most faults that are told, the latest ones.
const FAULTS: usize = 2;
