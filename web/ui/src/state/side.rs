//! Which of two clusters that are compared something belongs to.

/// A cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Side {
    /// There is no other one.
    #[default]
    Only,
    /// The one that was there first.
    A,
    /// The one that differs.
    B,
}

/// What the ids in the other cluster begin with.
const PREFIX: &str = "b-";

impl Side {
    /// The id of what has the id `id` where there is only one cluster.
    pub(crate) fn id(self, id: &str) -> String {
        match self {
            Self::Only | Self::A => id.to_owned(),
            Self::B => format!("{PREFIX}{id}"),
        }
    }

    /// The id without its side.
    pub(crate) fn without(id: &str) -> &str {
        id.strip_prefix(PREFIX).unwrap_or(id)
    }

    /// A title: `Log B`.
    pub(crate) fn title(self, title: &str) -> String {
        format!("{title}{}", self.after(" "))
    }

    /// A name: `Log entries of B`.
    pub(crate) fn name(self, name: &str) -> String {
        format!("{name}{}", self.after(" of "))
    }

    fn after(self, between: &str) -> String {
        match self {
            Self::Only => String::new(),
            Self::A => format!("{between}A"),
            Self::B => format!("{between}B"),
        }
    }

    pub(crate) const fn class(self) -> Option<&'static str> {
        match self {
            Self::Only => None,
            Self::A => Some("side-a"),
            Self::B => Some("side-b"),
        }
    }
}
