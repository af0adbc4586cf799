//! Where things are drawn: pure functions, with one unit to a pixel.

pub(crate) mod chart;
pub(crate) mod flight;
pub(crate) mod lanes;
pub(crate) mod mark;
pub(crate) mod partition;
pub(crate) mod ring;
pub(crate) mod trig;

/// A place in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// The size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Point {
    pub(crate) const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The place that is `part` of the way to `other`.
    pub(crate) fn toward(self, other: Self, part: f64) -> Self {
        Self { x: self.x + (other.x - self.x) * part, y: self.y + (other.y - self.y) * part }
    }

    pub(crate) fn distance(self, other: Self) -> f64 {
        length(other.x - self.x, other.y - self.y)
    }

    /// The place at `angle` radians, clockwise from the right, on an ellipse around this one.
    pub(crate) fn on_ellipse(self, rx: f64, ry: f64, angle: f64) -> Self {
        let (sin, cos) = trig::sin_cos(angle);
        Self { x: self.x + rx * cos, y: self.y + ry * sin }
    }

    /// The vector of length 1 from here to `other`; nothing if they are the same place.
    pub(crate) fn direction(self, other: Self) -> Self {
        let distance = self.distance(other);
        if distance < 1e-9 {
            return Self::default();
        }
        Self { x: (other.x - self.x) / distance, y: (other.y - self.y) / distance }
    }

    /// The vector from `origin` to here.
    pub(crate) const fn from(self, origin: Self) -> Self {
        Self { x: self.x - origin.x, y: self.y - origin.y }
    }

    /// The place `distance` further along `direction`.
    pub(crate) fn along(self, direction: Self, distance: f64) -> Self {
        Self { x: self.x + direction.x * distance, y: self.y + direction.y * distance }
    }
}

/// How long a vector is.
pub(crate) fn length(x: f64, y: f64) -> f64 {
    (x * x + y * y).sqrt()
}

/// A line between two discs, from rim to rim, with `gap` left free at both ends.
pub(crate) fn between_rims(from: Point, from_radius: f64, to: Point, to_radius: f64) -> (Point, Point) {
    let direction = from.direction(to);
    (from.along(direction, from_radius), to.along(direction, -to_radius))
}

/// A number for an attribute: one decimal, without the machinery that prints every float exactly.
pub(crate) fn px(number: f64) -> String {
    let tenths = (number * 10.0).round() as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    if tenth == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{tenth}") }
}

/// As [`px`], with two decimals, for what is not negative: a part or a scale.
pub(crate) fn px_hundredths(number: f64) -> String {
    let hundredths = (number.max(0.0) * 100.0).round() as u64;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// `x y`, for a path.
pub(crate) fn xy(point: Point) -> String {
    format!("{} {}", px(point.x), px(point.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_decimal_and_a_sign() {
        let cases = [(0.0, "0"), (-0.04, "0"), (1.25, "1.3"), (-1.26, "-1.3"), (-0.5, "-0.5"), (300.0, "300")];
        for (number, text) in cases {
            assert_eq!(px(number), text);
        }
        assert_eq!([0.0, 0.056, 1.3].map(px_hundredths), ["0.00", "0.06", "1.30"]);
    }

    #[test]
    fn a_link_ends_at_the_rims() {
        let (start, end) = between_rims(Point::new(0.0, 0.0), 10.0, Point::new(100.0, 0.0), 20.0);
        assert_eq!((start, end), (Point::new(10.0, 0.0), Point::new(80.0, 0.0)));
    }
}
