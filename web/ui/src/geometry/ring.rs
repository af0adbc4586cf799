//! Where servers and clients are in the picture of the cluster.

use std::f64::consts::{FRAC_PI_2, PI};

use super::trig::{sin_cos, within};
use super::{Point, Size};
use crate::show::wait::WHOLE;

/// Half the width and half the height of a client's box.
pub(crate) const CLIENT_HALF: (f64, f64) = (27.0, 14.0);
/// More servers than these are many: what moves between them is drawn on a canvas, and words are left out.
pub(crate) const FEW: usize = 9;

/// A picture lower than that has no room for all that can be said above and below a server.
const LOW: f64 = 340.0;

/// What is drawn around a server, measured from its rim: arc, halo, label.
const AROUND: f64 = 14.0;
/// The same where there are many.
const AROUND_MANY: f64 = 5.0;
/// The largest disc where there are many.
const LARGEST_OF_MANY: f64 = 26.0;

/// Where everything in the ring is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ring {
    pub(crate) size: Size,
    pub(crate) centre: Point,
    /// The radius of a server.
    pub(crate) radius: f64,
    /// S1 first.
    pub(crate) servers: Vec<Point>,
    /// C1 first.
    pub(crate) clients: Vec<Point>,
    /// Whether there is little room for words beside the servers.
    pub(crate) tight: bool,
    /// Whether there is little room above and below them.
    pub(crate) low: bool,
    /// Whether there is none, because there are many.
    pub(crate) crowded: bool,
    /// Whether there are more than [`FEW`].
    pub(crate) many: bool,
    /// Whether nothing travels: a person asked for less motion.
    pub(crate) still: bool,
    /// Whether letters are large, to be read from afar.
    pub(crate) large: bool,
}

impl Ring {
    pub(crate) fn new(size: Size, servers: usize, clients: usize) -> Self {
        let Size { width, height } = size;
        let tight = width < 440.0;
        let low = !tight && height < LOW;
        let (crowded, many) = (servers > 5, servers > FEW);
        let centre = Point::new(width / 2.0, height / 2.0);
        let (radius, servers) =
            if many { of_many(size, centre, servers) } else { of_few(size, centre, servers, tight, crowded, low) };
        let clients = (0..clients).map(|at| client_place(size, at, clients)).collect();
        Self { size, centre, radius, servers, clients, tight, low, crowded, many, still: false, large: false }
    }

    /// The same for somebody who wants no motion, or sits far away.
    pub(crate) fn for_whom(self, still: bool, large: bool) -> Self {
        Self { still, large, ..self }
    }

    /// How large letters are, as a part of their usual size.
    pub(crate) fn type_scale(&self) -> f64 {
        let usual =
            if self.many { within(self.radius / 25.0, 0.4, 1.0) } else { within(self.radius / 44.0, 0.84, 1.3) };
        // What stands in a disc must have room in it.
        let most = if self.many { usual } else { self.radius / 38.0 };
        if self.large { (usual * 1.25).min(most).max(usual) } else { usual }
    }

    /// How large letters beside the discs are, as a part of their usual size: no disc limits them.
    pub(crate) fn label_scale(&self) -> f64 {
        if self.large && !self.tight { self.type_scale().max(1.2) } else { self.type_scale() }
    }

    /// How much of an arc is drawn, of [`WHOLE`]: it runs down, or for those who want no motion goes down in eighths.
    pub(crate) const fn steady(&self, left: u64) -> u64 {
        if self.still { left.next_multiple_of(WHOLE / 8) } else { left }
    }

    /// How far from a server's rim its arc runs.
    pub(crate) const fn arc(&self) -> f64 {
        if self.many { 3.0 } else { 7.0 }
    }

    /// Whether what a server waits for is told in words beside it.
    pub(crate) const fn has_room_for_waits(&self) -> bool {
        !self.tight && !self.crowded && !self.low
    }

    /// Whether the place is in the upper half, so that what belongs to it goes above it.
    pub(crate) fn is_upper(&self, point: Point) -> bool {
        point.y < self.centre.y - 1.0
    }
}

fn of_few(size: Size, centre: Point, servers: usize, tight: bool, crowded: bool, low: bool) -> (f64, Vec<Point>) {
    let Size { width, height } = size;
    let count = servers.max(1) as f64;
    let part = match servers {
        ..=1 => 0.13,
        2 | 3 => 0.105,
        _ if crowded => 0.072,
        _ if low => 0.11,
        _ => 0.085,
    };
    let radius = within(width.min(height) * part, 20.0, 72.0);
    // Beside a server there is its label, wider than the disc; above and below, the label's lines.
    let beside = if crowded { 22.0 } else { 34.0 };
    let lines = match (tight || crowded, low) {
        (true, _) => 38.0,
        (false, true) => 30.0,
        (false, false) => 52.0,
    };
    let mut rx = (width / 2.0 - radius - beside).max(radius);
    let mut ry = (height / 2.0 - radius - AROUND - lines).max(radius);
    rx = rx.min(ry * if low { 2.1 } else { 1.45 });
    ry = ry.min(rx * 1.2);
    let places: Vec<Point> = (0..servers).map(|at| place(centre, rx, ry, at, servers)).collect();
    // Neighbours must stay apart, however many there are.
    let chord = if low { nearest_two(&places) } else { 2.0 * rx.min(ry) * sin_cos(PI / count).0 };
    let radius = if servers > 1 { radius.min((chord - 2.0 * AROUND) / 2.0).max(12.0) } else { radius };
    (radius, places)
}

/// One ring, or two of which the inner one stands in the gaps of the outer: whichever has the larger discs.
fn of_many(size: Size, centre: Point, servers: usize) -> (f64, Vec<Point>) {
    let halves = (1..=2 * LARGEST_OF_MANY as u32).rev().map(|half| f64::from(half) / 2.0);
    let fitting = halves.filter_map(|radius| {
        let depths = [0.0, 2.0 * radius + AROUND_MANY];
        let places = depths.map(|depth| many_places(size, centre, servers, radius, depth));
        let apart = |places: &Vec<Point>| nearest_two(places) >= 2.0 * (radius + AROUND_MANY);
        Some((radius, places.into_iter().find(apart)?))
    });
    // In a window that has room for nobody they lie on each other, and the page goes on.
    fitting.into_iter().next().unwrap_or_else(|| (1.0, many_places(size, centre, servers, 1.0, 0.0)))
}

/// Every other place is `depth` further inside.
fn many_places(size: Size, centre: Point, servers: usize, radius: f64, depth: f64) -> Vec<Point> {
    let edge = radius + AROUND_MANY + 5.0;
    let ry = (size.height / 2.0 - edge).max(radius);
    let rx = (size.width / 2.0 - edge).max(radius).min(ry * 1.45);
    let ry = ry.min(rx * 1.2);
    // The last of an odd number would stand beside the first, in the same ring.
    let slots = if depth > 0.0 { servers.next_multiple_of(2) } else { servers };
    let step = 2.0 * PI / slots.max(1) as f64;
    let one = |at: usize| {
        let inside = if at % 2 == 1 { depth } else { 0.0 };
        centre.on_ellipse(rx - inside, ry - inside, -FRAC_PI_2 + step / 2.0 + step * at as f64)
    };
    (0..servers).map(one).collect()
}

fn nearest_two(places: &[Point]) -> f64 {
    let pairs =
        places.iter().enumerate().flat_map(|(at, one)| places.iter().skip(at + 1).map(|other| one.distance(*other)));
    pairs.fold(f64::INFINITY, f64::min)
}

/// S1 and S2 lie level at the top, the others follow clockwise; two lie side by side, and one alone in the middle.
fn place(centre: Point, rx: f64, ry: f64, at: usize, servers: usize) -> Point {
    match servers {
        0 | 1 => centre,
        2 => Point::new(centre.x + rx * if at == 0 { -0.75 } else { 0.75 }, centre.y),
        _ => {
            let step = 2.0 * PI / servers as f64;
            centre.on_ellipse(rx, ry, -FRAC_PI_2 - step / 2.0 + step * at as f64)
        }
    }
}

/// Clients sit in the corners and along the upper and lower edge: every other one above.
fn client_place(size: Size, at: usize, clients: usize) -> Point {
    let (half_width, half_height) = CLIENT_HALF;
    let edge = 10.0;
    let upper = at.is_multiple_of(2) || clients == 2;
    let (row, place) = match (clients, at) {
        (2, _) => (2, at),
        (3, 0) => (2, 0),
        (3, 1) => (2, 1),
        (3, _) => (1, 0),
        _ if upper => (clients.div_ceil(2), at / 2),
        _ => (clients / 2, at / 2),
    };
    let upper = if clients == 3 { at < 2 } else { upper };
    let part = if row < 2 { 0.0 } else { place as f64 / (row - 1) as f64 };
    let x = half_width + edge + (size.width - 2.0 * (half_width + edge)) * part;
    let y = if upper { edge + half_height } else { size.height - edge - half_height };
    Point::new(x, y)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [Size; 5] = [
        Size { width: 545.0, height: 600.0 },
        Size { width: 349.0, height: 372.0 },
        Size { width: 760.0, height: 740.0 },
        Size { width: 900.0, height: 420.0 },
        Size { width: 530.0, height: 270.0 },
    ];

    #[test]
    fn everyone_is_inside_and_nobody_overlaps() {
        for size in SIZES {
            for servers in 1..=51 {
                let ring = Ring::new(size, servers, 3);
                let (around, apart) = if ring.many { (4.0, 6.0) } else { (10.0, 8.0) };
                for (at, &place) in ring.servers.iter().enumerate() {
                    let reach = ring.radius + around;
                    assert!(place.x - reach >= 0.0 && place.x + reach <= size.width, "{size:?} {servers}");
                    assert!(place.y - reach >= 0.0 && place.y + reach <= size.height, "{size:?} {servers}");
                    for &other in ring.servers.iter().skip(at + 1) {
                        assert!(place.distance(other) > 2.0 * ring.radius + apart, "{size:?} {servers}");
                    }
                    for &client in &ring.clients {
                        let clear = (place.x - client.x).abs() > ring.radius + CLIENT_HALF.0
                            || (place.y - client.y).abs() > ring.radius + CLIENT_HALF.1;
                        assert!(clear, "{size:?}, {servers} servers, S{} under a client", at + 1);
                    }
                }
            }
        }
    }

    #[test]
    fn of_many_every_disc_can_be_read_and_pressed() {
        for (size, least) in SIZES.into_iter().zip([14.0, 8.0, 18.0, 11.0, 6.0]) {
            let ring = Ring::new(size, 51, 3);
            assert!(ring.radius >= least, "{size:?}: {}", ring.radius);
        }
    }

    #[test]
    fn a_window_without_room_has_a_ring_all_the_same() {
        for (width, height) in [(1.0, 1.0), (60.0, 800.0), (800.0, 10.0)] {
            let ring = Ring::new(Size { width, height }, 51, 3);
            assert!(ring.servers.iter().all(|place| place.x.is_finite() && place.y.is_finite()));
        }
    }

    #[test]
    fn the_first_two_are_level_at_the_top() {
        let ring = Ring::new(SIZES[0], 5, 3);
        let [first, second, ..] = ring.servers[..] else { panic!("five servers") };
        assert!((first.y - second.y).abs() < 1e-6 && first.x < second.x);
        assert!(ring.is_upper(first) && !ring.is_upper(ring.servers[3]));
    }

    #[test]
    fn clients_are_in_the_picture_and_apart() {
        for clients in 1..=9 {
            let ring = Ring::new(SIZES[0], 5, clients);
            for (at, &place) in ring.clients.iter().enumerate() {
                assert!(place.x >= CLIENT_HALF.0 && place.x <= SIZES[0].width - CLIENT_HALF.0);
                for &other in ring.clients.iter().skip(at + 1) {
                    assert!(place.distance(other) >= 2.0 * CLIENT_HALF.0, "{clients} clients");
                }
            }
        }
    }
}
