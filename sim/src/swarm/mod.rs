//! A swarm: each seed draws a world of its own, and what is done to it.
//!
//! Everything is drawn before the run begins, so what is found is a plain run, and the same seed is the same run on
//! every machine.

mod by_hand;
mod commands;
mod coverage;
mod dice;
mod profile;
mod replace;
mod watch;
mod work;
mod world;

use alloc::vec::Vec;
use core::time::Duration;

use raftarium_core::{Instant, NodeId};

use crate::command::{Command, Timed};
use crate::ending::{Ending, servers_after};
use crate::run::Run;
use crate::setup::Setup;
use crate::trial::Trial;
pub use coverage::{Coverage, Sight};
use dice::Dice;
use profile::Trouble;
pub use profile::{Profile, UnknownProfile};
pub use watch::Watch;

/// The most servers that a seed draws.
const SERVERS_MOST: u32 = 9;
/// The longest that faults may be made: an hour. Then come the ending, and the time that it has.
pub const TROUBLE_MAX: Duration = Duration::from_secs(60 * 60);

/// What `seed` draws: a world, what is done to it for `time`, at most [`TROUBLE_MAX`], and how the faults end.
#[must_use]
pub fn trial(seed: u64, profile: Profile, time: Duration) -> Trial {
    let mut dice = Dice::new(seed, profile as u64);
    let mix = profile.mix(&mut dice);
    let setup = world::draw(&mut dice, mix, seed);
    let at = Instant::ZERO + time.min(TROUBLE_MAX);
    let mut commands = commands::draw(&mut dice, mix, &setup, at);
    let gone =
        if mix.has(Trouble::BrokenDisks) { replace::draw(&mut dice, &setup, &mut commands, at) } else { Vec::new() };
    let ending = ending(&mut dice, &setup, &commands, gone, at);
    let mut run = Run { setup, commands };
    if mix.has(Trouble::Packets) {
        by_hand::draw(&mut dice, &mut run, at);
    }
    if mix.has(Trouble::Losses) {
        // Whoever has lost what it needs to start cannot be wanted back.
        return Trial { run, until: at, ending: None };
    }
    Trial::ending_with(run, ending)
}

/// A majority at least, drawn; some of the others crash.
fn ending(dice: &mut Dice, setup: &Setup, commands: &[Timed], gone: Vec<NodeId>, at: Instant) -> Ending {
    let servers = setup.servers;
    // Where memberships change, nobody knows what a majority is then: everyone is of the core
    // who is not gone.
    let changes = |timed: &Timed| matches!(timed.command, Command::ChangeMembership { .. });
    if commands.iter().any(changes) || !gone.is_empty() {
        let all = (1..=servers_after(setup, commands)).map(NodeId);
        return Ending { at, core: all.filter(|server| !gone.contains(server)).collect(), crashed: gone };
    }
    let majority = servers / 2 + 1;
    let mut names: Vec<NodeId> = (1..=u64::from(servers)).map(NodeId).collect();
    dice.shuffle(&mut names);
    let kept = usize::try_from(dice.count(majority, servers)).unwrap_or(names.len());
    let outside = names.split_off(kept);
    names.sort_unstable();
    let crashed = outside.into_iter().filter(|_| dice.percent(50)).collect();
    Ending { at, core: names, crashed }
}
