//! What a cut network looks like: which servers still reach each other, the hull around them, the line between them.
//!
//! All of it is read off the view, never remembered, so that the past looks the same whenever it is seen.

use raftarium_sim::CutView;
use raftarium_sim::core::NodeId;

use super::ring::Ring;
use super::{Point, length, xy};

/// Servers that reach each other, perhaps through others, by their places in the ring.
pub(crate) type Group = Vec<usize>;

/// Whether nothing gets from `from` to `to`.
pub(crate) fn is_cut(cuts: &[CutView], from: NodeId, to: NodeId) -> bool {
    cuts.contains(&CutView { from, to })
}

/// The places in the ring after which another group begins; nothing if the groups do not lie side by side, so that no
/// line can part them.
pub(crate) fn borders(groups: &[Group], count: usize) -> Option<Vec<usize>> {
    if groups.len() < 2 {
        return None;
    }
    let group_of = |at: usize| groups.iter().position(|group| group.contains(&at));
    let borders: Vec<usize> = (0..count).filter(|&at| group_of(at) != group_of((at + 1) % count)).collect();
    (borders.len() == groups.len() || count == 2).then_some(borders)
}

/// The outline of a group: drawn with a broad, round stroke it is a hull.
pub(crate) fn hull(group: &[usize], ring: &Ring) -> String {
    let mut path = String::new();
    for (at, place) in group.iter().filter_map(|&at| ring.servers.get(at)).enumerate() {
        path.push_str(if at == 0 { "M" } else { "L" });
        path.push_str(&xy(*place));
    }
    // A single point has to be a line to be drawn at all.
    if let [only] = group
        && let Some(place) = ring.servers.get(*only)
    {
        path.push('L');
        path.push_str(&xy(*place));
    }
    path.push('Z');
    path
}

/// The line along which a network is cut, and where a handle for mending it goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CutLine {
    pub(crate) path: String,
    pub(crate) handle: Point,
}

/// The line through the gaps after the places `borders`.
pub(crate) fn cut_line(ring: &Ring, borders: &[usize]) -> Option<CutLine> {
    let centre = ring.centre;
    let count = ring.servers.len();
    if count == 2 {
        let (top, bottom) = (Point::new(centre.x, 30.0), Point::new(centre.x, ring.size.height - 30.0));
        return Some(CutLine { path: format!("M{}L{}", xy(top), xy(bottom)), handle: bottom });
    }
    let gap = |&at: &usize| Some(ring.servers.get(at)?.toward(*ring.servers.get((at + 1) % count)?, 0.5));
    let gaps: Vec<Point> = borders.iter().map(gap).collect::<Option<_>>()?;
    let ends: Vec<Point> = gaps.iter().map(|gap| to_edge(ring, *gap)).collect();
    let path = match (&gaps[..], &ends[..]) {
        ([a, b], [a_end, b_end]) => {
            format!("M{}L{}Q{} {}L{}", xy(*a_end), xy(*a), xy(centre), xy(*b), xy(*b_end))
        }
        _ => ends.iter().map(|end| format!("M{}L{}", xy(centre), xy(*end))).collect(),
    };
    // On the right, where the eye ends, but not on a client or on what is said beside it: there it slides down the line.
    let beside = |client: &Point, place: &Point| {
        let inward = if client.x < ring.centre.x { place.x - client.x } else { client.x - place.x };
        ring.is_upper(*client) && (place.y - client.y).abs() < 30.0 && (0.0..180.0).contains(&inward)
    };
    let in_the_way = |client: &Point, place: &Point| client.distance(*place) <= 60.0 || beside(client, place);
    let hides = |server: &Point, place: &Point| ring.many && server.distance(*place) < ring.radius + 26.0;
    let free = |place: &Point| {
        !ring.clients.iter().any(|client| in_the_way(client, place))
            && !ring.servers.iter().any(|server| hides(server, place))
    };
    let slide = |(end, gap): (&Point, &Point)| {
        // Where there are many, their discs reach the edge, and there is room in their middle only.
        let steps = if ring.many { 0..=40 } else { 0..=6 };
        let to = if ring.many { ring.centre } else { *gap };
        let parts = if ring.many { 40.0 } else { 10.0 };
        let places = steps.map(|step| end.toward(to, f64::from(step) / parts));
        places.into_iter().find(free).unwrap_or(*end)
    };
    let handles = ends.iter().zip(&gaps).map(slide);
    let handle = handles.max_by(|a, b| (a.x - a.y * 0.2).total_cmp(&(b.x - b.y * 0.2)))?;
    Some(CutLine { path, handle })
}

/// Where the ray from the centre through `point` leaves the picture, but for a margin.
fn to_edge(ring: &Ring, point: Point) -> Point {
    let centre = ring.centre;
    let (half_width, half_height) = (ring.size.width / 2.0 - 14.0, ring.size.height / 2.0 - 16.0);
    let (dx, dy) = (point.x - centre.x, point.y - centre.y);
    let stretch = (half_width / dx.abs().max(1e-9)).min(half_height / dy.abs().max(1e-9));
    let outward = ring.centre.distance(ring.servers.first().copied().unwrap_or(centre)) + 3.2 * ring.radius;
    let stretch = stretch.min(outward / length(dx, dy).max(1e-9));
    Point::new(centre.x + dx * stretch, centre.y + dy * stretch)
}

/// The servers on either side of the line through two places: those on its left, looking from `start` to `end`, first.
/// Nothing if all are on one side.
pub(crate) fn sides(ring: &Ring, start: Point, end: Point) -> Option<[Group; 2]> {
    let left = |place: &Point| (end.x - start.x) * (place.y - start.y) - (end.y - start.y) * (place.x - start.x) < 0.0;
    let (one, other): (Group, Group) = (0..ring.servers.len()).partition(|&at| ring.servers.get(at).is_some_and(left));
    (!one.is_empty() && !other.is_empty()).then_some([one, other])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Size;

    const SIZE: Size = Size { width: 545.0, height: 600.0 };

    #[test]
    fn no_line_parts_groups_that_are_mixed() {
        assert_eq!(borders(&[vec![0, 1], vec![2, 3, 4]], 5), Some(vec![1, 4]));
        let mixed = [vec![0, 2], vec![1, 3, 4]];
        assert_eq!(borders(&mixed, 5), None);
        let parted = [vec![0], vec![1, 2], vec![3, 4]];
        assert_eq!(borders(&parted, 5), Some(vec![0, 2, 4]));
    }

    #[test]
    fn the_line_keeps_away_from_every_server() {
        for count in 3..=9 {
            let ring = Ring::new(SIZE, count, 3);
            let line = cut_line(&ring, &[0, count - 1]).expect("two borders");
            assert!(line.path.contains('Q'));
            for &place in &ring.servers {
                assert!(place.distance(line.handle) > ring.radius, "{count} servers");
            }
        }
    }

    #[test]
    fn the_handle_leaves_the_clients_free() {
        let ring = Ring::new(SIZE, 9, 3);
        for first in 0..9 {
            let line = cut_line(&ring, &[first, (first + 2) % 9]).expect("two borders");
            for client in &ring.clients {
                assert!(client.distance(line.handle) > 40.0, "borders after {first}");
            }
        }
    }

    #[test]
    fn of_many_the_handle_hides_none() {
        let ring = Ring::new(SIZE, 51, 3);
        for first in [5, 9, 15, 21] {
            let line = cut_line(&ring, &[first, (first + 20) % 51]).expect("two borders");
            for &place in &ring.servers {
                assert!(place.distance(line.handle) > ring.radius + 20.0, "borders after {first}: {line:?}");
            }
        }
    }

    #[test]
    fn a_line_across_the_ring_has_two_sides() {
        let ring = Ring::new(SIZE, 5, 3);
        let across = sides(&ring, Point::new(0.0, 240.0), Point::new(545.0, 240.0));
        assert_eq!(across, Some([vec![0, 1], vec![2, 3, 4]]));
        assert_eq!(sides(&ring, Point::new(0.0, 1.0), Point::new(545.0, 1.0)), None);
    }
}
