//! What functions are called, short enough for a list that people read.

/// How much of the beginning and of the end of a long name is in the list.
const HEAD: usize = 70;
const TAIL: usize = 40;

/// `name` without what changes from build to build. If it is long, four digits stand for its midst, so that no two are called
/// the same.
pub(crate) fn short(name: &str) -> String {
    let mut kept = String::new();
    let mut rest = name;
    while let Some(start) = rest.find('[') {
        let (before, after) = rest.split_at(start);
        kept.push_str(before);
        let hash = after[1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        rest = if hash >= 8 && after[1 + hash..].starts_with(']') {
            &after[hash + 2..]
        } else {
            kept.push('[');
            &after[1..]
        };
    }
    kept.push_str(rest);
    let length = kept.chars().count();
    if length <= HEAD + TAIL {
        return kept;
    }
    let head: String = kept.chars().take(HEAD).collect();
    let tail: String = kept.chars().skip(length - TAIL).collect();
    format!("{head}…{:04x}…{tail}", digest(&kept))
}

/// FNV-1a, folded.
fn digest(text: &str) -> u32 {
    let hash = text.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash >> 16) ^ (hash & 0xffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_from_build_to_build_is_no_part_of_a_name() {
        assert_eq!(short("<yew[0123456789abcdef]::Html as a[fedcba9876543210]::B>::c"), "<yew::Html as a::B>::c");
        assert_eq!(short("<[u8]>::sort"), "<[u8]>::sort");
        assert_eq!(short(&"é".repeat(200)).chars().count(), HEAD + TAIL + 6);
        let long = |midst: &str| short(&["a".repeat(90).as_str(), midst, "b".repeat(90).as_str()].concat());
        assert_ne!(long("u8"), long("i8"), "they differ where nobody sees it");
    }
}
