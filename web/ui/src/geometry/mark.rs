//! Where the messages are, and which of them a pointer means.

use raftarium_sim::core::Instant;
use raftarium_sim::{Address, PacketView, View};

use super::Point;
use super::flight::{Flight, flight};
use super::ring::{CLIENT_HALF, Ring};

/// A message that is seen at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mark<'a> {
    pub(crate) packet: &'a PacketView,
    pub(crate) flight: Flight,
}

/// The messages that are under way at `now`, or seen to be lost.
pub(crate) fn marks<'a>(view: &'a View, ring: &'a Ring, now: Instant) -> impl Iterator<Item = Mark<'a>> {
    view.packets.iter().filter_map(move |packet| {
        let flight = flight(packet, now, end(ring, packet.from)?, end(ring, packet.to)?, ring.still)?;
        Some(Mark { packet, flight })
    })
}

/// The message nearest to `point`, if there is one within `reach`.
pub(crate) fn nearest<'a>(marks: impl Iterator<Item = Mark<'a>>, point: Point, reach: f64) -> Option<&'a PacketView> {
    let near = marks.map(|mark| (mark.flight.place.distance(point), mark.packet)).filter(|(far, _)| *far <= reach);
    near.min_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, packet)| packet)
}

/// Where a message starts or ends: a place, and how far from it.
fn end(ring: &Ring, address: Address) -> Option<(Point, f64)> {
    let place = |places: &[Point], id: u64| places.get(usize::try_from(id).ok()?.checked_sub(1)?).copied();
    match address {
        Address::Server(id) => Some((place(&ring.servers, id.0)?, ring.radius + ring.arc() - 1.0)),
        Address::Client(id) => Some((place(&ring.clients, id.0.into())?, CLIENT_HALF.1 + 4.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;
    use crate::show::fixture;

    #[test]
    fn a_pointer_means_the_nearest_message_and_none_that_is_far() {
        let mut timeline = fixture::settled(51);
        while timeline.view().packets.is_empty() {
            assert!(timeline.step_forward());
        }
        let (view, ring) = (timeline.view(), Ring::new(Size { width: 545.0, height: 600.0 }, 51, 3));
        let all: Vec<Mark<'_>> = marks(&view, &ring, view.now).collect();
        assert!(!all.is_empty());
        for mark in &all {
            let found = nearest(all.iter().copied(), mark.flight.place, 10.0).expect("there is one right here");
            let at = all.iter().find(|other| other.packet.id == found.id).expect("it is one of them");
            assert_eq!(at.flight.place, mark.flight.place);
        }
        assert_eq!(nearest(all.iter().copied(), Point::new(-500.0, -500.0), 10.0), None);
    }
}
