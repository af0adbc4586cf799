//! The JavaScript that gives a program what it imports.

use std::collections::BTreeMap;

use crate::divide::letters;

/// Gives each of `imports` a short name in `script`, and says which. As wasm-bindgen names them, each has a hash, twice: in
/// the script and in the program, and no host can compress that.
pub(crate) fn shorten<'a>(script: &mut String, imports: &[&'a str]) -> BTreeMap<&'a str, String> {
    let mut short = BTreeMap::new();
    for (number, &name) in imports.iter().enumerate() {
        let place = format!("\n        {name}: function");
        if script.matches(&place).count() == 1 {
            *script = script.replace(&place, &format!("\n        {}: function", letters(number)));
            short.insert(name, letters(number));
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_where_wasm_bindgen_puts_it_gets_a_short_name() {
        let mut script = "const import0 = {\n        __wbg_body_5f971c: function(arg0) {".to_owned();
        let short = shorten(&mut script, &["__wbg_body_5f971c", "__wbg_elsewhere_77"]);
        assert_eq!(script, "const import0 = {\n        a: function(arg0) {");
        assert_eq!(short, BTreeMap::from([("__wbg_body_5f971c", "a".to_owned())]), "what is not found keeps its name");
    }
}
