//! A place in a log.

use raftarium_sim::core::{LogIndex, NodeId};
use yew::prelude::*;

use crate::geometry::px_hundredths;
use crate::show::grid::{Cell, Shown};
use crate::show::term;
use crate::state::{Entry, Side};

/// Longer words may need two lines.
const LONG: usize = 14;

/// The entry, what the leader knows there, and what has just gone.
pub(super) fn cell(side: Side, this: Entry, cell: &Cell, style: String, selected: bool, reachable: bool) -> Html {
    let gone = cell.gone.map(|(term, left)| {
        let class = classes!("gone", term.map_or("t0", term::class));
        let style = format!("--left:{}", px_hundredths(f64::from(left) / 8.0));
        html! { <span {class} {style} aria-hidden="true">{ term.map(|term| term.to_string()) }</span> }
    });
    html! {
        <div key={cell.index} class={classes!("place", cell.commit.then_some("commit"))} role="cell" aria-colindex={(cell.index + 1).to_string()} {style}>
            { cell.entry.as_ref().map(|entry| button(side, this, entry, selected, reachable)) }
            if cell.matched {
                <span class="match" aria-hidden="true" />
            }
            if cell.next {
                <span class="next" aria-hidden="true" />
            }
            { gone }
        </div>
    }
}

fn button(side: Side, this: Entry, entry: &Shown, selected: bool, reachable: bool) -> Html {
    let class = classes!(
        "cell",
        term::class(entry.term),
        entry.committed.then_some("committed"),
        (!entry.durable).then_some("volatile"),
        entry.applied.then_some("applied"),
        entry.membership.then_some("membership"),
        (entry.words.chars().count() > LONG).then_some("long"),
        selected.then_some("selected"),
    );
    html! {
        <button
            type="button"
            id={side.id(&id(this))}
            {class}
            data-term={entry.term.to_string()}
            tabindex={if reachable { "0" } else { "-1" }}
            title={entry.words.clone()}
            aria-label={name(this, entry)}
        >
            <span class="words">{ breakable(&entry.words) }</span>
        </button>
    }
}

/// The words may go on below after an equals sign.
fn breakable(words: &str) -> String {
    words.replacen('=', "=\u{200b}", 1)
}

/// The id of an entry's cell.
pub(super) fn id(entry: Entry) -> String {
    format!("entry-{}-{}", entry.server.0, entry.index.0)
}

/// The entry whose cell has this id.
pub(super) fn entry(id: &str) -> Option<Entry> {
    let (server, index) = id.strip_prefix("entry-")?.split_once('-')?;
    Some(Entry { server: NodeId(server.parse().ok()?), index: LogIndex(index.parse().ok()?) })
}

/// `S1 index 3, x=1, term 2, committed, applied`.
fn name(this: Entry, entry: &Shown) -> String {
    let committed = if entry.committed { "committed" } else { "not committed" };
    let durable = if entry.durable { "" } else { ", not on disk yet" };
    let applied = if entry.applied { ", applied" } else { "" };
    format!("{} index {}, {}, term {}, {committed}{durable}{applied}", this.server, this.index, entry.words, entry.term)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_found_by_its_id() {
        let this = Entry { server: NodeId(51), index: LogIndex(1_234) };
        assert_eq!(entry(&id(this)), Some(this));
        for other in ["entry-1", "entry-x-1", "server-1", "entry-1-1-1", ""] {
            assert_eq!(entry(other), None, "{other}");
        }
    }
}
