//! What a seed lets the clients ask.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;

use super::dice::Dice;
use super::profile::{Mix, Trouble};
use crate::address::ClientId;
use crate::command::{Command, Pace};
use crate::kv::{Op, ReadBy, TEXT_MAX};
use crate::setup::Setup;

/// How clients work in a run.
pub(super) struct Work {
    /// How much of what is done is a request.
    pub(super) percent: u64,
    /// How much of that is to give up.
    give_up_percent: u64,
    /// How much of the rest is several requests, one after the other.
    lists_percent: u64,
    /// How many at most, then.
    list_most: u64,
    /// How much of that is a closed loop.
    closed_percent: u64,
    /// How long it takes from one request of an open loop to the next, at most.
    every_ms_most: u64,
    reads_percent: u64,
    /// How much of what writes does more than to put a value.
    special_percent: u64,
    /// How many are meant for a certain server, whoever leads.
    direct_percent: u64,
    keys: u64,
    values: Values,
    /// How they read, those without an entry among them.
    reads: Vec<Option<ReadBy>>,
    /// What was last put, of each key: what it may be expected to be.
    last: BTreeMap<String, String>,
}

/// What is put.
#[derive(Clone, Copy)]
enum Values {
    /// Each once, filled up to so many bytes.
    Different(usize),
    /// A few small numbers.
    Few,
}

impl Work {
    pub(super) fn draw(dice: &mut Dice, setup: &Setup, mix: Mix, nothing_else: bool, pace_ms: u64) -> Self {
        let (no_op, leases) = (setup.raft.no_op_on_election, setup.raft.leases);
        // Without the no-op, a new leader that nobody writes to can answer no read (§6.4 of the dissertation).
        let stale = mix.has(Trouble::StaleReads);
        let reads =
            [(None, true), (Some(ReadBy::Index), no_op), (Some(ReadBy::Lease), leases), (Some(ReadBy::Nothing), stale)];
        Self {
            percent: if nothing_else { 100 } else { dice.one_of(&[20, 50, 80]) },
            give_up_percent: dice.one_of(&[0, 0, 3]),
            lists_percent: dice.one_of(&[0, 10, 40]),
            list_most: dice.one_of(&[3, 12]),
            closed_percent: dice.one_of(&[0, 50, 100]),
            every_ms_most: 2 * pace_ms,
            reads_percent: dice.one_of(&[0, 10, 50]),
            special_percent: dice.one_of(&[0, 30, 80]),
            direct_percent: dice.one_of(&[0, 30, 80]),
            keys: dice.one_of(&[1, 3, 40]),
            values: dice.one_of(&[
                Values::Different(0),
                Values::Different(0),
                Values::Different(40),
                Values::Different(TEXT_MAX),
                Values::Few,
                Values::Few,
            ]),
            reads: reads.into_iter().filter_map(|(read, possible)| possible.then_some(read)).collect(),
            last: BTreeMap::new(),
        }
    }

    pub(super) fn request(&mut self, dice: &mut Dice, setup: &Setup, number: usize) -> Command {
        let client = ClientId(dice.count(1, setup.clients));
        if dice.percent(self.give_up_percent) {
            return Command::GiveUp { client };
        }
        let server = dice.percent(self.direct_percent).then(|| dice.server(setup.servers));
        if !dice.percent(self.lists_percent) {
            return Command::Request { client, server, op: self.op(dice, (number, 0)) };
        }
        let ops = (1..=dice.between(2, self.list_most)).map(|place| self.op(dice, (number, place))).collect();
        let closed = dice.percent(self.closed_percent);
        let every: Duration = dice.ms(1, self.every_ms_most);
        Command::Requests { client, server, ops, pace: if closed { Pace::Answered } else { Pace::Every(every) } }
    }

    fn op(&mut self, dice: &mut Dice, number: (usize, u64)) -> Op {
        let key = format!("k{}", dice.between(1, self.keys));
        if dice.percent(self.reads_percent) {
            return match dice.one_of(&self.reads) {
                Some(by) => Op::Read { key, by },
                None => Op::Get { key },
            };
        }
        if !dice.percent(self.special_percent) {
            let value = self.value(dice, &key, number);
            return Op::Put { key, value };
        }
        match dice.between(1, 5) {
            1 => {
                self.last.remove(&key);
                Op::Delete { key }
            }
            2 | 3 => {
                let expected = self.last.get(&key).cloned().filter(|_| dice.percent(80));
                let value = self.value(dice, &key, number);
                Op::CompareAndSet { key, expected, value }
            }
            _more => Op::Increment { key, by: i64::from(dice.count(1, 9)) - 3 },
        }
    }

    fn value(&mut self, dice: &mut Dice, key: &str, (number, place): (usize, u64)) -> String {
        let value = match self.values {
            Values::Few => dice.between(1, 4).to_string(),
            Values::Different(width) if place == 0 => format!("{number:0>width$}"),
            Values::Different(width) => format!("{:0>width$}", format!("{number}.{place}")),
        };
        self.last.insert(key.to_string(), value.clone());
        value
    }
}
