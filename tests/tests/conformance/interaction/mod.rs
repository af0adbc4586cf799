//! The kind `interaction`: servers, and messages between them that are delivered by hand.

mod bag;
mod compare;
mod env;
mod host;
mod nodes;
mod seen;
mod why;

pub(crate) use env::Env;
