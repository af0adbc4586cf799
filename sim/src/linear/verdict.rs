//! What a check knows, and why it may not be sure.

use core::fmt;

use serde::{Deserialize, Serialize};

/// How many configurations are looked at for one return.
pub(super) const ORDERS_MAX: usize = 4_096;
/// How many writes of unknown outcome, beyond those that are told apart, are let happen any number of times.
pub(super) const LOOSE_MAX: usize = 16;

/// What the check of a key knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// All that was returned is explained.
    Linearizable,
    /// No violation was found, and there may be one.
    Inconclusive(Doubt),
    /// No order explains what was returned.
    Violated,
}

/// Why a check is not sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Doubt {
    /// More writes ended as unknown than are told apart. The oldest are let happen any number of times; what is refused
    /// in spite of that is a violation.
    LooseWrites {
        /// How many are told apart.
        max: u32,
    },
    /// The check has ended: too much ended as unknown.
    ManyUnknown {
        /// How many are told apart or let happen any number of times.
        max: u32,
    },
    /// The check has ended: too many operations were under way at once.
    ManyLive {
        /// The most that are allowed.
        max: u32,
    },
    /// The check has ended: too many values were in play at once.
    ManyValues {
        /// The most that are allowed.
        max: u32,
    },
    /// The check has ended: too many orders were possible at once.
    ManyOrders {
        /// The most that are allowed.
        max: u32,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LooseWrites { max } => write!(f, "more than {max} writes of unknown outcome"),
            Self::ManyUnknown { max } => write!(f, "more than {max} operations of unknown outcome"),
            Self::ManyLive { max } => write!(f, "more than {max} operations at once"),
            Self::ManyValues { max } => write!(f, "more than {max} values in play"),
            Self::ManyOrders { max } => write!(f, "more than {max} orders possible"),
        }
    }
}
