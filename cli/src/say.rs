//! What a person reads: results on stdout, everything else on stderr.

use std::fmt::Display;
use std::io::{self, Write as _};

use serde::Serialize;

/// A line of a result. Whoever stops reading has read enough.
pub(crate) fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// A line of a result, for programs.
pub(crate) fn json(value: &impl Serialize) {
    line(serde_json::to_string(value).expect("plain data with names for keys"));
}

/// Something that is good to know meanwhile.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The last words of a command that could not be done.
pub(crate) fn error(text: impl Display) {
    note(format_args!("raftarium: {text}"));
}
