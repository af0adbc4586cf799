//! What a script prints, as meaning: what each server is known to be in the end.

use std::collections::BTreeMap;

use raftarium_core::Role;

use crate::script::number;
use crate::shape::Shape;

/// What was printed of a server. Nothing where nothing was said.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) role: Option<Role>,
    pub(crate) lead: Option<u64>,
    pub(crate) term: Option<u64>,
    pub(crate) vote: Option<u64>,
    pub(crate) commit: Option<u64>,
    pub(crate) config: Option<Shape>,
    /// All terms and votes, and all roles and leaders, that were shown on the way.
    pub(crate) votes: Vec<(u64, u64)>,
    pub(crate) commits: Vec<u64>,
    pub(crate) roles: Vec<(Role, u64)>,
    /// In the order in which they were appended.
    pub(crate) entries: Vec<Shown>,
    /// In the order in which they were given to be applied.
    pub(crate) committed: Vec<Shown>,
}

/// An entry: `1/12 EntryNormal "foo"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) term: u64,
    pub(crate) index: u64,
    /// Nothing for a change of the configuration, whose effect is compared instead.
    pub(crate) command: Option<Vec<u8>>,
}

/// All that a directive printed.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) servers: BTreeMap<u64, Seen>,
    /// Lines that are none of the others: what the library answered to the one who called it.
    pub(crate) refusals: Vec<String>,
    /// A change of the configuration was replaced by an empty entry.
    pub(crate) ignored_change: bool,
    /// The server may not campaign.
    pub(crate) unpromotable: bool,
    /// Whether anything but `ok` was printed.
    pub(crate) silent: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Entries,
    Committed,
    Other,
}

/// Reads what was printed; a `Ready` without a header is of `server`.
pub(crate) fn read(lines: &[(usize, String)], server: Option<u64>) -> Result<Output, String> {
    let mut output = Output { silent: true, ..Output::default() };
    let (mut current, mut section) = (server.unwrap_or(0), Section::Other);
    for (_, line) in lines {
        let line = line.trim();
        output.silent &= line.starts_with("ok");
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            ">" => current = number(rest.split(' ').next().unwrap_or_default())?,
            "INFO" | "DEBUG" | "WARN" | "ERROR" | "FATAL" => output.log_line(rest)?,
            "Ready" | "<empty" | "Messages:" | "Processing:" | "Responses:" | "Snapshot:" | "ReadStates" => {
                section = Section::Other;
            }
            "Snapshot" => {
                section = Section::Other;
                let index = fields(rest).find(|(key, _)| *key == "Index").map(|(_, value)| number(value));
                output.server(current).commit = index.transpose()?;
            }
            "Entries:" => section = Section::Entries,
            "CommittedEntries:" => section = Section::Committed,
            "HardState" => {
                let seen = output.server(current);
                seen.vote = Some(0);
                for (key, value) in fields(rest) {
                    let value = Some(number(value)?);
                    match key {
                        "Term" => seen.term = value,
                        "Vote" => seen.vote = value,
                        "Commit" => seen.commit = value,
                        other => return Err(format!("a hard state has no `{other}`")),
                    }
                }
                seen.votes.extend(seen.term.zip(seen.vote));
                seen.commits.extend(seen.commit);
            }
            _ if word.starts_with("Lead:") => {
                let seen = output.server(current);
                for (key, value) in fields(line) {
                    match key {
                        "Lead" => seen.lead = Some(number(value)?),
                        "State" => seen.role = Some(role(value)?),
                        other => return Err(format!("a soft state has no `{other}`")),
                    }
                }
                seen.roles.extend(seen.role.zip(seen.lead));
            }
            _ if is_entry(word) => {
                let entry = entry(line)?;
                match section {
                    Section::Entries => output.server(current).entries.push(entry),
                    Section::Committed => output.server(current).committed.push(entry),
                    Section::Other => {}
                }
            }
            "" | "ok" | "]" | "]]" | "dropped:" => {}
            "no" if rest.ends_with("messages") || rest.ends_with("work to perform") => {}
            "raft:" if rest.starts_with("cannot step") => {}
            _ if word.contains("->") => section = Section::Other,
            _ => output.refusals.push(line.to_owned()),
        }
    }
    Ok(output)
}

impl Output {
    fn server(&mut self, id: u64) -> &mut Seen {
        self.servers.entry(id).or_default()
    }

    /// What a server says of itself. The wording of the rest does not count.
    fn log_line(&mut self, text: &str) -> Result<(), String> {
        let Some((id, said)) = text.split_once(' ') else { return Ok(()) };
        let Ok(id) = number(id) else { return Ok(()) };
        if let Some(text) = said.strip_prefix("switched to configuration ") {
            self.server(id).config = Some(Shape::read(text)?);
        } else if let Some((role, term)) = said.strip_prefix("became ").and_then(|said| said.split_once(" at term ")) {
            let seen = self.server(id);
            let (role, term) = (self::role(role)?, number(term)?);
            if seen.term.is_some_and(|before| before != term) {
                seen.vote = None;
            }
            seen.term = Some(term);
            seen.role = Some(role);
            (seen.lead, seen.vote) = match role {
                Role::Leader => (Some(id), seen.vote),
                Role::Candidate => (Some(0), Some(id)),
                Role::PreCandidate => (Some(0), seen.vote),
                Role::Follower => (None, seen.vote),
            };
        } else if let Some((_, whom)) = said.split_once(" cast MsgVote for ") {
            let whom = whom.split(' ').next().unwrap_or_default();
            self.server(id).vote = Some(number(whom)?);
        } else if said.contains("ignoring conf change") {
            self.ignored_change = true;
        } else if said.contains("unpromotable") || said.contains("cannot campaign") {
            self.unpromotable = true;
        }
        Ok(())
    }
}

/// `A:1 B:2`.
pub(crate) fn fields(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_whitespace().filter_map(|word| word.split_once(':'))
}

pub(crate) fn role(text: &str) -> Result<Role, String> {
    match text.trim_start_matches("State") {
        "Follower" | "follower" => Ok(Role::Follower),
        "PreCandidate" | "pre-candidate" => Ok(Role::PreCandidate),
        "Candidate" | "candidate" => Ok(Role::Candidate),
        "Leader" | "leader" => Ok(Role::Leader),
        other => Err(format!("`{other}` is not a role")),
    }
}

pub(crate) fn is_entry(word: &str) -> bool {
    word.split_once('/').is_some_and(|(term, index)| number(term).is_ok() && number(index).is_ok())
}

pub(crate) fn entry(line: &str) -> Result<Shown, String> {
    let wrong = || format!("`{line}` is not an entry");
    let (id, what) = line.split_once(' ').ok_or_else(wrong)?;
    let (term, index) = id.split_once('/').ok_or_else(wrong)?;
    let command = match what.split_once(' ') {
        Some(("EntryNormal", text)) => Some(unquote(text).ok_or_else(wrong)?),
        Some(("EntryConfChange" | "EntryConfChangeV2", _)) => None,
        None if what.starts_with("EntryConfChange") => None,
        Some(_) | None => return Err(wrong()),
    };
    Ok(Shown { term: number(term)?, index: number(index)?, command })
}

/// What is between the quotation marks, which may be masked.
fn unquote(text: &str) -> Option<Vec<u8>> {
    let mut bytes = text.strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut plain = Vec::new();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next()? {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'x' => {
                    let digits = [bytes.next()?, bytes.next()?];
                    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
                }
                other => other,
            },
            other => other,
        });
    }
    Some(plain)
}
