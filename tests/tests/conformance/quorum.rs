//! The kind `quorum`: tables of votes and of what each voter has.

use std::collections::BTreeMap;

use raftarium_core::quorum::{self, VoteResult};
use raftarium_core::{LogIndex, NodeId};

use crate::report::Report;
use crate::script::{Directive, number};

#[derive(Default)]
struct Table {
    voters: Vec<NodeId>,
    /// The other half, if the decision is joint; `zero` is a half without voters.
    joint: Option<Vec<NodeId>>,
    indexes: Vec<Option<u64>>,
    votes: Vec<Option<bool>>,
}

pub(crate) fn run(directive: &Directive, report: &mut Report) -> Result<(), String> {
    let table = Table::read(directive)?;
    let (line, said) = directive.expected.last().ok_or("nothing is expected")?;
    let said = said.trim().trim_start_matches("<empty majority quorum>");
    match directive.command.name.as_str() {
        "vote" => {
            let Some(votes) = table.by_voter(&table.votes) else { return mismatched(report, *line, said) };
            let result = |half: &[NodeId]| quorum::election(half, |voter| votes.get(&voter).copied());
            let (one, other) = (result(&table.voters), table.joint.as_deref().map_or(VoteResult::Won, result));
            report.check(*line, "the result", said, name(one.and(other)));
            report.check(*line, "the result with the halves exchanged", said, name(other.and(one)));
        }
        "committed" => {
            let Some(indexes) = table.by_voter(&table.indexes) else { return mismatched(report, *line, said) };
            let matched = |voter| LogIndex(indexes.get(&voter).copied().unwrap_or(0));
            let committed = |half: &[NodeId]| quorum::committed(half, matched, &mut Vec::new());
            let joint = table.joint.as_deref().map_or(LogIndex(u64::MAX), committed);
            let index = committed(&table.voters).min(joint);
            let said = if said == "∞" { u64::MAX } else { number(said)? };
            report.check(*line, "the index", said, index.0);
        }
        other => return Err(format!("there is no directive `{other}` in this kind of script")),
    }
    Ok(())
}

impl Table {
    fn read(directive: &Directive) -> Result<Self, String> {
        let mut table = Self::default();
        for arg in &directive.command.args {
            match arg.key.as_str() {
                "cfg" => table.voters = voters(arg.all()?),
                "cfgj" if arg.values == ["zero"] => table.joint = Some(Vec::new()),
                "cfgj" => table.joint = Some(voters(arg.all()?)),
                "idx" => {
                    let index = |text: &String| if text == "_" { Ok(None) } else { number(text).map(Some) };
                    table.indexes = arg.values.iter().map(index).collect::<Result<_, _>>()?;
                }
                "votes" => {
                    let vote = |text: &String| match text.as_str() {
                        "_" => Ok(None),
                        "y" => Ok(Some(true)),
                        "n" => Ok(Some(false)),
                        other => Err(format!("`{other}` is not a vote")),
                    };
                    table.votes = arg.values.iter().map(vote).collect::<Result<_, _>>()?;
                }
                _ => return Err(directive.command.unknown(arg)),
            }
        }
        Ok(table)
    }

    /// What is given for each voter: in the order in which they are named first. Nothing if the numbers differ.
    fn by_voter<T: Copy>(&self, given: &[Option<T>]) -> Option<BTreeMap<NodeId, T>> {
        let mut named: Vec<NodeId> = Vec::new();
        for &voter in self.voters.iter().chain(self.joint.iter().flatten()) {
            if !named.contains(&voter) {
                named.push(voter);
            }
        }
        let pair = |(voter, given): (NodeId, &Option<T>)| given.map(|given| (voter, given));
        (named.len() == given.len()).then(|| named.into_iter().zip(given).filter_map(pair).collect())
    }
}

/// The script's authors print an error of their own, and so do we.
fn mismatched(report: &mut Report, line: usize, said: &str) -> Result<(), String> {
    report.check(line, "refused for lack of values", said.starts_with("error: mismatched input"), true);
    Ok(())
}

fn voters(mut ids: Vec<u64>) -> Vec<NodeId> {
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(NodeId).collect()
}

const fn name(result: VoteResult) -> &'static str {
    match result {
        VoteResult::Won => "VoteWon",
        VoteResult::Lost => "VoteLost",
        VoteResult::Pending => "VotePending",
    }
}
