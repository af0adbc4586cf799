//! Texts made short, and as characters that an address need not escape: deflate (RFC 1951), then base64 (RFC 4648, §5,
//! without padding). Both sides know some text already, which what is packed refers to like to what came before it.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, compress_to_output, create_comp_flags_from_zip_params};
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

use super::ShareError;

/// The most that zlib's levels ask for.
const LEVEL: i32 = 9;
/// Deflate without zlib's frame.
const RAW: i32 = 0;
/// How much a block of deflate holds that is not packed.
const STORED_MAX: usize = 0xffff;

/// `text` in few bytes, for somebody who knows `known` as well: it ends a byte, and the rest goes on from there.
pub(super) fn pack(known: &[u8], text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut deflate = Box::new(CompressorOxide::new(create_comp_flags_from_zip_params(LEVEL, RAW, 0)));
    compress_to_output(&mut deflate, known, TDEFLFlush::Sync, |_| true);
    compress_to_output(&mut deflate, text, TDEFLFlush::Finish, |bytes| {
        packed.extend_from_slice(bytes);
        true
    });
    packed
}

/// What was packed, if it is no longer than `most` bytes.
pub(super) fn unpack(known: &[u8], packed: &[u8], most: usize) -> Result<Vec<u8>, ShareError> {
    let mut whole = Vec::with_capacity(known.len() + packed.len() + 8);
    for block in known.chunks(STORED_MAX) {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        whole.push(0);
        whole.extend(length.to_le_bytes());
        whole.extend((!length).to_le_bytes());
        whole.extend_from_slice(block);
    }
    whole.extend_from_slice(packed);
    let mut text = decompress_to_vec_with_limit(&whole, known.len() + most).map_err(|error| {
        if error.status == TINFLStatus::HasMoreOutput {
            ShareError::TooLong { given: error.output.len() - known.len(), max: most }
        } else {
            ShareError::Damaged
        }
    })?;
    text.drain(..known.len());
    Ok(text)
}

pub(super) fn to_characters(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

pub(super) fn from_characters(text: &str) -> Result<Vec<u8>, ShareError> {
    let known = |given: &char| given.is_ascii_alphanumeric() || matches!(given, '-' | '_');
    if let Some(given) = text.chars().find(|given| !known(given)) {
        return Err(ShareError::Character { given });
    }
    Base64UrlUnpadded::decode_vec(text).map_err(|_| ShareError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_whatever_is_known() {
        for known in [&b""[..], b"known", &[7; 70_000]] {
            for text in [&b""[..], b"k", b"known and more", &[7; 3_000]] {
                let packed = pack(known, text);
                assert_eq!(unpack(known, &packed, text.len()), Ok(text.to_vec()));
                if !text.is_empty() {
                    let most = text.len() - 1;
                    assert_eq!(unpack(known, &packed, most), Err(ShareError::TooLong { given: most, max: most }));
                    assert_eq!(unpack(known, &packed[..packed.len() - 1], text.len()), Err(ShareError::Damaged));
                }
            }
        }
        assert!(pack(b"what both know", b"what both know").len() < pack(b"", b"what both know").len());
    }

    #[test]
    fn there_is_no_second_text_for_the_same_bytes() {
        for (bytes, text) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(to_characters(bytes.as_bytes()), text);
            assert_eq!(from_characters(text), Ok(bytes.as_bytes().to_vec()));
        }
        for damaged in ["Z", "Zh", "Zm9", "Zm9vY"] {
            assert_eq!(from_characters(damaged), Err(ShareError::Damaged), "{damaged}");
        }
        assert_eq!(from_characters("Zg=="), Err(ShareError::Character { given: '=' }));
    }
}
