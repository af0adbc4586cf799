//! The kind `interaction`: servers, and messages between them that are delivered by hand.

mod compare;
mod env;
mod host;
mod seen;

pub(crate) use env::Env;
