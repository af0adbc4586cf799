//! The first minute: six things to do, each at its place on the page.

use raftarium_sim::core::NodeId;
use raftarium_sim::{Request, View};

use super::names;
use super::request::{Standing, standing, status};

/// A step of the tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Watch,
    Crash,
    Put,
    Cut,
    Back,
    Onward,
}

/// What a step is judged by.
pub(crate) struct Seen<'a> {
    pub(crate) view: &'a View,
    /// Whether we look at the past.
    pub(crate) past: bool,
}

impl Step {
    pub(crate) const ALL: [Self; 6] = [Self::Watch, Self::Crash, Self::Put, Self::Cut, Self::Back, Self::Onward];

    /// From 1.
    pub(crate) const fn number(self) -> usize {
        self as usize + 1
    }

    pub(crate) fn next(self) -> Option<Self> {
        Self::ALL.get(self.number()).copied()
    }

    /// What the style sheet calls it, to light its place.
    pub(crate) const fn mark(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::Crash => "crash",
            Self::Put => "put",
            Self::Cut => "cut",
            Self::Back => "back",
            Self::Onward => "onward",
        }
    }

    /// The element that has to be in sight.
    pub(crate) const fn place(self) -> &'static str {
        match self {
            Self::Watch | Self::Crash | Self::Cut | Self::Onward => "cluster",
            Self::Put => "clients",
            Self::Back => "time",
        }
    }

    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Watch => "Watch an election",
            Self::Crash => "Crash the leader",
            Self::Put => "Put a value",
            Self::Cut => "Cut a link",
            Self::Back => "Go back in time",
            Self::Onward => "Now it is yours",
        }
    }

    /// What to do.
    pub(crate) const fn says(self) -> &'static str {
        match self {
            Self::Watch => {
                "Nobody leads yet. The arc round a server is its patience: whose runs out first asks the others for their votes."
            }
            Self::Crash => "Press the server with the thick ring, then Crash. With keys: its number, then c.",
            Self::Put => "Press Send, under Clients.",
            Self::Cut => "Press a line between two servers.",
            Self::Back => "Drag the blue knob of the time bar to the left. With keys: ←, one event at a time.",
            Self::Onward => {
                "Do… finds everything that can be done. ? lists the keys. The right button, or a finger that stays, shows what a thing can do."
            }
        }
    }

    /// What came of it, once it was done.
    pub(crate) fn done(self, seen: &Seen<'_>) -> Option<String> {
        let Seen { view, past } = seen;
        match self {
            Self::Watch => names::leader(view)
                .map(|leader| format!("{} has a majority of the votes, and leads: the thick ring.", leader.id)),
            Self::Crash => {
                down(view).map(|id| format!("{id} is down. Nobody hears from it, and soon another wants to lead."))
            }
            Self::Put => view.requests.last().map(|asked| put(view, asked)),
            Self::Cut => (!view.cuts.is_empty())
                .then(|| "What is sent along it is lost now: the crosses. Press again to mend it.".to_owned()),
            Self::Back => {
                past.then(|| "The same run, earlier. Do something here, and another future begins.".to_owned())
            }
            Self::Onward => None,
        }
    }
}

/// What becomes of what was put: the leader may have been crashed a step before.
fn put(view: &View, asked: &Request) -> String {
    let client = asked.client;
    match standing(asked) {
        Standing::Done => format!("It is committed: solid, on a majority. {client} has its answer."),
        Standing::Waiting if names::leader(view).is_none() => {
            format!("Nobody leads now, so {client} waits. The others will elect a leader.")
        }
        Standing::Waiting => "The leader copies it to the others: dashed, then solid once it is committed.".to_owned(),
        Standing::Refused | Standing::Unknown => {
            format!("{client} learns: {}. Send again, once somebody leads.", status(asked))
        }
    }
}

/// A server that is down.
fn down(view: &View) -> Option<NodeId> {
    view.servers.iter().find(|server| server.role.is_none()).map(|server| server.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::core::Instant;
    use raftarium_sim::{ClientId, Command, Op, Timeline};

    fn done(step: Step, timeline: &Timeline) -> bool {
        step.done(&Seen { view: &timeline.view(), past: timeline.now() < timeline.end() }).is_some()
    }

    #[test]
    fn each_step_is_done_when_it_was_done_and_not_before() {
        let mut timeline = fixture::timeline(5);
        assert!(!done(Step::Watch, &timeline));
        timeline.seek(Instant::from_millis(1_000));
        assert!(done(Step::Watch, &timeline));

        let op = Op::Put { key: "x".into(), value: "1".into() };
        let commands = [
            (Step::Put, Command::Request { client: ClientId(1), server: None, op }),
            (Step::Cut, Command::Cut { from: NodeId(1), to: NodeId(2), both: true }),
            (Step::Crash, Command::Crash { server: NodeId(3) }),
        ];
        for (step, command) in commands {
            assert!(!done(step, &timeline), "{step:?}");
            timeline.dispatch(command).expect("it can be done");
            assert!(done(step, &timeline), "{step:?}");
        }
        assert!(!done(Step::Back, &timeline));
        timeline.seek(Instant::from_millis(500));
        assert!(done(Step::Back, &timeline));
    }

    #[test]
    fn what_is_put_is_told_as_it_stands_leader_or_not() {
        let mut timeline = fixture::settled(3);
        let leads = names::leader(&timeline.view()).expect("a leader after a second").id;
        let op = Op::Put { key: "x".into(), value: "1".into() };
        timeline.dispatch(Command::Crash { server: leads }).expect("it runs");
        timeline.dispatch(Command::Request { client: ClientId(1), server: None, op }).expect("nobody waits");
        let told = |timeline: &Timeline| {
            Step::Put.done(&Seen { view: &timeline.view(), past: false }).expect("something was asked")
        };
        assert_eq!(told(&timeline), "Nobody leads now, so C1 waits. The others will elect a leader.");
        let mut all = vec![told(&timeline)];
        for _ in 0..400 {
            timeline.advance(std::time::Duration::from_millis(10));
            all.push(told(&timeline));
        }
        all.dedup();
        assert_eq!(all.last().map(String::as_str), Some("It is committed: solid, on a majority. C1 has its answer."));
        assert!(all.iter().any(|told| told.starts_with("The leader copies it")), "{all:?}");
    }

    #[test]
    fn it_is_read_in_under_a_minute() {
        // People read about four words in a second.
        let words =
            Step::ALL.map(|step| step.says().split_whitespace().count() + step.title().split_whitespace().count());
        assert!(words.iter().sum::<usize>() < 4 * 45, "{words:?}");
        assert!(Step::ALL.len() <= 6);
    }

    #[test]
    fn the_steps_follow_each_other_to_the_end() {
        let all: Vec<Step> = std::iter::successors(Some(Step::Watch), |step| step.next()).collect();
        assert_eq!(all, Step::ALL);
    }
}
