//! A run that only goes forwards and keeps nothing of its past, for whoever runs thousands of them.

use alloc::vec::Vec;

use raftarium_core::Instant;

use crate::command::{Command, Timed};
use crate::command_error::CommandError;
use crate::run::{Run, RunError};
use crate::timeline::RUN_END;
use crate::trace::Record;
use crate::world::World;

/// A world and the commands that are still to come.
#[derive(Clone, Debug)]
pub struct Driver {
    world: World,
    /// In the order of time; those of one moment in the order in which they were given.
    commands: Vec<Timed>,
    carried_out: usize,
}

impl Driver {
    /// The beginning of a run.
    ///
    /// # Errors
    ///
    /// If the setup or a command is not valid.
    pub fn new(Run { setup, commands }: Run) -> Result<Self, RunError> {
        let world = World::new(setup)?;
        // Of the others, only these say which names there are; to look through all for each would take its time.
        let adding: Vec<Timed> = commands.iter().filter(|timed| timed.command == Command::AddServer).cloned().collect();
        for (position, Timed { at, command }) in commands.iter().enumerate() {
            check(&world, &adding, *at, command).map_err(|error| RunError::Command { position, error })?;
        }
        let mut driver = Self { world, commands, carried_out: 0 };
        driver.commands.sort_by_key(|timed| timed.at);
        Ok(driver)
    }

    /// The world as it is now.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Lets one event or command happen if it does so by `limit`, and shows its records to `observe`; before the first
    /// step, those of the beginning. False if nothing happens by then.
    pub fn step(&mut self, limit: Instant, observe: impl FnMut(&Record)) -> bool {
        let stepped = self.world.step_with(&self.commands, &mut self.carried_out, limit);
        self.world.show_records(observe);
        stepped
    }

    /// Lets everything happen that does so up to and with `limit`.
    pub fn run_until(&mut self, limit: Instant, mut observe: impl FnMut(&Record)) {
        while self.step(limit, &mut observe) {}
        self.world.rest_until(limit);
    }

    /// Gives a command for a moment that has not begun.
    pub(crate) fn schedule(&mut self, at: Instant, command: Command) -> Result<(), CommandError> {
        check(&self.world, &self.commands[self.carried_out..], at, &command)?;
        let position = self.commands.partition_point(|timed| timed.at <= at);
        self.commands.insert(position, Timed { at, command });
        Ok(())
    }
}

/// Whether a command can be given for a moment, whatever the world will be like by then.
pub(crate) fn check(world: &World, to_come: &[Timed], at: Instant, command: &Command) -> Result<(), CommandError> {
    let earliest = world.earliest_command();
    if at < earliest {
        return Err(CommandError::InThePast { given: at, earliest });
    }
    if at > RUN_END {
        return Err(CommandError::TooFar { given: at, latest: RUN_END });
    }
    world.names().after(to_come, at).check(command)
}

impl World {
    /// Lets the next event or command happen if it does so by `limit`. At one moment, commands come first.
    pub(crate) fn step_with(&mut self, commands: &[Timed], carried_out: &mut usize, limit: Instant) -> bool {
        let event = self.next_event_at();
        match (commands.get(*carried_out), event) {
            (Some(timed), event) if timed.at <= limit && event.is_none_or(|event| timed.at <= event) => {
                *carried_out += 1;
                self.execute(timed.at, &timed.command);
                true
            }
            (_, Some(event)) if event <= limit => self.step(),
            (None | Some(_), None | Some(_)) => false,
        }
    }
}
