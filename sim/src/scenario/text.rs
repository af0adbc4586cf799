//! Scenarios as JSON.
//!
//! JSON, because runs are shared as JSON already, every editor knows it, and its parser says where and why it does not
//! understand.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::play::Place;
use super::{Act, Condition, Scenario, VERSION};

/// Why a text is not a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: String,
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.reason)
    }
}

impl core::error::Error for TextError {}

/// The parts of a text that errors point to.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow)]
    version: Option<&'a RawValue>,
    #[serde(borrow)]
    world: Option<&'a RawValue>,
    #[serde(borrow, default)]
    steps: Vec<&'a RawValue>,
    #[serde(borrow)]
    end: Option<&'a RawValue>,
}

impl<'a> Parts<'a> {
    fn part(&self, place: Place) -> Option<&'a RawValue> {
        match place {
            Place::World => self.world,
            Place::Step(number) => number.checked_sub(1).and_then(|place| self.steps.get(place)).copied(),
            Place::End => self.end,
        }
    }
}

/// Only the version: of a later one, nothing else can be told.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

fn parts(text: &str) -> Result<Parts<'_>, TextError> {
    Ok(serde_json::from_str(text)?)
}

impl Scenario {
    /// Reads a scenario.
    ///
    /// # Errors
    ///
    /// If the text is not JSON, has a field that is not known or lacks one, has another version, or says what cannot be:
    /// with the line, the column and the reason.
    pub fn from_json(text: &str) -> Result<Self, TextError> {
        let Version { version } = serde_json::from_str(text)?;
        if version != VERSION {
            let reason = alloc::format!("version is {version}; allowed is {VERSION}");
            return Err(at(text, parts(text)?.version, reason));
        }
        let scenario: Self = serde_json::from_str(text)?;
        let Err((place, problem)) = scenario.checked() else { return Ok(scenario) };
        Err(at(text, parts(text)?.part(place), problem.to_string()))
    }

    /// The line of the text of a scenario in which a place begins, from 1; of what it does not have, the first.
    #[must_use]
    pub fn line(text: &str, place: Place) -> usize {
        let part = parts(text).ok().and_then(|parts| parts.part(place));
        at(text, part, String::new()).line
    }

    /// Writes it down, so that [`Self::from_json`] reads it: a line for each step, each condition of the end, and each part
    /// of the world.
    #[must_use]
    pub fn to_json(&self) -> String {
        laid_out(&serde_json::to_string(self).expect("plain data, all keys strings"))
    }
}

/// The same JSON with spaces and lines: what is in the whole, and in each part of it, has a line of its own.
fn laid_out(json: &str) -> String {
    const DEEPEST: usize = 2;
    let mut text = String::with_capacity(json.len() * 2);
    let (mut depth, mut quoted, mut escaped, mut empty) = (0_usize, false, false, false);
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.extend(core::iter::repeat_n("  ", depth));
    };
    for c in json.chars() {
        let opened = empty;
        empty = !quoted && matches!(c, '{' | '[');
        let closes = !quoted && matches!(c, '}' | ']');
        if opened && !closes {
            if depth <= DEEPEST {
                line(&mut text, depth)
            } else if text.ends_with('{') {
                text.push(' ')
            }
        }
        if closes {
            depth -= 1;
            if !opened {
                if depth < DEEPEST {
                    line(&mut text, depth)
                } else if c == '}' {
                    text.push(' ')
                }
            }
        }
        text.push(c);
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            '{' | '[' if !quoted => depth += 1,
            ',' if !quoted && depth <= DEEPEST => line(&mut text, depth),
            ',' | ':' if !quoted => text.push(' '),
            _ => {}
        }
    }
    text.push('\n');
    text
}

/// The place of a part of `text`: it was read from it, so it is a slice of it.
fn at(text: &str, part: Option<&RawValue>, reason: String) -> TextError {
    let offset = part.map_or(0, |part| part.get().as_ptr().addr().saturating_sub(text.as_ptr().addr()));
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    TextError { line, column, reason }
}

impl From<serde_json::Error> for TextError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let told = error.to_string();
        let place = alloc::format!(" at line {line} column {column}");
        let reason = told.strip_suffix(&place).unwrap_or(&told).into();
        Self { line, column, reason }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).unwrap_or_default())
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).unwrap_or_default())
    }
}
