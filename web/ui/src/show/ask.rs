//! What a client can ask, as it is filled in.

use raftarium_sim::{Op, ReadBy, Retries};

/// The operations, as they are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Asked {
    #[default]
    Put,
    Get,
    Delete,
    CompareAndSet,
    Increment,
    ReadIndex,
    ReadLease,
    ReadNothing,
}

impl Asked {
    /// All of them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Put,
        Self::Get,
        Self::Delete,
        Self::CompareAndSet,
        Self::Increment,
        Self::ReadIndex,
        Self::ReadLease,
        Self::ReadNothing,
    ];

    /// What it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Put => "put",
            Self::Get => "get",
            Self::Delete => "delete",
            Self::CompareAndSet => "set if",
            Self::Increment => "add",
            Self::ReadIndex => "read",
            Self::ReadLease => "lease read",
            Self::ReadNothing => "local read",
        }
    }

    /// What it does, in a sentence.
    pub(crate) const fn says(self) -> &'static str {
        match self {
            Self::Put => "Gives a key a value, through the log.",
            Self::Get => "Reads a value, through the log.",
            Self::Delete => "Takes a key’s value away.",
            Self::CompareAndSet => "Compare and set: gives a key a value if it has the expected one.",
            Self::Increment => "Adds to a number; no value counts as 0.",
            Self::ReadIndex => "The leader makes sure that it still leads, and reads (ReadIndex).",
            Self::ReadLease => "A leader with a lease reads at once, trusting the clocks.",
            Self::ReadNothing => "Whoever is asked reads what it has, which may be old.",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|asked| asked.name() == name)
    }

    /// Whether a value belongs to it.
    pub(crate) const fn has_value(self) -> bool {
        match self {
            Self::Put | Self::CompareAndSet | Self::Increment => true,
            Self::Get | Self::Delete | Self::ReadIndex | Self::ReadLease | Self::ReadNothing => false,
        }
    }

    /// The operation.
    ///
    /// # Errors
    ///
    /// If what is to be added is not a number; in a sentence.
    pub(crate) fn op(self, key: &str, expected: &str, value: &str) -> Result<Op, String> {
        let (key, value) = (key.to_owned(), value.to_owned());
        Ok(match self {
            Self::Put => Op::Put { key, value },
            Self::Get => Op::Get { key },
            Self::Delete => Op::Delete { key },
            Self::CompareAndSet => {
                let expected = (!expected.is_empty()).then(|| expected.to_owned());
                Op::CompareAndSet { key, expected, value }
            }
            Self::Increment => match value.trim().parse() {
                Ok(by) => Op::Increment { key, by },
                Err(_) => return Err(format!("“{value}” cannot be added; allowed are whole numbers of 64 bits.")),
            },
            Self::ReadIndex => Op::Read { key, by: ReadBy::Index },
            Self::ReadLease => Op::Read { key, by: ReadBy::Lease },
            Self::ReadNothing => Op::Read { key, by: ReadBy::Nothing },
        })
    }
}

/// What a client does if it gets no answer: the names, and what they mean.
pub(crate) const RETRIES: [(Retries, &str, &str); 3] = [
    (Retries::Never, "give up", "Without an answer, it calls the outcome unknown."),
    (Retries::Plain, "ask again", "Without an answer it asks again; what it asks may be done twice."),
    (Retries::Session, "in a session", "It asks again with the same number, and what it asks is done once."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_can_be_asked_by_its_name() {
        for asked in Asked::ALL {
            assert_eq!(Asked::from_name(asked.name()), Some(asked));
            assert!(asked.op("x", "1", "2").is_ok_and(|op| op.check().is_ok()), "{asked:?}");
        }
        assert_eq!(Asked::from_name("steal"), None);
    }

    #[test]
    fn nothing_expected_is_no_value_and_only_numbers_are_added() {
        let op = Asked::CompareAndSet.op("x", "", "2");
        assert_eq!(op, Ok(Op::CompareAndSet { key: "x".into(), expected: None, value: "2".into() }));
        assert_eq!(Asked::Increment.op("x", "", "-3"), Ok(Op::Increment { key: "x".into(), by: -3 }));
        assert!(Asked::Increment.op("x", "", "one").is_err_and(|error| error.contains("“one”")));
    }
}
