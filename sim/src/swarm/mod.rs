//! A swarm: each seed draws a world of its own, and what is done to it.
//!
//! Everything is drawn before the run begins, so what is found is a plain run, and the same seed is the same run on
//! every machine.

mod by_hand;
mod commands;
mod coverage;
mod dice;
mod ending;
mod hunt;
mod lure;
mod profile;
mod replace;
mod unrest;
mod watch;
mod work;
mod world;

use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Instant, Mistake, Mistakes};

use crate::run::Run;
use crate::trial::Trial;
pub use coverage::{Coverage, Sight};
use dice::Dice;
pub use hunt::{Catch, hunt, judge};
pub use lure::Lure;
use profile::Trouble;
pub use profile::{Profile, UnknownProfile};
pub use unrest::Unrest;
pub use watch::Watch;

/// The most servers that a seed draws.
const SERVERS_MOST: u32 = 9;
/// The longest that faults may be made: an hour. Then come the ending, and the time that it has.
pub const TROUBLE_MAX: Duration = Duration::from_secs(60 * 60);

/// What `seed` draws: a world, what is done to it for `time`, at most [`TROUBLE_MAX`], and how the faults end.
#[must_use]
pub fn trial(seed: u64, profile: Profile, time: Duration) -> Trial {
    draw(seed, profile, time, Lure::None, Mistakes::NONE)
}

/// What `seed` draws for servers all of which make `mistake`: everything, or what [lures](Lure::of) that mistake out.
#[must_use]
pub fn trial_with(seed: u64, mistake: Mistake, time: Duration) -> Trial {
    draw(seed, Profile::Chaos, time, Lure::of(mistake), mistake.into())
}

fn draw(seed: u64, profile: Profile, time: Duration, lure: Lure, mistakes: Mistakes) -> Trial {
    let mut dice = Dice::new(seed, profile as u64);
    let mix = lure.mix(profile.mix(&mut dice));
    let mut setup = world::draw(&mut dice, mix, seed);
    lure.choose(&mut dice, &mut setup);
    setup.raft.mistakes = mistakes;
    let at = Instant::ZERO + time.min(TROUBLE_MAX);
    let mut commands = commands::draw(&mut dice, mix, &setup, at);
    lure.add(&mut dice, &setup, &mut commands, at);
    // What lures a mistake out has its own ways with disks and memberships.
    let breaks = mix.has(Trouble::BrokenDisks) && lure == Lure::None;
    let gone = if breaks { replace::draw(&mut dice, &setup, &mut commands, at) } else { Vec::new() };
    let ending = ending::draw(&mut dice, &setup, lure, gone, &mut commands, at);
    let mut run = Run { setup, commands };
    if mix.has(Trouble::Packets) {
        by_hand::draw(&mut dice, &mut run, at);
    }
    // Without what keeps removed servers from disturbing the others, nobody promises that those recover.
    if mix.has(Trouble::Losses) || lure == Lure::Memberships {
        // Whoever has lost what it needs to start cannot be wanted back.
        return Trial { run, until: at, ending: None };
    }
    Trial::ending_with(run, ending)
}
