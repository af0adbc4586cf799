//! Questions about what is on the page, and where their answers lead.

use raftarium_sim::why::{Asks, Question, Thing, questions};
use raftarium_sim::{RequestId, View};

use crate::show::verbs::Subject;
use crate::state::{Entry, Selection};

/// A question about something on the page; nothing, if it has nothing of that kind.
pub(crate) fn question(view: &View, asks: Asks, subject: Subject) -> Option<Question> {
    let about = match subject {
        Subject::Cluster if asks == Asks::Broken => Thing::Violation(0),
        Subject::Cluster => Thing::Cluster,
        Subject::Server(id) => Thing::Server(id),
        // What does not pass one way is asked about; if that is both, the way there.
        Subject::Link(a, b) => {
            let there = Thing::Link { from: a, to: b };
            if questions(view, there).is_empty() { Thing::Link { from: b, to: a } } else { there }
        }
        Subject::Packet(id) => Thing::Packet(id),
        Subject::Entry(Entry { server, index }) => Thing::Entry { server, index },
        Subject::Client(id) => {
            let its = view.requests.iter().rev().filter(|request| request.client == id);
            let mut its = its.map(|request| Thing::Request(request.id));
            its.find(|about| questions(view, *about).contains(&asks))?
        }
    };
    Some(Question { asks, about })
}

/// Whether it is worth asking. Of what only the trace knows, it may be.
pub(crate) fn fits(view: &View, asks: Asks, subject: Subject) -> bool {
    let Some(Question { about, .. }) = question(view, asks, subject) else { return false };
    match asks {
        Asks::SteppedDown => !questions(view, about).contains(&Asks::Leads),
        Asks::VotedNo => true,
        Asks::NoLeader
        | Asks::NotLeader
        | Asks::NotCandidate
        | Asks::Leads
        | Asks::Candidate
        | Asks::Down
        | Asks::Lags
        | Asks::NotCommitted
        | Asks::NotApplied
        | Asks::NotDurable
        | Asks::Gone
        | Asks::Sent
        | Asks::Lost
        | Asks::Held
        | Asks::Unanswered
        | Asks::Refused
        | Asks::Broken
        | Asks::Blocked => questions(view, about).contains(&asks),
    }
}

/// What can be asked about a request.
pub(crate) fn of_request(view: &View, id: RequestId) -> Option<Question> {
    let about = Thing::Request(id);
    questions(view, about).first().map(|&asks| Question { asks, about })
}

/// What is selected where a cause is looked at; nothing of it, if it has no place on the page.
pub(crate) fn selection(view: &View, about: Thing) -> Option<Selection> {
    let known = |id| view.servers.iter().any(|server| server.id == id);
    match about {
        Thing::Server(id) if known(id) => Some(Selection::Server(id)),
        Thing::Link { from, to } if known(from) && known(to) => Some(Selection::link(from, to)),
        Thing::Entry { server, index } if known(server) => Some(Selection::Entry(Entry { server, index })),
        Thing::Packet(id) => {
            view.packets.iter().find(|packet| packet.id == id).map(|packet| Selection::Packet(*packet))
        }
        Thing::Cluster => Some(Selection::Nothing),
        Thing::Server(_) | Thing::Link { .. } | Thing::Entry { .. } | Thing::Request(_) | Thing::Violation(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use raftarium_sim::core::{LogIndex, NodeId};
    use raftarium_sim::{ClientId, Command, Op};

    use super::*;
    use crate::show::fixture;

    #[test]
    fn a_question_is_about_what_it_stands_on() {
        let mut timeline = fixture::settled(3);
        let (from, to) = (NodeId(2), NodeId(1));
        timeline.dispatch(Command::Cut { from, to, both: false }).expect("two servers");
        let op = Op::Get { key: "x".into() };
        timeline.dispatch(fixture::request(ClientId(1), op)).expect("the client is free");
        let view = timeline.view();
        let about = |asks, subject| question(&view, asks, subject).map(|question| question.about);
        let link = Subject::link(from, to);
        assert_eq!(about(Asks::Blocked, link), Some(Thing::Link { from, to }), "the way that is cut");
        assert!(fits(&view, Asks::Blocked, link));
        assert!(!fits(&view, Asks::Blocked, Subject::link(to, NodeId(3))));
        assert_eq!(about(Asks::Unanswered, Subject::Client(ClientId(1))), Some(Thing::Request(RequestId(0))));
        assert_eq!(about(Asks::Unanswered, Subject::Client(ClientId(2))), None, "it has asked nothing");
        let entry = |index| Subject::Entry(Entry { server: to, index: LogIndex(index) });
        assert!(fits(&view, Asks::Gone, entry(9)) && !fits(&view, Asks::Gone, entry(1)));
    }

    #[test]
    fn a_cause_leads_to_what_is_on_the_page() {
        let view = fixture::settled(3).view();
        assert_eq!(selection(&view, Thing::Server(NodeId(2))), Some(Selection::Server(NodeId(2))));
        assert_eq!(selection(&view, Thing::Server(NodeId(9))), None, "it is not there yet");
        let link = Thing::Link { from: NodeId(3), to: NodeId(1) };
        assert_eq!(selection(&view, link), Some(Selection::link(NodeId(1), NodeId(3))));
        assert_eq!(selection(&view, Thing::Cluster), Some(Selection::Nothing));
    }
}
