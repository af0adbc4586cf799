//! The page: a Raft cluster that can be watched, clicked, broken and rewound.
//!
//! - `state`: the run that is shown, where in it we look, and what is selected; every change is an action.
//! - `geometry`: where things are drawn: pure functions of sizes, a view and a moment.
//! - `show`: what things are called and how they look: pure functions too.
//! - `parts`: the components, one for each thing on the screen.
//! - `browser`: everything that only a browser has: frames, keys, the address bar, storage, the panic screen.
//!
//! There is no protocol logic here: what a server does is decided in `raftarium-core`, and seen through a `View`.

mod browser;
mod geometry;
mod parts;
mod show;
mod state;

/// Shows the page in the element with the id `app`, and a message in its place if the program ever fails.
///
/// # Panics
///
/// If the document has no such element.
pub fn start() {
    browser::black_box::install();
    let root = browser::element("app").expect("index.html has an element with the id app");
    yew::Renderer::<parts::app::App>::with_root(root).render();
}
