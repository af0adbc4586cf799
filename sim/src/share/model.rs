//! What comes next in a text, bit by bit: several guesses from what came before, weighed by how good they have been.
//!
//! This is the model of the "lpaq" family of compressors, made small: contexts of one to ten bytes, the longest earlier
//! place that reads the same, and a mixer that learns whom to trust. All of it is whole numbers, so that every machine
//! guesses the same. A change here makes another version of links.

use alloc::vec;
use alloc::vec::Vec;

/// How many bytes of the past each context looks at.
const ORDERS: [usize; 5] = [1, 2, 4, 6, 10];
/// One more for the longest match.
const INPUTS: usize = ORDERS.len() + 1;
/// How many guesses the table of contexts holds, as a power of two.
const SLOTS_LOG2: u32 = 17;
/// How many places the table of earlier places holds, as a power of two.
const PLACES_LOG2: u32 = 15;
/// How many bytes must be the same to look at an earlier place.
const MATCH_MIN: usize = 6;
/// The longest match that is told from a longer one.
const MATCH_MAX: usize = 31;
/// What a weight of one is.
const ONE: i32 = 1 << 16;

/// A probability that the next bit is one, and how often it was put to the test.
#[derive(Clone, Copy)]
struct Guess(u32);

impl Guess {
    const EVEN: Self = Self(1 << 31);
    /// How many tests it remembers.
    const TESTS_MAX: u32 = 60;

    /// In 1/4096.
    const fn probability(self) -> u32 {
        self.0 >> 20
    }

    const fn tests(self) -> u32 {
        self.0 & 0x3ff
    }

    /// The more often it was tested, the less it moves.
    fn learn(&mut self, bit: u32) {
        let (tests, probability) = (self.0 & 0x3ff, self.0 >> 10);
        let target = if bit == 1 { (1 << 22) - 1 } else { 0 };
        let (step, half) = (i64::from(target) - i64::from(probability), i64::from(2 * tests + 3));
        let moved = i64::from(probability) + 2 * step / half;
        let tests = if tests < Self::TESTS_MAX { tests + 1 } else { tests };
        self.0 = u32::try_from(moved.clamp(0, (1 << 22) - 1)).unwrap_or(0) << 10 | tests;
    }
}

/// What is known of the text so far.
pub(super) struct Model {
    past: Vec<u8>,
    /// The bits of the byte that is being guessed, after a one.
    bits: u32,
    guesses: Vec<Guess>,
    /// Where the guesses of the contexts begin, at this byte.
    contexts: [u32; ORDERS.len()],
    slots: [usize; ORDERS.len()],
    /// Where each few bytes were seen last.
    places: Vec<u32>,
    /// The earlier place that is believed to go on the same, and for how long it has.
    matched: usize,
    matched_for: usize,
    matches: Vec<Guess>,
    weights: Vec<[i32; INPUTS]>,
    stretched: [i32; INPUTS],
    stretches: Vec<i16>,
    mixed: u32,
}

impl Model {
    /// A model that has read `known`.
    pub(super) fn after(known: &[u8]) -> Self {
        let mut model = Self {
            past: Vec::with_capacity(known.len() * 2),
            bits: 1,
            guesses: vec![Guess::EVEN; 1 << SLOTS_LOG2],
            contexts: [0; ORDERS.len()],
            slots: [0; ORDERS.len()],
            places: vec![0; 1 << PLACES_LOG2],
            matched: 0,
            matched_for: 0,
            matches: vec![Guess::EVEN; 2 * (MATCH_MAX + 1)],
            weights: vec![[ONE * 3 / 10; INPUTS]; 3 * (MATCH_MAX + 1)],
            stretched: [0; INPUTS],
            stretches: stretches(),
            mixed: 2048,
        };
        model.look_back();
        for byte in known {
            for place in (0..8).rev() {
                model.probability();
                model.learn(u32::from(byte >> place) & 1);
            }
        }
        model
    }

    /// That the next bit is one, in 1/65536; never nothing, never all.
    pub(super) fn probability(&mut self) -> u32 {
        for (number, context) in self.contexts.iter().enumerate() {
            let slot = hash(context.wrapping_add(self.bits.wrapping_mul(0x9e37_79b1))) >> (32 - SLOTS_LOG2);
            self.slots[number] = slot as usize;
            let guess = self.guesses[slot as usize];
            let sure = i32::from(self.stretches[guess.probability() as usize]);
            // A guess that was right once says less than one that was right ten times.
            self.stretched[number] = if guess.tests() == 0 { 0 } else { sure };
        }
        self.stretched[ORDERS.len()] = match self.expected() {
            Some(bit) => {
                let guess = self.matches[self.match_slot(bit)];
                i32::from(self.stretches[guess.probability() as usize])
            }
            None => 0,
        };
        let weights = &self.weights[self.weight_set()];
        let sum: i64 = weights.iter().zip(&self.stretched).map(|(&w, &s)| i64::from(w) * i64::from(s)).sum();
        self.mixed = squash(i32::try_from(sum >> 16).unwrap_or(if sum < 0 { -2047 } else { 2047 }));
        self.mixed.clamp(24, 65_536 - 24)
    }

    /// The next bit is this one.
    pub(super) fn learn(&mut self, bit: u32) {
        let error = (i64::from(bit) << 16) - i64::from(self.mixed);
        let set = self.weight_set();
        for (weight, stretched) in self.weights[set].iter_mut().zip(&self.stretched) {
            let step = (i64::from(*stretched) * error * 4 + (1 << 17)) >> 18;
            *weight = weight.saturating_add(i32::try_from(step).unwrap_or(0)).clamp(-16 * ONE, 16 * ONE);
        }
        for slot in self.slots {
            self.guesses[slot].learn(bit);
        }
        if let Some(expected) = self.expected() {
            let slot = self.match_slot(expected);
            self.matches[slot].learn(bit);
            if expected != bit {
                self.matched_for = 0;
            }
        }
        self.bits = self.bits << 1 | bit;
        if self.bits >= 256 {
            #[allow(clippy::cast_possible_truncation, reason = "the last eight bits are what it is about")]
            self.past.push(self.bits as u8);
            self.bits = 1;
            self.look_back();
        }
    }

    /// The bit that follows in the earlier place.
    fn expected(&self) -> Option<u32> {
        if self.matched_for == 0 {
            return None;
        }
        let byte = u32::from(*self.past.get(self.matched)?) | 256;
        let known = self.bits.ilog2();
        (byte >> (8 - known) == self.bits).then(|| byte >> (7 - known) & 1)
    }

    fn match_slot(&self, bit: u32) -> usize {
        2 * self.matched_for.min(MATCH_MAX) + bit as usize
    }

    fn weight_set(&self) -> usize {
        let length = if self.expected().is_some() { self.matched_for.min(MATCH_MAX) } else { 0 };
        let seen = self.stretched[2..ORDERS.len()].iter().filter(|&&stretched| stretched != 0).count();
        3 * length + seen.div_ceil(2)
    }

    /// A byte is complete: what comes before the next one.
    fn look_back(&mut self) {
        for (context, order) in self.contexts.iter_mut().zip(ORDERS) {
            *context = fingerprint(&self.past, order);
        }
        if self.matched_for > 0 {
            self.matched += 1;
            self.matched_for += 1;
        }
        if self.past.len() < MATCH_MIN {
            return;
        }
        let place = (fingerprint(&self.past, MATCH_MIN) >> (32 - PLACES_LOG2)) as usize;
        if self.matched_for == 0 {
            self.matched = self.places[place] as usize;
            let (now, then) = (self.past.iter().rev(), self.past[..self.matched].iter().rev());
            self.matched_for = now.zip(then).take(MATCH_MAX).take_while(|(now, then)| now == then).count();
        }
        self.places[place] = u32::try_from(self.past.len()).unwrap_or(0);
    }
}

/// A number for the last `order` bytes of `past`.
fn fingerprint(past: &[u8], order: usize) -> u32 {
    let last = &past[past.len().saturating_sub(order)..];
    #[allow(clippy::cast_possible_truncation, reason = "there are a handful of orders")]
    let start = (order as u32).wrapping_mul(0x2545_f491);
    last.iter().fold(start, |so_far, &byte| hash(so_far ^ u32::from(byte)))
}

const fn hash(number: u32) -> u32 {
    let mixed = (number ^ (number >> 15)).wrapping_mul(0x2c1b_3c6d);
    let mixed = (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39);
    mixed ^ (mixed >> 15)
}

/// The logistic function: from -2047 … 2047 (in 1/256) to 1/65536.
fn squash(stretched: i32) -> u32 {
    /// At -2048, -1920, … 2048.
    const TABLE: [i32; 33] = [
        22, 36, 59, 98, 161, 266, 437, 719, 1_179, 1_921, 3_108, 4_970, 7_812, 11_955, 17_626, 24_743, 32_768, 40_793,
        47_910, 53_581, 57_724, 60_566, 62_428, 63_615, 64_357, 64_817, 65_099, 65_270, 65_375, 65_438, 65_477, 65_500,
        65_514,
    ];
    let clamped = stretched.clamp(-2047, 2047) + 2048;
    let (at, rest) = ((clamped >> 7) as usize, clamped & 127);
    u32::try_from((TABLE[at] * (128 - rest) + TABLE[at + 1] * rest) >> 7).unwrap_or(0)
}

/// The other way around, for each probability in 1/4096.
fn stretches() -> Vec<i16> {
    let mut stretches = Vec::with_capacity(4096);
    let mut stretched = -2047_i16;
    for probability in 0..4096_u32 {
        while stretched < 2047 && squash(stretched.into()) < probability * 16 + 8 {
            stretched += 1;
        }
        stretches.push(stretched);
    }
    stretches
}
