//! Ctrl-C.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static WATCHED: OnceLock<bool> = OnceLock::new();
/// As shells have it: 128, and the number of the signal.
const CODE: i32 = 130;

/// From now on, Ctrl-C lets the program come to an end by itself; a second one ends it at once.
pub(crate) fn watch() {
    WATCHED.get_or_init(|| {
        let watching = ctrlc::set_handler(|| {
            if INTERRUPTED.swap(true, Ordering::SeqCst) {
                std::process::exit(CODE);
            }
        });
        // Where signals cannot be caught, Ctrl-C does what it always does.
        watching.is_ok()
    });
}

/// Whether it is time to come to an end.
pub(crate) fn wanted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}
