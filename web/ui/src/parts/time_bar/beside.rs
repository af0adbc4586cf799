//! What happened in the other cluster, as a lane below the bar.

use yew::prelude::*;

use super::glyph::{look, thinned};
use super::slider::px_percent;
use crate::geometry::lanes::{ROW, WIDE, fork};
use crate::geometry::px;
use crate::show::axis::Axis;
use crate::show::compare::words;
use crate::show::seconds;
use crate::state::State;

/// It leaves the bar where the two part; before, there is nothing to see.
pub(super) fn beside(state: &State, axis: Axis) -> Html {
    let Some(other) = &state.other else { return Html::default() };
    let said = words(other.difference(), &state.setup.raft);
    let parting = other.parting().map(|parting| parting.at);
    let lane = parting.map(|at| {
        let wide = f64::from(WIDE) / 100.0;
        let height = px(ROW + 4.0);
        let path = fork(0, 1, axis.percent(at) * wide, axis.percent(other.state.end) * wide);
        let marks = &other.state.digest.marks;
        let after = &marks[marks.partition_point(|mark| mark.at < at)..];
        let glyphs = thinned(after, axis).into_iter().map(|mark| {
            let (class, shape, words) = look(mark.kind);
            let style = format!("left:{}%", px_percent(axis.percent(mark.at)));
            html! {
                <svg key={mark.record.0} class={classes!("mark", class)} {style} viewBox="-8 -8 16 16" width="14" height="14" aria-hidden="true">
                    <title>{ format!("B: {words}, {}", seconds(mark.at)) }</title>
                    { shape }
                </svg>
            }
        });
        html! {
            <>
                <svg class="forks" viewBox={format!("0 0 {WIDE} {height}")} preserveAspectRatio="none" aria-hidden="true">
                    <path d={path} vector-effect="non-scaling-stroke" />
                </svg>
                <div class="branch" style="--top:0px"><div class="glyphs" aria-hidden="true">{ for glyphs }</div></div>
            </>
        }
    });
    let left = parting.map_or_else(|| "0".to_owned(), |at| px_percent(axis.percent(at)));
    html! {
        <div class="branches beside" style={format!("--height:{}px", px(ROW + 4.0))}>
            <div class="all">
                { lane }
                <p class="branch"><span class="words" style={format!("--top:0px;--left:{left}%")}>
                    <span class="name">{ "B" }</span>
                    <span class="what">{ format!("{}{}", said.b, if parting.is_none() { ": the same as A so far" } else { "" }) }</span>
                </span></p>
            </div>
        </div>
    }
}
