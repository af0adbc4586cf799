//! Bytes as text that an address need not escape: base64 of RFC 4648, §5, without padding. Each text is that of one row of
//! bytes only.

use alloc::string::String;
use alloc::vec::Vec;

use super::ShareError;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for few in bytes.chunks(3) {
        let bits = few.iter().zip([16, 8, 0]).fold(0_u32, |bits, (&byte, place)| bits | u32::from(byte) << place);
        let letters = [18, 12, 6, 0].map(|place| char::from(LETTERS[(bits >> place & 63) as usize]));
        text.extend(&letters[..=few.len()]);
    }
    text
}

pub(super) fn decode(text: &str) -> Result<Vec<u8>, ShareError> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for given in text.chars() {
        let place = LETTERS.iter().position(|&letter| char::from(letter) == given);
        let place = place.and_then(|place| u32::try_from(place).ok()).ok_or(ShareError::Character { given })?;
        (bits, count) = (bits << 6 | place, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff).to_le_bytes()[0]);
        }
        bits &= (1 << count) - 1;
    }
    // What is left of the last letter says nothing.
    if count >= 6 || bits != 0 { Err(ShareError::Damaged) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_standard() {
        for (bytes, text) in
            [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")]
        {
            assert_eq!(encode(bytes.as_bytes()), text);
            assert_eq!(decode(text), Ok(bytes.as_bytes().to_vec()));
        }
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn there_is_no_second_text_for_the_same_bytes() {
        for damaged in ["Z", "Zh", "Zm9", "Zm9vY"] {
            assert_eq!(decode(damaged), Err(ShareError::Damaged), "{damaged}");
        }
        assert_eq!(decode("Zg=="), Err(ShareError::Character { given: '=' }));
    }
}
