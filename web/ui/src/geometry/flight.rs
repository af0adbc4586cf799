//! Where a packet is: a pure function of the moment and of when it was sent, arrives and was lost.

use raftarium_sim::PacketView;
use raftarium_sim::core::Instant;

use super::{Point, between_rims};

/// A packet that is lost as it leaves is still seen to leave: it stops this far along.
const SEEN_BEFORE_LOST: f64 = 0.2;
/// Packets keep to their right, so that those that meet can be told apart.
const ASIDE: f64 = 6.0;

/// How a packet looks at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Flight {
    pub(crate) place: Point,
    /// Which way it goes, as a vector of length 1.
    pub(crate) heading: Point,
    /// Whether it has stopped for good.
    pub(crate) lost: bool,
    /// From 1, there, to 0, gone.
    pub(crate) strength: f64,
    /// From where to where.
    pub(crate) way: (Point, Point),
}

/// Where a packet is seen that does not travel: at first where it left, then where it arrives.
const LEFT: f64 = 0.14;
const ARRIVES: f64 = 0.86;

/// How far along `packet` is at `now`, from 0 to 1, whether it has stopped, and how strongly it is seen; nothing if it
/// is not under way.
pub(crate) fn progress(packet: &PacketView, now: Instant) -> Option<(f64, bool, f64)> {
    let now = packet.held.unwrap_or(now);
    if now < packet.sent || now >= packet.arrives {
        return None;
    }
    let whole = packet.arrives.since(packet.sent).as_micros().max(1) as f64;
    let part = |at: Instant| (at.since(packet.sent).as_micros() as f64 / whole).min(1.0);
    let along = part(now);
    let Some(stop) = packet.lost.map(|lost| part(lost).max(SEEN_BEFORE_LOST)) else {
        return Some((along, false, 1.0));
    };
    if along < stop {
        return Some((along, false, 1.0));
    }
    let fading = if stop < 1.0 { (along - stop) / (1.0 - stop) } else { 1.0 };
    Some((stop, true, 1.0 - fading))
}

/// Where `packet` is at `now`, on its way between two discs. For those who want no motion it stands `still`, first at one end
/// and then at the other.
pub(crate) fn flight(
    packet: &PacketView,
    now: Instant,
    from: (Point, f64),
    to: (Point, f64),
    still: bool,
) -> Option<Flight> {
    let (along, lost, strength) = progress(packet, now)?;
    let along = match (still && !lost, along < 0.5) {
        (false, _) => along,
        (true, true) => LEFT,
        (true, false) => ARRIVES,
    };
    let (start, end) = between_rims(from.0, from.1, to.0, to.1);
    let heading = start.direction(end);
    let aside = Point::new(-heading.y, heading.x);
    let way = (start.along(aside, ASIDE), end.along(aside, ASIDE));
    Some(Flight { place: way.0.toward(way.1, along), heading, lost, strength, way })
}

#[cfg(test)]
mod tests {
    use super::*;
    use raftarium_sim::core::NodeId;
    use raftarium_sim::{Address, Glimpse, PacketId, PacketKind};

    fn packet(lost: Option<u64>) -> PacketView {
        PacketView {
            id: PacketId(1),
            from: Address::Server(NodeId(1)),
            to: Address::Server(NodeId(2)),
            sent: Instant::from_micros(1_000),
            arrives: Instant::from_micros(2_000),
            lost: lost.map(Instant::from_micros),
            held: None,
            what: Glimpse { kind: PacketKind::Heartbeat, term: None },
        }
    }

    #[test]
    fn the_way_is_a_function_of_the_moment() {
        let cases = [
            (None, 999, None),
            (None, 1_000, Some((0.0, false, 1.0))),
            (None, 1_500, Some((0.5, false, 1.0))),
            (None, 2_000, None),
            (Some(1_000), 1_100, Some((0.1, false, 1.0))),
            (Some(1_000), 1_200, Some((0.2, true, 1.0))),
            (Some(1_000), 1_600, Some((0.2, true, 0.5))),
            (Some(1_500), 1_400, Some((0.4, false, 1.0))),
            (Some(1_500), 1_750, Some((0.5, true, 0.5))),
        ];
        for (lost, now, expected) in cases {
            assert_eq!(progress(&packet(lost), Instant::from_micros(now)), expected, "lost {lost:?}, at {now}");
        }
    }

    #[test]
    fn there_and_back_do_not_meet() {
        let (a, b) = ((Point::new(0.0, 0.0), 10.0), (Point::new(100.0, 0.0), 10.0));
        let now = Instant::from_micros(1_500);
        let there = flight(&packet(None), now, a, b, false).expect("under way");
        let back = flight(&packet(None), now, b, a, false).expect("under way");
        assert_eq!(there.place, Point::new(50.0, ASIDE));
        assert_eq!(back.place, Point::new(50.0, -ASIDE));
    }

    #[test]
    fn what_does_not_travel_is_seen_where_it_left_and_then_where_it_arrives() {
        let (a, b) = ((Point::new(0.0, 0.0), 10.0), (Point::new(110.0, 0.0), 0.0));
        let at = |lost, now| flight(&packet(lost), Instant::from_micros(now), a, b, true).expect("under way").place.x;
        let places: std::collections::BTreeSet<i64> = (1_000..2_000).map(|now| at(None, now) as i64).collect();
        assert_eq!(places.into_iter().collect::<Vec<_>>(), [24, 96]);
        // One that is lost stops where it is lost, and nowhere after.
        assert_eq!((at(Some(1_400), 1_100), at(Some(1_400), 1_400), at(Some(1_400), 1_900)), (24.0, 50.0, 50.0));
    }
}
