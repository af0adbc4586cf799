//! Short names for the values that are in play at a key, so that a set of values is one machine word.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::model::{KeyOp, KeyOutput};
use super::verdict::Doubt;
use crate::footprint::TEXT;

/// How many values can be in play at once.
pub(super) const SYMBOLS_MAX: usize = 128;

/// A value, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Symbol(u8);

/// A set of values.
pub(super) type Symbols = u128;

impl Symbol {
    /// There is no value.
    pub(super) const NOTHING: Self = Self(0);

    pub(super) const fn bit(self) -> Symbols {
        1 << self.0
    }

    const fn place(self) -> usize {
        self.0 as usize
    }
}

/// An operation whose values have names. A put and a delete are the same thing: they leave one value behind, whatever
/// was there before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action {
    Get,
    Write(Symbol),
    Swap { expected: Symbol, value: Symbol },
    Add(i64),
}

impl Action {
    /// The values that it names.
    pub(super) const fn used(self) -> Symbols {
        match self {
            Self::Get | Self::Add(_) => 0,
            Self::Write(value) => value.bit(),
            Self::Swap { expected, value } => expected.bit() | value.bit(),
        }
    }
}

/// An output whose value has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Seen {
    Done,
    Value(Symbol),
    Swapped(bool),
    Number(i64),
    NotANumber,
}

/// What a compare-and-set remembers.
const UNEXPECTED: Symbols = 1;
const EXPECTED: Symbols = 2;

/// The values in play.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Table {
    /// By name; the first is that there is no value.
    values: Vec<Option<Value>>,
    /// The names in use, in the order of their texts.
    order: Vec<Symbol>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Value {
    text: String,
    number: Option<i64>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self { values: vec![None], order: Vec::new() }
    }

    /// About how many bytes a copy takes.
    pub(super) fn copy_bytes(&self) -> usize {
        self.values.len() * (size_of::<Option<Value>>() + TEXT)
    }

    pub(super) fn name(&mut self, text: Option<&str>) -> Result<Symbol, Doubt> {
        let Some(text) = text else { return Ok(Symbol::NOTHING) };
        let found = self.order.binary_search_by(|&symbol| self.text(symbol).unwrap_or_default().cmp(text));
        let place = match found {
            Ok(place) => return Ok(self.order[place]),
            Err(place) => place,
        };
        let free = (1..self.values.len()).find(|&slot| self.values[slot].is_none()).unwrap_or(self.values.len());
        if free >= SYMBOLS_MAX {
            return Err(Doubt::ManyValues { max: SYMBOLS_MAX as u32 });
        }
        if free == self.values.len() {
            self.values.push(None);
        }
        let symbol = Symbol(u8::try_from(free).expect("less than 128"));
        self.values[free] = Some(Value { text: text.to_string(), number: text.parse().ok() });
        self.order.insert(place, symbol);
        Ok(symbol)
    }

    pub(super) fn text(&self, symbol: Symbol) -> Option<&str> {
        self.values[symbol.place()].as_ref().map(|value| value.text.as_str())
    }

    pub(super) fn number(&self, symbol: Symbol) -> Option<i64> {
        self.values[symbol.place()].as_ref().and_then(|value| value.number)
    }

    /// How many values have names.
    pub(super) const fn count(&self) -> usize {
        self.order.len()
    }

    /// Forgets the names of all values but `used`.
    pub(super) fn keep(&mut self, used: Symbols) {
        let values = &mut self.values;
        self.order.retain(|symbol| {
            let keep = used & symbol.bit() != 0;
            if !keep {
                values[symbol.place()] = None;
            }
            keep
        });
    }

    pub(super) fn action(&mut self, op: &KeyOp) -> Result<Action, Doubt> {
        Ok(match op {
            KeyOp::Get => Action::Get,
            KeyOp::Put { value } => Action::Write(self.name(Some(value))?),
            KeyOp::Delete => Action::Write(Symbol::NOTHING),
            KeyOp::CompareAndSet { expected, value } => {
                Action::Swap { expected: self.name(expected.as_deref())?, value: self.name(Some(value))? }
            }
            KeyOp::Increment { by } => Action::Add(*by),
        })
    }

    pub(super) fn seen(&mut self, output: &KeyOutput) -> Result<Seen, Doubt> {
        Ok(match output {
            KeyOutput::Done => Seen::Done,
            KeyOutput::Value(value) => Seen::Value(self.name(value.as_deref())?),
            KeyOutput::Swapped(swapped) => Seen::Swapped(*swapped),
            KeyOutput::Number(sum) => Seen::Number(*sum),
            KeyOutput::NotANumber => Seen::NotANumber,
        })
    }

    /// What is there after `action` found `before`, if that is something else.
    pub(super) fn change(&mut self, action: Action, before: Symbol) -> Result<Option<Symbol>, Doubt> {
        let after = match action {
            Action::Get => before,
            Action::Write(value) => value,
            Action::Swap { expected, value } if expected == before => value,
            Action::Swap { .. } => before,
            Action::Add(by) => match self.sum(before, by) {
                Some(sum) if by == 0 && self.is_written(before, sum) => before,
                Some(sum) => self.name(Some(Digits::new(sum).text()))?,
                None => before,
            },
        };
        Ok((after != before).then_some(after))
    }

    /// Whether `action`, where it finds `value`, leaves it as it is and gives `output` back.
    pub(super) fn observes(&self, action: Action, value: Symbol, output: Seen) -> bool {
        match action {
            Action::Get => output == Seen::Value(value),
            Action::Write(written) => output == Seen::Done && written == value,
            Action::Swap { expected, value: new } => match output {
                Seen::Swapped(true) => expected == value && new == value,
                Seen::Swapped(false) => expected != value,
                Seen::Done | Seen::Value(_) | Seen::Number(_) | Seen::NotANumber => false,
            },
            Action::Add(by) => match self.sum(value, by) {
                None => output == Seen::NotANumber,
                Some(sum) => by == 0 && output == Seen::Number(sum) && self.is_written(value, sum),
            },
        }
    }

    /// What `action` remembers of finding `value`, without changing it: of a get, the value; of a compare-and-set, only
    /// whether it was the expected one; nothing if it would have changed it.
    pub(super) fn mark(&self, action: Action, value: Symbol) -> Symbols {
        match action {
            Action::Get => value.bit(),
            Action::Write(_) => 0,
            Action::Swap { expected, .. } if expected != value => UNEXPECTED,
            Action::Swap { value: new, .. } if new == value => EXPECTED,
            Action::Swap { .. } => 0,
            Action::Add(by) => match self.sum(value, by) {
                None => value.bit(),
                Some(sum) if by == 0 && self.is_written(value, sum) => value.bit(),
                Some(_) => 0,
            },
        }
    }

    /// Whether `action` observed one of what it remembers, and gives `output` back.
    pub(super) fn observed(&self, action: Action, marks: Symbols, output: Seen) -> bool {
        match (action, output) {
            (Action::Get, Seen::Value(value)) => marks & value.bit() != 0,
            (Action::Swap { .. }, Seen::Swapped(swapped)) => marks & if swapped { EXPECTED } else { UNEXPECTED } != 0,
            (Action::Add(_), _) => each(marks).any(|value| self.observes(action, value, output)),
            (Action::Get | Action::Write(_) | Action::Swap { .. }, _) => false,
        }
    }

    /// Whether `action` gives `output` back if it has changed the value to the only one in `after`.
    pub(super) fn gives(&self, action: Action, after: Symbols, output: Seen) -> bool {
        match action {
            Action::Get => false,
            Action::Write(_) => output == Seen::Done,
            Action::Swap { .. } => output == Seen::Swapped(true),
            Action::Add(_) => each(after).next().and_then(|after| self.number(after)).map(Seen::Number) == Some(output),
        }
    }

    fn sum(&self, before: Symbol, by: i64) -> Option<i64> {
        let number = self.values[before.place()].as_ref().map_or(Some(0), |value| value.number);
        number.and_then(|number| number.checked_add(by))
    }

    /// Whether `symbol` is `number` as an increment writes it: "7" is, "007" and "+7" are not.
    fn is_written(&self, symbol: Symbol, number: i64) -> bool {
        self.text(symbol) == Some(Digits::new(number).text())
    }
}

/// The members of a set.
pub(super) fn each(values: Symbols) -> impl Iterator<Item = Symbol> {
    let mut left = values;
    core::iter::from_fn(move || {
        let next = u8::try_from(left.trailing_zeros()).ok().filter(|&place| usize::from(place) < SYMBOLS_MAX)?;
        left &= left - 1;
        Some(Symbol(next))
    })
}

/// A number in decimal, without a place on the heap.
struct Digits {
    bytes: [u8; 20],
    start: usize,
}

impl Digits {
    fn new(number: i64) -> Self {
        let mut digits = Self { bytes: [b'-'; 20], start: 20 };
        let mut left = number.unsigned_abs();
        loop {
            digits.start -= 1;
            digits.bytes[digits.start] = b'0' + u8::try_from(left % 10).expect("a digit");
            left /= 10;
            if left == 0 {
                break;
            }
        }
        digits.start -= usize::from(number < 0);
        digits
    }

    fn text(&self) -> &str {
        core::str::from_utf8(&self.bytes[self.start..]).expect("digits and a sign")
    }
}
