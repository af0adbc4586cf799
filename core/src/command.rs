//! The bytes of a command, shared where that is cheaper than to copy them.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

use bytes::Bytes;

/// The bytes of a command; the core never looks inside.
///
/// Cloning it shares them, whatever their number: a log and the messages to all followers have the same bytes. Only a
/// short command is kept in place and copied, which is cheaper than to count who shares it.
#[derive(Clone)]
pub struct CommandBytes(Repr);

#[derive(Clone)]
enum Repr {
    Short(Short),
    Shared(Bytes),
}

/// Copied in one piece.
#[derive(Clone, Copy)]
struct Short {
    len: u8,
    bytes: [u8; SHORT_MAX],
}

/// What fits without making an entry larger: 38 bytes on a machine of 64 bits, 18 on one of 32.
const SHORT_MAX: usize = size_of::<Bytes>() + size_of::<usize>() - 2;

impl CommandBytes {
    fn short(data: &[u8]) -> Option<Self> {
        let mut bytes = [0; SHORT_MAX];
        bytes.get_mut(..data.len())?.copy_from_slice(data);
        Some(Self(Repr::Short(Short { len: u8::try_from(data.len()).ok()?, bytes })))
    }
}

impl Deref for CommandBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Repr::Short(Short { len, bytes }) => &bytes[..usize::from(*len)],
            Repr::Shared(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for CommandBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Bytes> for CommandBytes {
    fn from(bytes: Bytes) -> Self {
        Self::short(&bytes).unwrap_or(Self(Repr::Shared(bytes)))
    }
}

impl From<&Bytes> for CommandBytes {
    fn from(bytes: &Bytes) -> Self {
        Self::short(bytes).unwrap_or_else(|| Self(Repr::Shared(bytes.clone())))
    }
}

impl From<CommandBytes> for Bytes {
    fn from(command: CommandBytes) -> Self {
        match command.0 {
            Repr::Short(_) => Self::copy_from_slice(&command),
            Repr::Shared(bytes) => bytes,
        }
    }
}

impl From<Vec<u8>> for CommandBytes {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

impl From<String> for CommandBytes {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static [u8]> for CommandBytes {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<&'static str> for CommandBytes {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl PartialEq for CommandBytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for CommandBytes {}

impl PartialOrd for CommandBytes {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for CommandBytes {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for CommandBytes {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for CommandBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for CommandBytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for CommandBytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Bytes::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entry, Payload};
    use alloc::format;
    use alloc::vec;

    #[test]
    fn the_bytes_are_the_same_however_they_are_kept() {
        for len in [0, 1, SHORT_MAX - 1, SHORT_MAX, SHORT_MAX + 1, 1000] {
            let bytes = Bytes::from(vec![7; len]);
            let command = CommandBytes::from(bytes.clone());
            assert_eq!(&command[..], &bytes[..], "{len}");
            assert_eq!(Bytes::from(command), bytes, "{len}");
        }
    }

    #[test]
    fn only_what_is_long_is_shared() {
        for (len, shared) in [(SHORT_MAX, false), (SHORT_MAX + 1, true)] {
            let command = CommandBytes::from(vec![7; len]);
            assert_eq!(command.clone().as_ptr() == command.as_ptr(), shared, "{len}");
        }
    }

    #[test]
    fn an_entry_is_no_larger_than_with_shared_bytes_only() {
        assert_eq!(size_of::<Entry>(), size_of::<crate::EntryId>() + size_of::<Bytes>() + size_of::<usize>());
    }

    #[test]
    fn it_reads_as_text() {
        assert_eq!(format!("{:?}", Payload::Command("a\n".into())), r#"Command(b"a\n")"#);
    }
}
