//! A cut network: a hull around those that still reach each other, and the line between them.

use std::rc::Rc;

use raftarium_sim::View;
use raftarium_sim::core::Term;
use yew::prelude::*;

use crate::geometry::partition::{self, Group, hull};
use crate::geometry::px;
use crate::geometry::ring::Ring;
use crate::show::term;

#[derive(Properties, PartialEq)]
pub(crate) struct HullsProps {
    pub(crate) ring: Rc<Ring>,
    pub(crate) view: Rc<View>,
    pub(crate) groups: Vec<Group>,
}

/// The hulls, in the colour of the latest term in each.
#[component]
pub(crate) fn Hulls(props: &HullsProps) -> Html {
    let hulls = props.groups.iter().map(|group| {
        let terms = group.iter().filter_map(|&at| props.view.servers.get(at)).map(|server| server.term);
        let class = classes!("hull", term::class(terms.max().unwrap_or(Term(0))));
        let width = px(2.0 * (props.ring.radius + 19.0));
        html! { <path {class} d={hull(group, &props.ring)} stroke-width={width} /> }
    });
    html! { <g aria-hidden="true">{ for hulls }</g> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct LineProps {
    pub(crate) line: Option<partition::CutLine>,
}

/// The line along which the network is cut.
#[component]
pub(crate) fn CutLine(props: &LineProps) -> Html {
    let line = props.line.as_ref();
    html! {
        <g aria-hidden="true">{ line.map(|line| html! { <path class="cut-line" d={line.path.clone()} /> }) }</g>
    }
}
