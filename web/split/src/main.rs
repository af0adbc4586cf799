//! Takes out of a wasm program what it does not take to make a page stand, so that it is loaded later: functions, and the texts
//! and tables that only they name.
//!
//! - `raftarium-split mark IN OUT`: a program that notes what runs.
//! - `raftarium-split list IN RAN`: the functions of `IN` that did not, by the notes in the file `RAN`.
//! - `raftarium-split divide IN LIST FIRST LATER SCRIPT`: the two halves, by such a list; what they import is called by short
//!   names from then on, in the script that provides it, too.
//!
//! A function that the list does not name stays in the first half: a list that is old costs bytes, and nothing else.

#![allow(clippy::wildcard_enum_match_arm, reason = "of wasm's hundreds of instructions, three name functions")]

mod data;
mod divide;
mod glue;
mod mark;
mod meaning;
mod names;
mod program;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::{env, fmt, fs, io};

use program::Program;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("raftarium-split: {failure}.");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Failure> {
    match arguments {
        ["mark", from, to] => write(to, &mark::mark(&read(from)?)?),
        ["list", program, ran] => {
            print!("{}", unused(&read(program)?, &read(ran)?)?);
            Ok(())
        }
        ["divide", from, list, first, later, script] => {
            let list = String::from_utf8_lossy(&read(list)?).into_owned();
            let list: BTreeSet<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
            let program = read(from)?;
            let mut glue = String::from_utf8_lossy(&read(script)?).into_owned();
            let halves = divide::divide(&program, &mut glue, |name| list.contains(name))?;
            for half in [&halves.first, &halves.later] {
                wasmparser::validate(half)?;
            }
            let (all, now) = (program.len(), halves.first.len());
            println!("{} functions are loaded later: {now} of {all} bytes are left to begin with", halves.moved);
            write(script, glue.as_bytes())?;
            write(first, &halves.first)?;
            write(later, &halves.later)
        }
        _ => Err(Failure::Usage),
    }
}

/// The names of what has not run, a line each. A name that something else has that ran is not among them.
fn unused(bytes: &[u8], ran: &[u8]) -> Result<String, Failure> {
    let program = Program::read(bytes)?;
    let has_run = |index: &u32| ran.get(*index as usize).is_some_and(|&note| note != 0);
    let used: BTreeSet<&String> = program.own().filter(has_run).filter_map(|index| program.names.get(&index)).collect();
    let names = program.own().filter_map(|index| program.names.get(&index));
    let names: BTreeSet<&String> = names.filter(|name| !used.contains(name)).collect();
    Ok(names.into_iter().map(|name| format!("{name}\n")).collect())
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::File(path.to_owned(), error))
}

fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| Failure::File(path.to_owned(), error))
}

/// Why a program was not divided.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The arguments are none that are known.
    Usage,
    /// A file could not be read or written.
    File(String, io::Error),
    /// It is no wasm.
    Wasm(String),
    /// It has something that this program does not divide.
    Unknown(String),
    /// A function is wanted in a half that it is not in.
    Lost(u32),
    /// Nothing is there that could load the second half.
    NoFill,
}

impl From<wasmparser::BinaryReaderError> for Failure {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Wasm(error.to_string())
    }
}

impl From<wasm_encoder::reencode::Error<Self>> for Failure {
    fn from(error: wasm_encoder::reencode::Error<Self>) -> Self {
        match error {
            wasm_encoder::reencode::Error::UserError(failure) => failure,
            other => Self::Wasm(other.to_string()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage => {
                f.write_str("what is known is mark IN OUT, list IN RAN, and divide IN LIST FIRST LATER SCRIPT")
            }
            Self::File(path, error) => write!(f, "{path}: {error}"),
            Self::Wasm(reason) => write!(f, "this is not wasm: {reason}"),
            Self::Unknown(what) => write!(f, "the program has {what}, which cannot be divided"),
            Self::Lost(index) => write!(f, "function {index} is in neither half"),
            Self::NoFill => f.write_str("the program exports no function `fill_later`"),
        }
    }
}

impl std::error::Error for Failure {}
