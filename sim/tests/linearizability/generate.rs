//! Random histories of one key: those that an atomic key can have, and damaged ones.

use raftarium_sim::core::random;
use raftarium_sim::linear::{KeyOp, KeyOutput};

/// Draws numbers; the same for the same seed.
pub(crate) struct Dice {
    pub(crate) seed: u64,
    pub(crate) drawn: u64,
}

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, drawn: 0 }
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.drawn += 1;
        random::within(random::draw(&[self.seed, self.drawn]), 0, bound - 1)
    }

    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn place<T>(&mut self, of: &[T]) -> usize {
        usize::try_from(self.below(of.len() as u64)).unwrap()
    }
}

/// What is seen of an operation, and of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Call(u32, KeyOp),
    /// It takes effect. Clients do not see that.
    Apply(u32, KeyOp),
    Return(u32, KeyOutput),
    Unknown(u32),
    Never(u32),
}

/// What a history is like.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    pub(crate) clients: usize,
    pub(crate) ops: u32,
    /// How many different values there are; with 0, each put has its own.
    pub(crate) values: u64,
    /// Of 100 operations, how many end as unknown, and how many are refused.
    pub(crate) unknown: u64,
    pub(crate) never: u64,
    /// How likely a get, put, delete, compare-and-set and increment are, against each other.
    pub(crate) mix: [u64; 5],
}

enum Client {
    Idle,
    Called(u32, KeyOp),
    Applied(u32, KeyOutput),
}

pub(crate) fn value(dice: &mut Dice, shape: &Shape, id: u32) -> String {
    if shape.values == 0 { id.to_string() } else { dice.below(shape.values).to_string() }
}

fn operation(dice: &mut Dice, shape: &Shape, id: u32, state: &Option<String>) -> KeyOp {
    let mut left = dice.below(shape.mix.iter().sum());
    let kind = shape.mix.iter().position(|&weight| {
        let found = left < weight;
        left = left.saturating_sub(weight);
        found
    });
    match kind.unwrap() {
        0 => KeyOp::Get,
        1 => KeyOp::Put { value: value(dice, shape, id) },
        2 => KeyOp::Delete,
        3 => {
            let expected = if dice.percent(60) { state.clone() } else { Some(value(dice, shape, id / 2)) };
            KeyOp::CompareAndSet { expected, value: value(dice, shape, id) }
        }
        _ => KeyOp::Increment { by: i64::try_from(dice.below(4)).unwrap() - 1 },
    }
}

/// A history that an atomic key had: each operation takes effect at a random moment between its call and its return.
pub(crate) fn history(seed: u64, shape: &Shape) -> Vec<Event> {
    let mut dice = Dice::new(seed);
    let mut clients: Vec<Client> = (0..shape.clients).map(|_| Client::Idle).collect();
    let (mut state, mut events, mut asked) = (None, Vec::new(), 0);
    // What ended as unknown and may still take effect, and writes that did and may still be answered.
    let mut lost: Vec<(u32, KeyOp)> = Vec::new();
    let mut late: Vec<(u32, KeyOutput)> = Vec::new();
    loop {
        if !lost.is_empty() && dice.percent(10) {
            let (id, op) = lost.remove(dice.place(&lost));
            if shape.never > 0 && dice.percent(30) {
                events.push(Event::Never(id));
                continue;
            }
            let output = op.apply(&mut state);
            if matches!(op, KeyOp::Put { .. } | KeyOp::Delete) {
                late.push((id, output));
            }
            events.push(Event::Apply(id, op));
        }
        if !late.is_empty() && dice.percent(10) {
            let (id, output) = late.remove(dice.place(&late));
            events.push(Event::Return(id, output));
        }
        let place = dice.place(&clients);
        let client = std::mem::replace(&mut clients[place], Client::Idle);
        let fate = dice.below(100);
        clients[place] = match client {
            Client::Idle if asked == shape.ops => {
                if clients.iter().all(|client| matches!(client, Client::Idle)) {
                    return events;
                }
                Client::Idle
            }
            Client::Idle => {
                asked += 1;
                let op = operation(&mut dice, shape, asked, &state);
                events.push(Event::Call(asked, op.clone()));
                Client::Called(asked, op)
            }
            Client::Called(id, op) if fate < shape.unknown => {
                events.push(Event::Unknown(id));
                lost.push((id, op));
                Client::Idle
            }
            Client::Called(id, _) if fate < shape.unknown + shape.never => {
                events.push(Event::Never(id));
                Client::Idle
            }
            Client::Called(id, op) => {
                let output = op.apply(&mut state);
                events.push(Event::Apply(id, op));
                Client::Applied(id, output)
            }
            Client::Applied(id, _) if fate < shape.unknown / 2 => {
                events.push(Event::Unknown(id));
                Client::Idle
            }
            Client::Applied(id, output) => {
                events.push(Event::Return(id, output));
                Client::Idle
            }
        };
    }
}

/// Damages a history in one place; it may be linearizable nevertheless.
pub(crate) fn damage(seed: u64, shape: &Shape, events: &mut [Event]) {
    let mut dice = Dice::new(seed ^ 0xda3a6e);
    let returns: Vec<usize> = (0..events.len()).filter(|&place| matches!(events[place], Event::Return(..))).collect();
    if returns.is_empty() {
        return;
    }
    let (place, other) = (returns[dice.place(&returns)], returns[dice.place(&returns)]);
    let (Event::Return(_, theirs), kind) = (events[other].clone(), dice.below(4)) else { unreachable!() };
    let Event::Return(_, output) = &mut events[place] else { unreachable!() };
    *output = match output {
        KeyOutput::Done => KeyOutput::Done,
        KeyOutput::Value(_) if matches!(theirs, KeyOutput::Value(_)) && kind < 2 => theirs,
        KeyOutput::Value(Some(_)) if kind == 2 => KeyOutput::Value(None),
        KeyOutput::Value(_) => {
            let id = 1 + u32::try_from(dice.below(u64::from(shape.ops))).unwrap();
            KeyOutput::Value(Some(value(&mut dice, shape, id)))
        }
        KeyOutput::Swapped(swapped) => KeyOutput::Swapped(!*swapped),
        KeyOutput::Number(sum) if kind < 3 => KeyOutput::Number(*sum + 1),
        KeyOutput::Number(_) => KeyOutput::NotANumber,
        KeyOutput::NotANumber => KeyOutput::Number(i64::try_from(kind).unwrap()),
    };
}
