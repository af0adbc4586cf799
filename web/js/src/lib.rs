//! The JavaScript face of Raftarium, published to npm as `raftarium`.
//!
//! What JavaScript imports is the shell in `shell/` and `index.js`: it loads the wasm, copies what is given, and turns
//! every refusal into a `RaftariumError`. What it calls is [`Simulation`], a thin face of the engine's timeline. What
//! goes in and comes out are the types in [`types`], from which the TypeScript types are generated.

mod boundary;
mod failure;
mod panic;
mod simulation;
pub mod types;
mod value;

pub use failure::{ErrorCode, Failure};
pub use panic::{on_panic, panic_on_purpose};
pub use simulation::Simulation;
pub use value::{Malformed, Value};
