//! How links carry packets, what they let through, and who is on which side.

use raftarium_sim::core::NodeId;
use raftarium_sim::story::packet;
use raftarium_sim::{Command, LinkSettings, PacketClass, Spread, View, World};

use super::field::{Field, Filled};

pub(super) const LINK_ABOUT: &str = "It holds for what is sent from now on.";
pub(super) const FILTER_ABOUT: &str = "What is not let through is lost.";
pub(super) const SPLIT_ABOUT: &str = "Whoever is on both sides is a bridge between them.";

fn settings(link: Option<(NodeId, NodeId)>, view: &View, world: &World) -> LinkSettings {
    let found = link.and_then(|ends| view.links.iter().find(|link| (link.from, link.to) == ends));
    found.map_or(world.setup().link, |link| link.settings)
}

pub(super) fn link_fields(link: Option<(NodeId, NodeId)>, view: &View, world: &World) -> Vec<Field> {
    let now = settings(link, view, world);
    let spread = match now.spread {
        Spread::Even => "even",
        Spread::LongTail => "tail",
    };
    let mut fields = Vec::new();
    if let Some((a, b)) = link {
        let (there, back) = (format!("{a} → {b}"), format!("{b} → {a}"));
        let ways = [("both", "both ways"), ("there", &there), ("back", &back)];
        fields.push(Field::choice("way", "Direction", "both", &ways));
    }
    fields.extend([
        Field::ms("low", "Shortest latency", now.latency_min),
        Field::ms("high", "Longest latency", now.latency_max),
        Field::choice(
            "spread",
            "In between",
            spread,
            &[("even", "evenly spread"), ("tail", "mostly short, a few long")],
        ),
        Field::percent("loss", "Lost", now.loss_ppm),
        Field::percent("double", "Doubled", now.duplicate_ppm),
        Field::percent("overtake", "Out of order", now.overtaking_ppm),
        Field::limit("rate", "Bytes per second", now.bytes_per_second, "B/s"),
        Field::limit("queue", "Bytes that may wait", now.queue_bytes_max, "B"),
    ]);
    fields
}

pub(super) fn link_commands(link: Option<(NodeId, NodeId)>, filled: &Filled<'_>) -> Result<Vec<Command>, String> {
    let settings = LinkSettings {
        latency_min: filled.ms("low")?,
        latency_max: filled.ms("high")?,
        spread: if filled.chosen("spread") == "tail" { Spread::LongTail } else { Spread::Even },
        loss_ppm: filled.percent("loss")?,
        duplicate_ppm: filled.percent("double")?,
        overtaking_ppm: filled.percent("overtake")?,
        bytes_per_second: filled.limit("rate")?,
        queue_bytes_max: filled.limit("queue")?,
    };
    Ok(vec![match (link, filled.chosen("way")) {
        (None, _) => Command::SetAllLinks { settings },
        (Some((a, b)), "there") => Command::SetLink { from: a, to: b, both: false, settings },
        (Some((a, b)), "back") => Command::SetLink { from: b, to: a, both: false, settings },
        (Some((a, b)), _) => Command::SetLink { from: a, to: b, both: true, settings },
    }])
}

/// Clients are not at a link between servers.
fn classes() -> impl Iterator<Item = PacketClass> {
    PacketClass::ALL.into_iter().filter(|class| !matches!(class, PacketClass::Request | PacketClass::Answer))
}

pub(super) fn filter_fields(a: NodeId, b: NodeId, view: &View) -> Vec<Field> {
    let (there, back) = (format!("{a} → {b}"), format!("{b} → {a}"));
    let ways = [("both", "both ways"), ("there", &there[..]), ("back", &back[..])];
    let filtered = view.links.iter().find(|link| (link.from, link.to) == (a, b)).map(|link| &link.filtered);
    let through = |class: &PacketClass| !filtered.is_some_and(|filtered| filtered.contains(class));
    let classes = classes().enumerate().map(|(at, class)| {
        let field = Field::flag(packet::plural(class), packet::plural(class), through(&class));
        if at == 0 { field.under("Let through") } else { field }
    });
    std::iter::once(Field::choice("way", "Direction", "both", &ways)).chain(classes).collect()
}

pub(super) fn filter_commands(a: NodeId, b: NodeId, filled: &Filled<'_>) -> Vec<Command> {
    let classes = classes().filter(|class| !filled.is_on(packet::plural(*class))).collect();
    let (from, to, both) = match filled.chosen("way") {
        "there" => (a, b, false),
        "back" => (b, a, false),
        _ => (a, b, true),
    };
    vec![Command::Filter { from, to, both, classes }]
}

pub(super) fn split_fields(view: &View) -> Vec<Field> {
    let sides = [("left", "left"), ("right", "right"), ("both", "both: a bridge")];
    let half = view.servers.len().div_ceil(2);
    let side = |at: usize| if at < half { "left" } else { "right" };
    let field = |(at, id): (usize, NodeId)| Field::choice(&id.to_string(), &id.to_string(), side(at), &sides);
    view.servers.iter().map(|server| server.id).enumerate().map(field).collect()
}

pub(super) fn split_commands(view: &View, filled: &Filled<'_>) -> Vec<Command> {
    let side = |not: &str| -> Vec<NodeId> {
        view.servers.iter().map(|server| server.id).filter(|id| filled.chosen(&id.to_string()) != not).collect()
    };
    let groups: Vec<Vec<NodeId>> =
        [side("right"), side("left")].into_iter().filter(|group| !group.is_empty()).collect();
    vec![Command::Partition { groups }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::fixture;
    use crate::show::forms::Value;

    #[test]
    fn a_form_that_is_left_as_it_is_changes_nothing() {
        let timeline = fixture::settled(3);
        let (view, world) = (timeline.view(), timeline.world());
        let link = Some((NodeId(1), NodeId(2)));
        let fields = link_fields(link, &view, world);
        let usual = Command::SetLink { from: NodeId(1), to: NodeId(2), both: true, settings: world.setup().link };
        assert_eq!(link_commands(link, &Filled(&fields)), Ok(vec![usual]));
        let fields = filter_fields(NodeId(1), NodeId(2), &view);
        let open = Command::Filter { from: NodeId(1), to: NodeId(2), both: true, classes: vec![] };
        assert_eq!(filter_commands(NodeId(1), NodeId(2), &Filled(&fields)), [open]);
    }

    #[test]
    fn the_sides_are_as_they_are_chosen() {
        let view = fixture::view(5);
        let mut fields = split_fields(&view);
        let ids = |numbers: &[u64]| numbers.iter().copied().map(NodeId).collect::<Vec<_>>();
        let groups = |fields: &[Field]| split_commands(&view, &Filled(fields));
        assert_eq!(groups(&fields), [Command::Partition { groups: vec![ids(&[1, 2, 3]), ids(&[4, 5])] }]);
        if let Value::Choice { chosen, .. } = &mut fields[2].value {
            "both".clone_into(chosen);
        }
        assert_eq!(groups(&fields), [Command::Partition { groups: vec![ids(&[1, 2, 3]), ids(&[3, 4, 5])] }]);
    }
}
