//! The history of the clients, one lane each: when a request was made, and when its answer came.

use raftarium_sim::core::{Instant, Term};
use raftarium_sim::{Answer, ClientId, Request, RequestId, RequestStatus};

use super::request::{Standing, heard, standing};

/// How much time a lane shows, in microseconds.
pub(crate) const SPAN: u64 = 2_000_000;

/// One request in a lane.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) id: RequestId,
    pub(crate) label: String,
    /// Where it begins, in percent of the lane.
    pub(crate) from: f64,
    /// How long it is, in percent of the lane.
    pub(crate) width: f64,
    pub(crate) standing: Standing,
    /// The term of its entry, if it was committed.
    pub(crate) term: Option<Term>,
    pub(crate) room: Room,
}

/// Where there is room for a bar's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    Inside,
    /// To the right of the bar.
    Beside,
    /// To the left of it.
    Before,
    Nowhere,
}

/// How much room a character of a label needs, in percent of a lane that is `narrow`, as on a phone, or not.
const fn character(narrow: bool) -> f64 {
    if narrow { 2.9 } else { 1.4 }
}

/// The moments that the lanes show at `now`: the beginning, and then the last [`SPAN`].
pub(crate) fn shown(now: Instant) -> (Instant, Instant) {
    let end = now.as_micros().max(SPAN);
    (Instant::from_micros(end - SPAN), Instant::from_micros(end))
}

/// The requests of one client that are in sight at `now`, in a lane that is `narrow` or not.
pub(crate) fn bars(requests: &[Request], client: ClientId, now: Instant, narrow: bool) -> Vec<Bar> {
    let (start, end) = shown(now);
    let percent = |at: Instant| at.clamp(start, end).since(start).as_micros() as f64 / SPAN as f64 * 100.0;
    let bar = |request: &Request| {
        let until = match request.status {
            RequestStatus::Waiting => now,
            RequestStatus::Unknown { at } | RequestStatus::Answered { at, .. } => at,
        };
        if until < start {
            return None;
        }
        let from = percent(request.asked);
        Some(Bar {
            id: request.id,
            label: heard(request),
            from,
            width: percent(until) - from,
            standing: standing(request),
            term: match &request.status {
                RequestStatus::Answered { answer: Answer::Committed { entry, .. }, .. } => Some(entry.term),
                RequestStatus::Waiting | RequestStatus::Unknown { .. } | RequestStatus::Answered { .. } => None,
            },
            room: Room::Nowhere,
        })
    };
    let mut bars: Vec<Bar> = requests.iter().filter(|request| request.client == client).filter_map(bar).collect();
    let mut next = 100.0;
    for at in (0..bars.len()).rev() {
        let last = at + 1 == bars.len();
        let before = at.checked_sub(1).map_or(0.0, |at| bars[at].from + bars[at].width);
        let bar = &mut bars[at];
        let end = bar.from + bar.width;
        let label = bar.label.chars().count() as f64 * character(narrow) + 1.0;
        if bar.width >= label {
            bar.room = Room::Inside;
        } else if next - end >= label {
            bar.room = Room::Beside;
        } else if last && bar.from - before >= label * 2.0 {
            // The one before it may have its label there, too.
            bar.room = Room::Before;
        }
        next = bar.from;
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_sim::Op;
    use raftarium_sim::core::NodeId;

    fn request(asked_ms: u64, status: RequestStatus) -> Request {
        Request {
            id: RequestId(0),
            client: ClientId(1),
            op: Op::Get { key: "x".into() },
            server: NodeId(1),
            direct: false,
            session: None,
            sequence: None,
            tries: 1,
            retries: 0,
            in_doubt: false,
            asked: Instant::from_millis(asked_ms),
            status,
        }
    }

    #[test]
    fn a_bar_lasts_from_the_call_to_the_answer() {
        let requests = [
            request(200, RequestStatus::Unknown { at: Instant::from_millis(900) }),
            request(1_500, RequestStatus::Waiting),
        ];
        let now = Instant::from_millis(3_000);
        let bars = bars(&requests, ClientId(1), now, false);
        assert_eq!(bars.len(), 1, "the first is out of sight");
        assert_eq!(bars[0].room, Room::Inside);
        assert!((bars[0].from - 25.0).abs() < 1e-9 && (bars[0].width - 75.0).abs() < 1e-9);
    }

    #[test]
    fn a_label_goes_where_there_is_room() {
        let done = |asked_ms| request(asked_ms, RequestStatus::Unknown { at: Instant::from_millis(asked_ms + 40) });
        let requests = [done(100), done(160), done(1_940)];
        let rooms = bars(&requests, ClientId(1), Instant::from_millis(2_000), false)
            .iter()
            .map(|bar| bar.room)
            .collect::<Vec<_>>();
        assert_eq!(rooms, [Room::Nowhere, Room::Beside, Room::Before]);
    }
}
