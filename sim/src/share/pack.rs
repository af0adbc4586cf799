//! Texts made short: an arithmetic coder that is told by a [`Model`] what comes next.

use alloc::vec::Vec;

use super::model::Model;

/// `text` in as few bytes as the model can tell it, for somebody who knows `known` as well.
pub(super) fn pack(known: &[u8], text: &[u8]) -> Vec<u8> {
    let mut model = Model::after(known);
    let mut packed = Vec::new();
    let (mut low, mut high) = (0_u32, u32::MAX);
    for byte in text {
        for place in (0..8).rev() {
            let bit = u32::from(byte >> place) & 1;
            let middle = between(low, high, model.probability());
            if bit == 1 {
                high = middle
            } else {
                low = middle + 1
            }
            while (low ^ high) >> 24 == 0 {
                packed.push(high.to_be_bytes()[0]);
                (low, high) = (low << 8, high << 8 | 0xff);
            }
            model.learn(bit);
        }
    }
    // Whatever lies between the two will do; zeros need not be written.
    if low > 0 {
        let enough = (0..4).map(|bytes| u32::MAX << (24 - 8 * bytes)).map(|mask| (high & mask, mask));
        let end = enough.clone().find(|&(end, _)| end >= low).map_or(high, |(end, _)| end);
        let written = end.to_be_bytes();
        let used = 4 - (end.trailing_zeros() / 8).min(4) as usize;
        packed.extend(&written[..used]);
    }
    while packed.last() == Some(&0) {
        packed.pop();
    }
    packed
}

/// The `length` bytes that were packed.
pub(super) fn unpack(known: &[u8], packed: &[u8], length: usize) -> Vec<u8> {
    let mut model = Model::after(known);
    let mut rest = packed.iter().copied().chain(core::iter::repeat(0));
    let mut next = move || u32::from(rest.next().unwrap_or(0));
    let mut code = (0..4).fold(0_u32, |code, _| code << 8 | next());
    let (mut low, mut high) = (0_u32, u32::MAX);
    let mut text = Vec::with_capacity(length);
    for _ in 0..length {
        let mut byte = 0_u8;
        for _ in 0..8 {
            let middle = between(low, high, model.probability());
            let bit = u32::from(code <= middle);
            if bit == 1 {
                high = middle
            } else {
                low = middle + 1
            }
            while (low ^ high) >> 24 == 0 {
                (low, high) = (low << 8, high << 8 | 0xff);
                code = code << 8 | next();
            }
            model.learn(bit);
            byte = byte << 1 | u8::from(bit == 1);
        }
        text.push(byte);
    }
    text
}

/// Where a range is divided for a one of this probability, in 1/65536.
fn between(low: u32, high: u32, probability: u32) -> u32 {
    let range = u64::from(high - low);
    low + u32::try_from((range * u64::from(probability)) >> 16).unwrap_or(0)
}
