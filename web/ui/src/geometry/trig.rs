//! Numbers without their heavy helpers: the page is downloaded before it is drawn.
//!
//! The browser has sines of its own, exact to more than a pixel needs; those of Rust would be compiled into the page. And
//! `f64::clamp` brings along all that prints floats, for the message of its panic.

#[cfg(target_arch = "wasm32")]
use js_sys::Math::{atan2, cos, sin};

/// Sine and cosine of an angle in radians.
pub(crate) fn sin_cos(angle: f64) -> (f64, f64) {
    #[cfg(target_arch = "wasm32")]
    return (sin(angle), cos(angle));
    #[cfg(not(target_arch = "wasm32"))]
    angle.sin_cos()
}

/// The angle of a vector in radians, clockwise from the right.
pub(crate) fn angle(x: f64, y: f64) -> f64 {
    #[cfg(target_arch = "wasm32")]
    return atan2(y, x);
    #[cfg(not(target_arch = "wasm32"))]
    y.atan2(x)
}

/// `number`, or the nearest one between `min` and `max`; `max`, if they are the wrong way round.
pub(crate) const fn within(number: f64, min: f64, max: f64) -> f64 {
    number.max(min).min(max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_within() {
        let cases = [(1.0, 2.0), (2.5, 2.5), (9.0, 3.0), (f64::NAN, 2.0)];
        for (number, expected) in cases {
            assert_eq!(within(number, 2.0, 3.0), expected, "{number}");
        }
        assert_eq!(within(0.0, 3.0, 2.0), 2.0);
    }

    #[test]
    fn an_angle_leads_back() {
        for degrees in [-170, -90, -1, 0, 30, 90, 179] {
            let there = f64::from(degrees).to_radians();
            let (sin, cos) = sin_cos(there);
            assert!((angle(cos, sin) - there).abs() < 1e-9, "{degrees}");
        }
    }
}
