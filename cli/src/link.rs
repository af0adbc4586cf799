//! Links to the page, read and written.

use raftarium_sim::{Shared, Trial};

use crate::error::Error;

/// What a link is about.
///
/// # Errors
///
/// Names the first thing that is wrong, and what is allowed.
pub(crate) fn parse(link: &str) -> Result<Shared, Error> {
    Shared::from_link(link).map_err(|error| Error::Malformed { given: shown(link), reason: error.to_string() })
}

/// The link to a moment of `trial` on the page at the address `page`; nothing if the trial is too long for one.
pub(crate) fn of(trial: &Trial, at: raftarium_sim::core::Instant, page: &str) -> Option<String> {
    let shared = Shared { at: Some(at), ..trial.clone().into() };
    // What a page has after `#` belongs to the page that it was copied from.
    let page = page.split('#').next().unwrap_or_default();
    shared.to_link().ok().map(|link| format!("{page}{link}"))
}

/// As much of a link as fits into a message.
pub(crate) fn shown(link: &str) -> String {
    const MOST: usize = 60;
    if link.chars().count() <= MOST { link.to_owned() } else { link.chars().take(MOST).chain(['…']).collect() }
}
