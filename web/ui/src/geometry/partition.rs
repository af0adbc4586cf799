//! What a cut network looks like: which servers still reach each other, the hull around them, the line between them.
//!
//! All of it is read off the view, never remembered, so that the past looks the same whenever it is seen.

use raftarium_sim::core::NodeId;
use raftarium_sim::{CutView, View};

use super::ring::Ring;
use super::{Point, xy};

/// Servers that reach each other, perhaps through others, by their places in the ring.
pub(crate) type Group = Vec<usize>;

/// The groups of servers that are joined by links that work in at least one direction, in the order of their first
/// members.
pub(crate) fn groups(view: &View) -> Vec<Group> {
    let count = view.servers.len();
    let mut label: Vec<usize> = (0..count).collect();
    for a in 0..count {
        for b in a + 1..count {
            let (x, y) = (view.servers[a].id, view.servers[b].id);
            if !(is_cut(&view.cuts, x, y) && is_cut(&view.cuts, y, x)) {
                let (keep, drop) = (label[a].min(label[b]), label[a].max(label[b]));
                label.iter_mut().filter(|name| **name == drop).for_each(|name| *name = keep);
            }
        }
    }
    let mut groups: Vec<Group> = vec![Vec::new(); count];
    for (at, &name) in label.iter().enumerate() {
        groups[name].push(at);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

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
        return Some(CutLine { path: format!("M{}L{}", xy(top), xy(bottom)), handle: top });
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
    // On the right, where the eye ends, but not on a client: there it slides down the line.
    let free = |place: &Point| ring.clients.iter().all(|client| client.distance(*place) > 60.0);
    let slide = |(end, gap): (&Point, &Point)| {
        let places = (0..=6).map(|step| end.toward(*gap, f64::from(step) / 10.0));
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
    let stretch = stretch.min(outward / dx.hypot(dy).max(1e-9));
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
    use crate::show::fixture::view;

    const SIZE: Size = Size { width: 545.0, height: 600.0 };

    fn cut(pairs: &[(u64, u64)]) -> Vec<CutView> {
        let both = |&(a, b): &(u64, u64)| {
            [CutView { from: NodeId(a), to: NodeId(b) }, CutView { from: NodeId(b), to: NodeId(a) }]
        };
        pairs.iter().flat_map(both).collect()
    }

    #[test]
    fn servers_that_reach_each_other_are_one_group() {
        let mut view = view(5);
        assert_eq!(groups(&view), [vec![0, 1, 2, 3, 4]]);
        view.cuts = cut(&[(1, 3), (1, 4), (1, 5), (2, 3), (2, 4), (2, 5)]);
        assert_eq!(groups(&view), [vec![0, 1], vec![2, 3, 4]]);
        assert_eq!(borders(&groups(&view), 5), Some(vec![1, 4]));
    }

    #[test]
    fn a_link_that_works_one_way_still_joins() {
        let mut view = view(2);
        view.cuts = vec![CutView { from: NodeId(1), to: NodeId(2) }];
        assert_eq!(groups(&view).len(), 1);
    }

    #[test]
    fn no_line_parts_groups_that_are_mixed() {
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
    fn a_line_across_the_ring_has_two_sides() {
        let ring = Ring::new(SIZE, 5, 3);
        let across = sides(&ring, Point::new(0.0, 240.0), Point::new(545.0, 240.0));
        assert_eq!(across, Some([vec![0, 1], vec![2, 3, 4]]));
        assert_eq!(sides(&ring, Point::new(0.0, 1.0), Point::new(545.0, 1.0)), None);
    }
}
