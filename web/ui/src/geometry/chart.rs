//! Where things are in the space-time diagram: a lane for each server and client, time to the right.

use std::ops::RangeInclusive;

use raftarium_sim::Address;
use raftarium_sim::core::Instant;

use super::{Point, Size};
use crate::show::space_time::{End, Line, Scene};

/// Room for the names of the lanes.
pub(crate) const SIDE: f64 = 40.0;
const TOP: f64 = 18.0;
/// Room for the times.
const BOTTOM: f64 = 20.0;
/// The shortest stretch that can be seen, in microseconds.
const SHORTEST: f64 = 4_000.0;
/// Of what is seen while it follows, this part has happened.
const HAPPENED: f64 = 0.82;

/// The stretch of time that is seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stretch {
    /// Where it begins, in microseconds.
    from: f64,
    /// How long it is, in microseconds.
    span: f64,
    /// Whether it goes along with the moment that is looked at.
    pub(crate) follows: bool,
}

impl Default for Stretch {
    fn default() -> Self {
        Self { from: 0.0, span: 400_000.0, follows: true }
    }
}

impl Stretch {
    /// The longest one that is drawn of so many servers, in microseconds: with more, it would be nothing but lines.
    fn longest(servers: usize) -> f64 {
        (100_000_000.0 / servers.max(1) as f64).clamp(2_000_000.0, 20_000_000.0)
    }

    /// The one that is seen at `now`.
    pub(crate) fn at(self, now: Instant) -> Self {
        if !self.follows {
            return self;
        }
        Self { from: (now.as_micros() as f64 - self.span * HAPPENED).max(0.0), ..self }
    }

    /// The same length, from now on along with the moment that is looked at.
    pub(crate) fn following(self) -> Self {
        Self { follows: true, ..self }
    }

    /// Longer, if `factor` is more than 1; what is at `part` of it stays where it is.
    pub(crate) fn zoomed(self, factor: f64, part: f64, servers: usize) -> Self {
        let span = (self.span * factor).clamp(SHORTEST, Self::longest(servers));
        let from = (self.from + (self.span - span) * part).max(0.0);
        Self { from, span, ..self }
    }

    /// Later by a part of its length, but not so late that all that is known, until `end`, is out of sight.
    pub(crate) fn panned(self, part: f64, end: Instant) -> Self {
        let latest = (end.as_micros() as f64 - self.span * 0.1).max(0.0);
        let from = (self.from + self.span * part).clamp(0.0, latest);
        Self { from, follows: false, ..self }
    }

    /// So that `at` is in sight.
    pub(crate) fn showing(self, at: Instant) -> Self {
        let at = at.as_micros() as f64;
        if (self.from..=self.from + self.span).contains(&at) {
            return self;
        }
        Self { from: (at - self.span / 2.0).max(0.0), follows: false, ..self }
    }

    pub(crate) fn bounds(self) -> (Instant, Instant) {
        (Instant::from_micros(self.from as u64), Instant::from_micros((self.from + self.span) as u64))
    }
}

/// The diagram of a stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Chart {
    pub(crate) size: Size,
    pub(crate) stretch: Stretch,
    pub(crate) servers: usize,
    pub(crate) clients: usize,
}

impl Chart {
    /// How high the diagram is to be.
    pub(crate) fn height(servers: usize, clients: usize, tall: bool) -> f64 {
        let all = (servers + clients).max(1) as f64;
        let (most, room) = if tall { (44.0, 248.0) } else { (30.0, 184.0) };
        (all * (room / all).clamp(5.0, most) + TOP + BOTTOM).round()
    }

    /// How far apart two lanes are.
    pub(crate) fn pitch(&self) -> f64 {
        (self.size.height - TOP - BOTTOM) / (self.servers + self.clients).max(1) as f64
    }

    pub(crate) fn x(&self, at: Instant) -> f64 {
        SIDE + (at.as_micros() as f64 - self.stretch.from) / self.stretch.span * self.width()
    }

    /// The moment at `x`.
    pub(crate) fn at(&self, x: f64) -> Instant {
        Instant::from_micros((self.stretch.from + self.part(x) * self.stretch.span).max(0.0) as u64)
    }

    /// Which part of the stretch is at `x`.
    pub(crate) fn part(&self, x: f64) -> f64 {
        (x - SIDE) / self.width()
    }

    pub(crate) fn width(&self) -> f64 {
        (self.size.width - SIDE).max(1.0)
    }

    /// Where the lanes end and the times begin.
    pub(crate) fn bottom(&self) -> f64 {
        self.size.height - BOTTOM
    }

    /// The middle of a lane.
    pub(crate) fn y(&self, of: Address) -> f64 {
        let lane = match of {
            Address::Server(id) => id.0.saturating_sub(1) as usize,
            Address::Client(id) => self.servers + id.0.saturating_sub(1) as usize,
        };
        TOP + (lane as f64 + 0.5) * self.pitch()
    }

    /// The lane that a place is in.
    pub(crate) fn lane(&self, y: f64) -> Option<Address> {
        let lane = ((y - TOP) / self.pitch()).floor();
        if lane < 0.0 {
            return None;
        }
        let lane = lane as usize;
        if lane < self.servers {
            Some(Address::Server(raftarium_sim::core::NodeId(lane as u64 + 1)))
        } else {
            let client = u32::try_from(lane - self.servers).ok()?;
            ((client as usize) < self.clients).then_some(Address::Client(raftarium_sim::ClientId(client + 1)))
        }
    }

    /// How a message is drawn: from where to where. Where it was lost on its way is not known to the pixel; it is drawn
    /// as far as it would have come by then, if it was as fast as the others, of which one takes `usual` microseconds.
    pub(crate) fn segment(&self, line: &Line, usual: f64) -> (Point, Point) {
        let start = Point::new(self.x(line.sent), self.y(line.from));
        let full = |at: Instant| Point::new(self.x(at), self.y(line.to));
        let end = match line.end {
            End::Arrived(at) | End::UnderWay(Some(at)) | End::Lost(at, raftarium_sim::LossReason::ReceiverDown) => {
                full(at)
            }
            End::Lost(at, _) => {
                let flown = at.since(line.sent).as_micros() as f64;
                let part = if flown < 1.0 { 0.5 } else { (flown / usual).clamp(0.25, 0.85) };
                let x = start.x + part * usual / self.stretch.span * self.width();
                Point::new(x.max(self.x(at)), start.y + (self.y(line.to) - start.y) * part)
            }
            End::UnderWay(None) => Point::new(start.x + 16.0, start.y + (self.y(line.to) - start.y) * 0.35),
        };
        (start, end)
    }

    /// The message nearest to `point`, if there is one within `reach`.
    pub(crate) fn nearest<'a>(&self, scene: &'a Scene, point: Point, reach: f64) -> Option<&'a Line> {
        let usual = usual(scene);
        let far = |line: &&'a Line| {
            let (start, end) = self.segment(line, usual);
            distance(point, start, end)
        };
        let near = scene.lines.iter().map(|line| (far(&line), line)).filter(|(far, _)| *far <= reach);
        near.min_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, line)| line)
    }

    /// The moments that get a number: round ones, with enough room between them; and how many decimals they need.
    pub(crate) fn ticks(&self) -> (Vec<Instant>, usize) {
        let least = self.stretch.span / self.width() * 84.0;
        let steps = (3..=7).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
        let step = steps.into_iter().find(|step| *step as f64 >= least).unwrap_or(100_000_000);
        let (from, to) = self.stretch.bounds();
        let range: RangeInclusive<u64> = from.as_micros().div_ceil(step)..=to.as_micros() / step;
        let decimals = match step {
            ..10_000 => 3,
            10_000..100_000 => 2,
            100_000..1_000_000 => 1,
            _ => 0,
        };
        (range.map(|at| Instant::from_micros(at * step)).collect(), decimals)
    }
}

/// How long a message takes that arrives, on average, in microseconds.
pub(crate) fn usual(scene: &Scene) -> f64 {
    let flights = scene.lines.iter().filter_map(|line| match line.end {
        End::Arrived(at) => Some(at.since(line.sent).as_micros() as f64),
        End::Lost(..) | End::UnderWay(_) => None,
    });
    let (sum, count) = flights.fold((0.0, 0.0), |(sum, count), flight| (sum + flight, count + 1.0));
    if count > 0.0 { (sum / count).max(1.0) } else { 10_000.0 }
}

/// How far `point` is from the line between two others.
fn distance(point: Point, start: Point, end: Point) -> f64 {
    let (dx, dy) = (end.x - start.x, end.y - start.y);
    let along = ((point.x - start.x) * dx + (point.y - start.y) * dy) / (dx * dx + dy * dy).max(1e-9);
    point.distance(start.toward(end, along.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::ClientId;
    use raftarium_sim::core::NodeId;

    const END: Instant = Instant::from_millis(5_000);

    fn chart(stretch: Stretch) -> Chart {
        Chart { size: Size { width: 1_040.0, height: 278.0 }, stretch, servers: 5, clients: 3 }
    }

    #[test]
    fn there_and_back() {
        let chart = chart(Stretch::default().at(Instant::from_millis(2_000)));
        assert!((chart.part(chart.x(Instant::from_millis(2_000))) - HAPPENED).abs() < 1e-9);
        for ms in [1_700, 1_800, 2_050] {
            let at = Instant::from_millis(ms);
            assert!(chart.at(chart.x(at) + 1e-6).since(at).as_micros() < 2, "{ms}");
        }
        for of in [Address::Server(NodeId(1)), Address::Server(NodeId(5)), Address::Client(ClientId(3))] {
            assert_eq!(chart.lane(chart.y(of)), Some(of));
        }
        assert_eq!([chart.lane(0.0), chart.lane(chart.bottom() + 1.0)], [None, None]);
    }

    #[test]
    fn zooming_keeps_what_is_under_the_pointer_and_has_ends() {
        let stretch = Stretch::default().at(Instant::from_millis(2_000));
        let (before, x) = (chart(stretch), 700.0);
        let after = chart(stretch.zoomed(0.5, before.part(x), 5));
        assert!((after.at(x).as_micros() as f64 - before.at(x).as_micros() as f64).abs() < 2.0);
        let spans =
            |factor: f64, servers| (0..60).fold(stretch, |stretch, _| stretch.zoomed(factor, 0.5, servers)).span;
        assert_eq!((spans(0.5, 5), spans(2.0, 5), spans(2.0, 51)), (SHORTEST, 20_000_000.0, 2_000_000.0));
    }

    #[test]
    fn panning_ends_where_nothing_is_known() {
        let stretch = Stretch::default().at(Instant::from_millis(2_000));
        let ends = |part: f64| (0..99).fold(stretch, |stretch, _| stretch.panned(part, END));
        assert_eq!(ends(-0.3).bounds().0, Instant::ZERO);
        assert!(ends(0.3).bounds().0 < END && ends(0.3).bounds().1 > END);
        assert!(!ends(0.3).follows);
    }

    #[test]
    fn what_is_out_of_sight_is_shown_and_what_is_in_sight_stays() {
        let stretch = Stretch::default().at(Instant::from_millis(2_000));
        assert_eq!(stretch.showing(Instant::from_millis(1_900)), stretch);
        let (from, to) = stretch.showing(Instant::from_millis(500)).bounds();
        assert!(from < Instant::from_millis(500) && Instant::from_millis(500) < to);
    }

    #[test]
    fn a_message_is_found_where_it_is_drawn() {
        let timeline = fixture::settled(5);
        let chart = chart(Stretch::default().at(timeline.now()));
        let (from, to) = chart.stretch.bounds();
        let scene = Scene::read(timeline.all_records(), &timeline.view(), from, to, 200_000);
        let usual = usual(&scene);
        assert!(scene.lines.len() > 20);
        for line in &scene.lines {
            let (start, end) = chart.segment(line, usual);
            let found = chart.nearest(&scene, start.toward(end, 0.5), 1.0).expect("something is there");
            let (start, end) = chart.segment(found, usual);
            let (a, b) = chart.segment(line, usual);
            assert!(distance(a.toward(b, 0.5), start, end) < 1e-6, "{line:?} {found:?}");
        }
        assert_eq!(chart.nearest(&scene, Point::new(0.0, 0.0), 5.0), None);
    }

    #[test]
    fn ticks_are_round_and_apart() {
        for span in [4_000.0, 50_000.0, 400_000.0, 3_000_000.0, 20_000_000.0] {
            let chart = chart(Stretch { from: 123_456.0, span, follows: false });
            let (ticks, _) = chart.ticks();
            assert!((2..=14).contains(&ticks.len()), "{span}: {ticks:?}");
            assert!(ticks.windows(2).all(|pair| chart.x(pair[1]) - chart.x(pair[0]) >= 83.9));
        }
    }
}
