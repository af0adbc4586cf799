//! A stretch of time in words, for whoever cannot see it.

use std::collections::BTreeSet;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::story::{count, list, seconds};

use super::{End, Line, MomentKind, Scene};
use crate::show::packet::name;

/// `heartbeat, S1 to S2, sent at 0.812 s, arrived at 0.824 s`.
pub(crate) fn line_words(line: &Line) -> String {
    let end = match line.end {
        End::Arrived(at) => format!("arrived at {}", seconds(at)),
        End::Lost(at, _) => format!("lost at {}", seconds(at)),
        End::UnderWay(Some(at)) => format!("arrives at {}", seconds(at)),
        End::UnderWay(None) => "held".to_owned(),
    };
    format!("{}, {} to {}, sent at {}, {end}", name(line.what), line.from, line.to, seconds(line.sent))
}

/// What is seen between two moments, in a few sentences.
pub(crate) fn summary(scene: &Scene, from: Instant, to: Instant) -> String {
    let lost = scene.lines.iter().filter(|line| matches!(line.end, End::Lost(..))).count();
    let mut text = format!(
        "From {} to {}: {}",
        seconds(from),
        seconds(to),
        count(scene.lines.len() as u64, "message", "messages")
    );
    if lost > 0 {
        text += &format!(", {lost} of them lost");
    }
    text += &format!("; {}.", count(scene.writes.len() as u64, "write to a disk", "writes to disks"));
    let mut crashed = BTreeSet::new();
    for moment in &scene.moments {
        match moment.kind {
            MomentKind::Election(term) => {
                text += &format!(" {} starts an election for term {term} at {}.", moment.server, seconds(moment.at));
            }
            MomentKind::Leader(term) => {
                text += &format!(" {} leads term {term} from {}.", moment.server, seconds(moment.at));
            }
            MomentKind::Crash => {
                crashed.insert(moment.server);
            }
            MomentKind::Commit(_) | MomentKind::Start => {}
        }
    }
    if !crashed.is_empty() {
        let names: Vec<NodeId> = crashed.into_iter().collect();
        text += &format!(" Crashed: {}.", list(&names));
    }
    if let Some((at, rule)) = scene.violations.first() {
        text += &format!(" {} is broken at {}.", rule.name(), seconds(*at));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;

    #[test]
    fn a_stretch_is_told_with_its_elections() {
        let timeline = fixture::settled(3);
        let (from, to) = (Instant::ZERO, Instant::from_millis(1_000));
        let scene = Scene::read(timeline.all_records(), &timeline.view(), from, to, 200_000);
        let text = summary(&scene, from, to);
        assert!(text.starts_with("From 0.000 s to 1.000 s: "), "{text}");
        assert!(text.contains(" starts an election for term 1 at ") && text.contains(" leads term 1 from "), "{text}");
        let first = line_words(&scene.lines[0]);
        assert!(first.contains(", sent at 0.") && first.contains(", arrived at 0."), "{first}");
    }
}
