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
        Asks::VotedNo | Asks::Gone => true,
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
