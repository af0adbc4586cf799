//! All links at once, where there are too many for a button each: the buttons are those of one server.

use std::rc::Rc;

use raftarium_sim::core::NodeId;
use yew::prelude::*;

use crate::geometry::ring::Ring;
use crate::geometry::{between_rims, px, xy};
use crate::show::reach::Reach;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) ring: Rc<Ring>,
    pub(crate) reach: Rc<Reach>,
    /// Whether a line shows what is cut, so that the links need not.
    pub(crate) parted: bool,
}

/// The links that work and those that are cut, each as one path.
#[component]
pub(crate) fn Mesh(props: &Props) -> Html {
    let Ring { size, servers, radius, .. } = &*props.ring;
    let (mut works, mut cut) = (String::new(), String::new());
    for (at, &from) in servers.iter().enumerate() {
        for (other, &to) in servers.iter().enumerate().skip(at + 1) {
            let (a, b) = (NodeId(at as u64 + 1), NodeId(other as u64 + 1));
            let is_cut = props.reach.is_cut(a, b) || props.reach.is_cut(b, a);
            let (start, end) = between_rims(from, radius + 3.0, to, radius + 3.0);
            let path = if is_cut { &mut cut } else { &mut works };
            for part in ["M", &xy(start), "L", &xy(end)] {
                path.push_str(part);
            }
        }
    }
    html! {
        <svg class="mesh" viewBox={format!("0 0 {} {}", px(size.width), px(size.height))} aria-hidden="true">
            <path d={works} />
            if !props.parted {
                <path class="cut" d={cut} />
            }
        </svg>
    }
}
