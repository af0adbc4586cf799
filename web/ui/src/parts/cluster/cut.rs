//! A cut network: a hull around those that still reach each other, and the line between them.

use raftarium_sim::View;
use raftarium_sim::core::Term;
use yew::prelude::*;

use crate::geometry::partition::{CutLine, Group, hull};
use crate::geometry::px;
use crate::geometry::ring::Ring;
use crate::show::term;

/// The hulls, in the colour of the latest term in each.
pub(super) fn hulls(ring: &Ring, view: &View, groups: &[Group]) -> Html {
    let hulls = groups.iter().map(|group| {
        let terms = group.iter().filter_map(|&at| view.servers.get(at)).map(|server| server.term);
        let class = classes!("hull", term::class(terms.max().unwrap_or(Term(0))));
        let margin = if ring.many {
            5.0
        } else if ring.crowded {
            10.0
        } else {
            19.0
        };
        let width = px(2.0 * (ring.radius + margin));
        html! { <path {class} d={hull(group, ring)} stroke-width={width} /> }
    });
    html! { <g aria-hidden="true">{ for hulls }</g> }
}

/// The line along which the network is cut.
pub(super) fn cut_line(line: Option<&CutLine>) -> Html {
    html! {
        <g aria-hidden="true">{ line.map(|line| html! { <path class="cut-line" d={line.path.clone()} /> }) }</g>
    }
}
