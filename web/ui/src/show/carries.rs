//! How links carry messages: in words, and what of it is not as at first.

use raftarium_sim::core::NodeId;
use raftarium_sim::story::packet;
use raftarium_sim::{LinkSettings, LinkView, Spread};

use super::forms::field::{MS, PERCENT, shown};
use super::list;

/// What a link does to messages that it did not do at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// Everything on it stands still.
    Stopped,
    /// Some kinds are lost.
    Filters,
    Loses,
    Slow,
    Doubles,
    /// They overtake each other.
    Jumbles,
}

impl Oddity {
    const ALL: [Self; 6] = [Self::Stopped, Self::Filters, Self::Loses, Self::Slow, Self::Doubles, Self::Jumbles];

    /// What is said of a link.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Filters => "some kinds lost",
            Self::Loses => "messages lost",
            Self::Slow => "slow",
            Self::Doubles => "messages doubled",
            Self::Jumbles => "messages out of order",
        }
    }

    /// Its picture, around 0 0, 8 wide.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Stopped => "M-1.6 -3V3M1.6 -3V3",
            Self::Filters => "M-4 -3H4L1 .5V3.5L-1 2.5V.5Z",
            Self::Loses => "M-2.6 -2.6L2.6 2.6M2.6 -2.6L-2.6 2.6",
            Self::Slow => "M0 -3.4V0L2.4 1.6",
            Self::Doubles => "M-1.8 -2.4A2.6 2.6 0 1 0 -1.7 -2.4M1.8 -2.4A2.6 2.6 0 1 1 1.7 -2.4",
            Self::Jumbles => "M-3.5 -2C0 -2 0 2 3.5 2M-3.5 2C0 2 0 -2 3.5 -2",
        }
    }

    /// Whether something is lost by it.
    pub(crate) const fn is_bad(self) -> bool {
        match self {
            Self::Filters | Self::Loses => true,
            Self::Stopped | Self::Slow | Self::Doubles | Self::Jumbles => false,
        }
    }

    fn is_of(self, link: &LinkView, usual: &LinkSettings) -> bool {
        let now = &link.settings;
        match self {
            Self::Stopped => link.clogged,
            Self::Filters => !link.filtered.is_empty(),
            Self::Loses => now.loss_ppm > usual.loss_ppm,
            Self::Slow => {
                now.latency_max > usual.latency_max
                    || now.bytes_per_second.is_some() && now.bytes_per_second != usual.bytes_per_second
            }
            Self::Doubles => now.duplicate_ppm > usual.duplicate_ppm,
            Self::Jumbles => now.overtaking_ppm > usual.overtaking_ppm,
        }
    }
}

/// In which direction of a link something is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    There,
    Back,
    Both,
}

/// What is odd about a link, the first server being the one with the smaller name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Odd {
    pub(crate) ends: (NodeId, NodeId),
    pub(crate) all: Vec<(Oddity, Way)>,
}

/// What is odd about the links of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Odds {
    links: Vec<Odd>,
    /// So are all of them, both ways.
    pub(crate) everywhere: Vec<Oddity>,
}

impl Odds {
    /// Of `links`, which are those that are not as `usual`, between so many servers.
    pub(crate) fn new(links: &[LinkView], usual: &LinkSettings, servers: usize) -> Self {
        let between = |link: &&LinkView| link.from != link.to;
        let directions = servers * servers.saturating_sub(1);
        let is_everywhere = |oddity: &Oddity| {
            servers > 2 && links.iter().filter(between).filter(|link| oddity.is_of(link, usual)).count() == directions
        };
        let everywhere: Vec<Oddity> = Oddity::ALL.into_iter().filter(is_everywhere).collect();
        let mut found: Vec<Odd> = Vec::new();
        for link in links.iter().filter(between) {
            let ends = (link.from.min(link.to), link.from.max(link.to));
            let way = if link.from < link.to { Way::There } else { Way::Back };
            let own =
                Oddity::ALL.into_iter().filter(|oddity| !everywhere.contains(oddity) && oddity.is_of(link, usual));
            for oddity in own {
                let at = found.iter().position(|odd| odd.ends == ends).unwrap_or_else(|| {
                    found.push(Odd { ends, all: Vec::new() });
                    found.len() - 1
                });
                let all = &mut found[at].all;
                match all.iter_mut().find(|(other, _)| *other == oddity) {
                    Some((_, other)) => *other = Way::Both,
                    None => all.push((oddity, way)),
                }
            }
        }
        Self { links: found, everywhere }
    }

    /// `All links: slow, messages lost`.
    pub(crate) fn said_of_all(&self) -> String {
        let words: Vec<&str> = self.everywhere.iter().map(|oddity| oddity.words()).collect();
        format!("All links: {}", words.join(", "))
    }

    /// What is odd about the link between these two, the smaller name first.
    pub(crate) fn of(&self, a: NodeId, b: NodeId) -> &[(Oddity, Way)] {
        self.links.iter().find(|odd| odd.ends == (a, b)).map_or(&[], |odd| &odd.all)
    }

    /// `, slow, messages lost from S2 to S1`: what is said of a link after its name.
    pub(crate) fn words(&self, a: NodeId, b: NodeId) -> String {
        let own = self.of(a, b).iter().map(|(oddity, way)| match way {
            Way::There => format!(", {} from {a} to {b}", oddity.words()),
            Way::Back => format!(", {} from {b} to {a}", oddity.words()),
            Way::Both => format!(", {}", oddity.words()),
        });
        self.everywhere.iter().map(|oddity| format!(", {}", oddity.words())).chain(own).collect()
    }
}

/// How a link carries messages in both directions: `8 to 16 ms, loses 33.3 %`.
pub(crate) fn carries(links: &[LinkView], usual: &LinkSettings, from: NodeId, to: NodeId) -> String {
    let link = links.iter().find(|link| (link.from, link.to) == (from, to));
    let LinkSettings {
        latency_min,
        latency_max,
        spread,
        loss_ppm,
        duplicate_ppm,
        overtaking_ppm,
        bytes_per_second,
        queue_bytes_max: _,
    } = link.map_or(*usual, |link| link.settings);
    let mut words = between(latency_min, latency_max);
    if spread == Spread::LongTail {
        words += ", mostly short";
    }
    for (ppm, does) in [(loss_ppm, "loses"), (duplicate_ppm, "doubles"), (overtaking_ppm, "out of order:")] {
        if ppm > 0 {
            words += &format!(", {does} {}", percent(ppm));
        }
    }
    if let Some(rate) = bytes_per_second {
        words += &format!(", {rate} bytes a second");
    }
    if let Some(link) = link {
        if !link.filtered.is_empty() {
            let kinds: Vec<&str> = link.filtered.iter().map(|class| packet::plural(*class)).collect();
            words += &format!(", no {}", list(&kinds));
        }
        if link.clogged {
            words += ", stands still";
        }
    }
    words
}

/// `8 to 16 ms`.
pub(crate) fn between(least: core::time::Duration, most: core::time::Duration) -> String {
    let ms = |time: core::time::Duration| shown(i64::try_from(time.as_micros()).unwrap_or(i64::MAX), MS);
    if least == most { format!("{} ms", ms(least)) } else { format!("{} to {} ms", ms(least), ms(most)) }
}

/// `33.3 %`; to the part per million where it is less than a tenth of a percent.
fn percent(ppm: u32) -> String {
    let number = if ppm >= 1_000 { shown(i64::from(ppm / 1_000), 1) } else { shown(ppm.into(), PERCENT) };
    format!("{number} %")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use raftarium_sim::{Command, PacketClass, Timeline};
    use std::time::Duration;

    const A: NodeId = NodeId(1);
    const B: NodeId = NodeId(3);

    fn odds(timeline: &Timeline) -> Odds {
        Odds::new(&timeline.view().links, &timeline.setup().link, 3)
    }

    #[test]
    fn what_was_done_to_a_link_is_said_for_each_direction() {
        let mut timeline = fixture::settled(3);
        let usual = timeline.setup().link;
        assert_eq!(odds(&timeline), Odds::default());
        assert_eq!(carries(&timeline.view().links, &usual, A, B), "8 to 16 ms");
        let (from, to) = (B, A);
        let settings =
            LinkSettings { loss_ppm: 333_333, duplicate_ppm: 500, latency_max: Duration::from_millis(120), ..usual };
        let commands = [
            Command::SetLink { from, to, both: false, settings },
            Command::Clog { from, to, both: true },
            Command::Filter { from: A, to: B, both: false, classes: vec![PacketClass::Heartbeat, PacketClass::Append] },
        ];
        for command in commands {
            timeline.dispatch(command).expect("two servers");
        }
        let view = timeline.view();
        assert_eq!(
            odds(&timeline).words(A, B),
            ", stopped, some kinds lost from S1 to S3, messages lost from S3 to S1, \
             slow from S3 to S1, messages doubled from S3 to S1"
        );
        assert_eq!(odds(&timeline).of(A, NodeId(2)), []);
        assert_eq!(carries(&view.links, &usual, A, B), "8 to 16 ms, no entries and heartbeats, stands still");
        assert_eq!(carries(&view.links, &usual, B, A), "8 to 120 ms, loses 33.3 %, doubles 0.05 %, stands still");
    }

    #[test]
    fn what_all_links_do_is_said_once_and_what_one_does_besides_stays_its_own() {
        let mut timeline = fixture::settled(3);
        let usual = timeline.setup().link;
        let lossy = LinkSettings { loss_ppm: 100_000, ..usual };
        timeline.dispatch(Command::SetAllLinks { settings: lossy }).expect("any time");
        let both = true;
        let settings = LinkSettings { overtaking_ppm: 1_000_000, ..lossy };
        timeline.dispatch(Command::SetLink { from: A, to: B, both, settings }).expect("two servers");
        let both_odd = odds(&timeline);
        assert_eq!(both_odd.everywhere, [Oddity::Loses]);
        assert_eq!(both_odd.of(A, B), [(Oddity::Jumbles, Way::Both)]);
        assert_eq!(both_odd.words(A, NodeId(2)), ", messages lost");
        timeline.dispatch(Command::SetAllLinks { settings: usual }).expect("any time");
        assert_eq!(odds(&timeline), Odds::default());
    }
}
