//! What a state machine does wrong.

use raftarium_core::sessions::{Envelope, Request, Sequence, SessionId, Sessions, Verdict};
use raftarium_core::{Mistakes, Payload};

use super::{Told, cluster};

/// `incr` is committed, its answer is lost, and the client sends it again to the next leader.
pub(crate) fn an_answer_is_lost_and_the_client_asks_again_6_3(mistakes: Mistakes) -> Told {
    let mut cluster = cluster(3, mistakes, |_| {});
    cluster.elect(1);
    let bytes = |request: Request| Envelope::from(request).encode();
    let opened = cluster.step(1, |node, now| node.propose(now, bytes(Request::Open).into())).expect("the leader");
    cluster.deliver_all();
    let session = SessionId(opened.appended().expect("the leader").index);
    let (sequence, command) = (Sequence(1), "incr".into());
    let incr = Request::Command { session, sequence, answered_below: Sequence(0), command };
    for leader in [1, 2] {
        if leader == 2 {
            cluster.crash(1);
            cluster.elect(2);
        }
        cluster.step(leader, |node, now| node.propose(now, bytes(incr.clone()).into())).expect("the leader");
        cluster.deliver_all();
    }
    // What was committed in the first term is, with the second copy, committed in the second.
    let mut sessions = Sessions::default();
    sessions.make_mistakes(mistakes);
    let mut count = 0;
    for entry in &cluster.server(2).applied {
        let Payload::Command(bytes) = &entry.payload else { continue };
        let envelope = Envelope::decode(bytes.clone()).expect("it was encoded");
        if let Ok(Verdict::Fresh(command)) = sessions.apply(entry.id.index, &envelope) {
            count += 1;
            command.answer(count);
        }
    }
    let mut found = cluster.findings().to_vec();
    if count > 1 {
        found.push(format!("Applied Twice: the client asked to increment once, and the counter is {count}"));
    }
    Told { found, lives: count > 0 }
}
