//! The kind `interaction`: servers, and messages between them that are delivered by hand.
//!
//! Where their library and our core do the same in other steps, the runner is a host that makes up for it, so that what
//! can be compared is:
//!
//! - Our terms are one more than theirs, who start in term 0 with a snapshot of term 1 (`nodes.rs`).
//! - Our leaders say how far is committed with the next message, so a heartbeat falls due at once (`host.rs`).
//! - A disk that has nothing else to do writes a candidate's term at once: our vote requests wait for it (`host.rs`).
//! - What only a leader can do is passed on to it (`env.rs`).
//! - A change that is refused leaves an empty entry, as theirs does; one that only comes too early is asked for again.
//! - When a leader removes itself, what it tells its heir is lost: their leaders tell nobody.
//!
//! What still differs is explained by a [rule](crate::rules), or is a failure.

mod bag;
mod compare;
mod env;
mod host;
mod nodes;
mod seen;
mod why;

pub(crate) use env::Env;
