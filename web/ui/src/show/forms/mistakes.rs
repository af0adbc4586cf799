//! Rules that are broken on purpose, by what comes of it.

use raftarium_sim::core::{Harm, Mistake, Mistakes, NodeId};
use raftarium_sim::{Command, View, World};

use super::field::{Field, Filled};
use super::those;

pub(super) const ABOUT: &str =
    "Each was made in a real implementation. What is broken holds from now on; what was done before stays as it is.";

/// Those that do the same harm stand together, in the order of the harms.
const HARMS: [(Harm, &str); 7] = [
    (Harm::ElectionSafety, "Two leaders in one term"),
    (Harm::LeaderCompleteness, "What was committed is lost"),
    (Harm::StateMachineSafety, "Two servers apply different things"),
    (Harm::OneChangeAtATime, "Two changes of the membership at once"),
    (Harm::StaleRead, "A read sees what is old"),
    (Harm::AppliedTwice, "A command takes effect twice"),
    (Harm::Availability, "Something never happens"),
];

pub(super) fn fields(server: Option<NodeId>, view: &View, world: &World) -> Vec<Field> {
    let made = |mistake: Mistake| {
        those(server, view)
            .into_iter()
            .all(|id| world.settings(id).is_some_and(|settings| settings.mistakes.has(mistake)))
    };
    let with_harm = |(harm, heading): (Harm, &'static str)| {
        let its = Mistake::ALL.into_iter().filter(move |mistake| mistake.harm() == harm);
        its.enumerate().map(move |(at, mistake)| {
            let field = Field::flag(mistake.name(), mistake.statement(), made(mistake)).with_help(&format!(
                "The rule: {} ({})",
                mistake.rule(),
                mistake.section()
            ));
            if at == 0 { field.under(heading) } else { field }
        })
    };
    HARMS.into_iter().flat_map(with_harm).collect()
}

pub(super) fn commands(server: Option<NodeId>, view: &View, filled: &Filled<'_>) -> Vec<Command> {
    let mistakes: Mistakes = Mistake::ALL.into_iter().filter(|mistake| filled.is_on(mistake.name())).collect();
    those(server, view).into_iter().map(|server| Command::MakeMistakes { server, mistakes }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use crate::show::forms::Value;

    #[test]
    fn all_mistakes_are_listed_once_and_made_if_they_are_chosen() {
        let timeline = fixture::settled(3);
        let view = timeline.view();
        let mut all = fields(None, &view, timeline.world());
        assert_eq!(all.len(), Mistake::ALL.len());
        assert!(
            commands(None, &view, &Filled(&all))
                .iter()
                .all(|command| matches!(command, Command::MakeMistakes { mistakes, .. } if mistakes.is_empty()))
        );
        let field = all.iter_mut().find(|field| field.id == "skip-up-to-date-check").expect("it is listed");
        field.value = Value::Flag(true);
        let mistakes = Mistakes::from(Mistake::SkipUpToDateCheck);
        assert_eq!(
            commands(Some(NodeId(2)), &view, &Filled(&all)),
            [Command::MakeMistakes { server: NodeId(2), mistakes }]
        );
    }
}
