//! The list of mistakes that are shown, for whoever chooses one.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::demonstration::Demonstration;

/// All mistakes of a folder, in the order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gallery {
    /// The mistakes.
    pub mistakes: Vec<GalleryMistake>,
}

/// A mistake, as one chooses it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GalleryMistake {
    /// The name of its file.
    pub file: String,
    /// What servers do wrong.
    pub title: String,
    /// The rule that they should keep to.
    pub rule: String,
    /// Where that is from.
    pub section: String,
    /// What is found to be broken.
    pub finds: String,
    /// What to look for.
    pub look: String,
    /// How many seeds it takes to find it: the median of some hunts.
    pub seeds: u64,
}

impl GalleryMistake {
    /// What is said of `shown`, in the file of that name.
    #[must_use]
    pub fn new(file: String, shown: &Demonstration, seeds: u64) -> Self {
        Self {
            file,
            title: shown.title.clone(),
            rule: shown.mistake.rule().to_string(),
            section: shown.mistake.section().to_string(),
            finds: shown.finds.name().to_string(),
            look: shown.look.clone(),
            seeds,
        }
    }
}
