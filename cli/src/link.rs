//! Links to the page: what comes after `#` says what the run is made of.

use raftarium_sim::{Run, Setup};

use crate::error::Error;

/// The run that a link is about.
///
/// # Errors
///
/// Names the first thing that is wrong, and what is allowed.
pub(crate) fn parse(link: &str) -> Result<Run, Error> {
    let malformed = |reason: String| Error::Malformed { given: link.to_owned(), reason };
    let mut setup = Setup::default();
    let said = link.split_once('#').map_or(link, |(_, said)| said);
    for part in said.split('&').filter(|part| !part.is_empty()) {
        match part.split_once('=') {
            Some(("seed", seed)) => {
                setup.seed = number(seed).ok_or_else(|| {
                    malformed(format!("`{seed}` is not a seed; allowed are whole numbers from 0 to {}", u64::MAX))
                })?;
            }
            Some(("servers", servers)) => {
                let count = number(servers).and_then(|count| u32::try_from(count).ok());
                setup.servers = count.ok_or_else(|| malformed(format!("`{servers}` is not a number of servers")))?;
            }
            Some(_) | None => return Err(malformed(format!("`{part}` is unknown; allowed are seed=… and servers=…"))),
        }
    }
    setup.check().map_err(|error| malformed(error.to_string()))?;
    Ok(Run { setup, commands: Vec::new() })
}

fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
