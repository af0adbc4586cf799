//! Linearizability: whether what clients saw can be what one copy of the data would have shown them.
//!
//! Three checks, from cheap to thorough: [`LogCheck`] compares every answer with the log; [`KeyCheck`] knows nothing of
//! the log, and follows each key as calls and returns come; [`search`] tries all orders of a history, to explain what
//! one of the others has found. [`ClientHistory`] is all of them together.

mod configuration;
mod explain;
mod history;
mod log;
mod model;
mod online;
mod search;
mod symbols;
mod verdict;
mod window;

pub use history::{ClientHistory, Flaw, KEYS_MAX, KeyReport, Origin};
pub use log::LogCheck;
pub use model::{KeyOp, KeyOutcome, KeyOutput};
pub use online::KeyCheck;
pub use search::{HistoryOp, Placed, SEARCH_STEPS_MAX, Search, Start, Witness, search};
pub use verdict::{Doubt, Verdict};
