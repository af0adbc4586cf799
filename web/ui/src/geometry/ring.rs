//! Where servers and clients are in the picture of the cluster.

use std::f64::consts::{FRAC_PI_2, PI};

use super::{Point, Size};

/// Half the width and half the height of a client's box.
pub(crate) const CLIENT_HALF: (f64, f64) = (27.0, 14.0);

/// What is drawn around a server, measured from its rim: arc, halo, label.
const AROUND: f64 = 14.0;

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
    /// Whether there is none, because there are many.
    pub(crate) crowded: bool,
}

impl Ring {
    pub(crate) fn new(size: Size, servers: usize, clients: usize) -> Self {
        let Size { width, height } = size;
        let count = servers.max(1) as f64;
        let tight = width < 440.0;
        let crowded = servers > 5;
        let radius = (width.min(height) * 0.085).clamp(20.0, 60.0);
        // Beside a server there is its label, wider than the disc; above and below, the label's line.
        let beside = if crowded { 20.0 } else { 34.0 };
        let mut rx = (width / 2.0 - radius - beside).max(radius);
        let mut ry = (height / 2.0 - radius - AROUND - if tight { 36.0 } else { 40.0 }).max(radius);
        rx = rx.min(ry * 1.45);
        ry = ry.min(rx * 1.2);
        let centre = Point::new(width / 2.0, height / 2.0);
        // Neighbours must stay apart, however many there are.
        let chord = 2.0 * rx.min(ry) * (PI / count).sin();
        let radius = if servers > 1 { radius.min((chord - 2.0 * AROUND) / 2.0).max(12.0) } else { radius };
        Self {
            size,
            centre,
            radius,
            servers: (0..servers).map(|at| place(centre, rx, ry, at, servers)).collect(),
            clients: (0..clients).map(|at| client_place(size, at, clients)).collect(),
            tight,
            crowded,
        }
    }

    /// How large letters are, as a part of their usual size.
    pub(crate) fn type_scale(&self) -> f64 {
        (self.radius / 44.0).clamp(0.84, 1.3)
    }

    /// Whether the place is in the upper half, so that what belongs to it goes above it.
    pub(crate) fn is_upper(&self, point: Point) -> bool {
        point.y < self.centre.y - 1.0
    }
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

    const SIZES: [Size; 4] = [
        Size { width: 545.0, height: 600.0 },
        Size { width: 349.0, height: 380.0 },
        Size { width: 760.0, height: 740.0 },
        Size { width: 900.0, height: 420.0 },
    ];

    #[test]
    fn everyone_is_inside_and_nobody_overlaps() {
        for size in SIZES {
            for servers in 1..=9 {
                let ring = Ring::new(size, servers, 3);
                for (at, &place) in ring.servers.iter().enumerate() {
                    let reach = ring.radius + 10.0;
                    assert!(place.x - reach >= 0.0 && place.x + reach <= size.width, "{size:?} {servers}");
                    assert!(place.y - reach >= 0.0 && place.y + reach <= size.height, "{size:?} {servers}");
                    for &other in ring.servers.iter().skip(at + 1) {
                        assert!(place.distance(other) > 2.0 * ring.radius + 8.0, "{size:?} {servers}");
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
