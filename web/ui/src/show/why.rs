//! Questions about what is on the page, and where their answers lead.

use raftarium_sim::core::{Event, Role};
use raftarium_sim::why::{Asks, Question, Thing, questions};
use raftarium_sim::{Answer, Happening, Record, RequestId, View};

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

/// What can be asked about something that happened, at its moment; nothing of what nobody would ask.
pub(crate) fn of_record(record: &Record) -> Option<Question> {
    let (asks, about) = match &record.what {
        Happening::Node { server, event: Event::Truncated { first, .. } } => {
            (Asks::Gone, Thing::Entry { server: *server, index: *first })
        }
        Happening::Node { server, event } => (of_event(event)?, Thing::Server(*server)),
        Happening::Crashed { server, .. }
        | Happening::StartRefused { server, .. }
        | Happening::StartImpossible { server, .. } => (Asks::Down, Thing::Server(*server)),
        Happening::Lost { packet, .. } => (Asks::Lost, Thing::Packet(*packet)),
        Happening::Sent { packet, .. } | Happening::Delivered { packet, .. } => (Asks::Sent, Thing::Packet(*packet)),
        Happening::TimedOut { request, .. } => (Asks::Unanswered, Thing::Request(*request)),
        Happening::Answered { request, answer, .. } if !succeeded(answer) => (Asks::Refused, Thing::Request(*request)),
        Happening::Answered { .. }
        | Happening::Commanded(_)
        | Happening::CommandRefused { .. }
        | Happening::Started { .. }
        | Happening::TornWriteDropped { .. }
        | Happening::DiskFull { .. }
        | Happening::Doubled { .. }
        | Happening::Rejected { .. }
        | Happening::TimerFired { .. }
        | Happening::WriteBegan { .. }
        | Happening::WriteDurable { .. }
        | Happening::SnapshotBegan { .. }
        | Happening::SnapshotDurable { .. }
        | Happening::Applied { .. }
        | Happening::Retried { .. }
        | Happening::Asked { .. }
        | Happening::SessionOpened { .. }
        | Happening::Violated(_) => return None,
    };
    Some(Question { asks, about })
}

const fn succeeded(answer: &Answer) -> bool {
    matches!(answer, Answer::Committed { .. } | Answer::Read { .. } | Answer::Opened { .. })
}

/// What can be asked of a server that has just done or decided this.
const fn of_event(event: &Event) -> Option<Asks> {
    if matches!(event, Event::BecameLeader { .. }) {
        Some(Asks::Leads)
    } else if matches!(event, Event::ElectionStarted { .. } | Event::PreVoteStarted { .. }) {
        Some(Asks::Candidate)
    } else if matches!(event, Event::SteppedDown { was: Role::Leader, .. }) {
        Some(Asks::SteppedDown)
    } else if matches!(event, Event::VoteRefused { .. } | Event::VoteIgnored { .. }) {
        Some(Asks::VotedNo)
    } else {
        None
    }
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

    /// Whatever is offered beside an event has an answer where it happened.
    #[test]
    fn what_happened_can_be_asked_about_at_its_moment() {
        let mut timeline = fixture::settled(5);
        let leads = crate::show::names::leader(&timeline.view()).expect("a leader after a second").id;
        let op = || Op::Put { key: "x".into(), value: "1".into() };
        timeline.dispatch(Command::Partition { groups: vec![vec![leads]] }).expect("five servers");
        timeline.dispatch(fixture::request_to(ClientId(1), leads, op())).expect("the client is free");
        let other = NodeId(leads.0 % 5 + 1);
        timeline.dispatch(fixture::request_to(ClientId(2), other, op())).expect("the client is free");
        timeline.advance(std::time::Duration::from_secs(1));
        timeline.dispatch(Command::HealAll).expect("links are cut");
        timeline.advance(std::time::Duration::from_millis(500));
        timeline.dispatch(Command::Crash { server: other }).expect("it runs");
        let mut met: Vec<Asks> = Vec::new();
        for record in timeline.all_records().to_vec() {
            let Some(question) = of_record(&record).filter(|question| {
                // Of messages, of which there are many, some are enough.
                !matches!(question.asks, Asks::Sent | Asks::Lost) || record.id.0.is_multiple_of(16)
            }) else {
                continue;
            };
            timeline.seek_record(record.id).expect("it has happened");
            let answer = raftarium_sim::why::why(&timeline, question);
            assert!(answer.is_ok_and(|answer| !answer.causes.is_empty()), "{question} at {record:?}");
            if !met.contains(&question.asks) {
                met.push(question.asks);
            }
        }
        for asks in [Asks::Leads, Asks::Candidate, Asks::SteppedDown, Asks::Gone, Asks::Down, Asks::Refused, Asks::Sent]
        {
            assert!(met.contains(&asks), "{asks:?} of {met:?}");
        }
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
