//! Several changes of the membership in one step.

use raftarium_sim::core::{Change, NodeId, Transition};
use raftarium_sim::{Command, View};

use super::field::{Field, Filled};

pub(super) const ABOUT: &str = "It holds as soon as it is appended. Only a leader does what it is asked.";

const CHANGES: [(&str, &str); 4] =
    [("", "as it is"), ("voter", "a voter"), ("learner", "a learner"), ("out", "out of the cluster")];
const WAYS: [(&str, &str); 3] = [
    ("auto", "at once if one voter, else joint"),
    ("joint", "through a joint membership"),
    ("until", "joint until it is told to leave it"),
];

pub(super) fn fields(view: &View) -> Vec<Field> {
    let servers = view.servers.iter().map(|server| {
        let name = server.id.to_string();
        Field::choice(&name, &name, "", &CHANGES)
    });
    servers.chain([Field::choice("how", "How", "auto", &WAYS)]).collect()
}

pub(super) fn commands(server: NodeId, view: &View, filled: &Filled<'_>) -> Result<Vec<Command>, String> {
    let change = |id: NodeId| match filled.chosen(&id.to_string()) {
        "voter" => Some(Change::AddVoter(id)),
        "learner" => Some(Change::AddLearner(id)),
        "out" => Some(Change::Remove(id)),
        _ => None,
    };
    let changes: Vec<Change> = view.servers.iter().filter_map(|server| change(server.id)).collect();
    if changes.is_empty() {
        return Err("Nothing is to change; choose what at least one server becomes.".to_owned());
    }
    let how = match filled.chosen("how") {
        "joint" => Transition::Joint,
        "until" => Transition::JointUntilLeft,
        _ => Transition::Auto,
    };
    Ok(vec![Command::ChangeMembership { server, changes, how }])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use crate::show::forms::Value;

    #[test]
    fn only_what_is_chosen_changes() {
        let view = fixture::view(3);
        let mut all = fields(&view);
        assert!(commands(NodeId(1), &view, &Filled(&all)).is_err());
        for (at, choice) in [(1, "learner"), (2, "out"), (3, "until")] {
            if let Value::Choice { chosen, .. } = &mut all[at].value {
                choice.clone_into(chosen);
            }
        }
        let changes = vec![Change::AddLearner(NodeId(2)), Change::Remove(NodeId(3))];
        let command = Command::ChangeMembership { server: NodeId(1), changes, how: Transition::JointUntilLeft };
        assert_eq!(commands(NodeId(1), &view, &Filled(&all)), Ok(vec![command]));
    }
}
