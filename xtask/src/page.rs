//! The page that Trunk left in a folder, changed.

use std::fs;
use std::path::Path;

use crate::error::{Error, Result};

/// Changes `index.html`.
pub(crate) fn edit(folder: &Path, change: impl FnOnce(String) -> String) -> Result<()> {
    let path = folder.join("index.html");
    let text = fs::read_to_string(&path).map_err(Error::file(format!("reading {}", path.display())))?;
    fs::write(&path, change(text)).map_err(Error::file(format!("writing {}", path.display())))
}

/// Puts a script into `index.html`, without its comments.
pub(crate) fn add_script(folder: &Path, script: &str) -> Result<()> {
    edit(folder, |page| with_script(&page, script))
}

fn with_script(page: &str, script: &str) -> String {
    page.replacen("</head>", &format!("<script>\n{}</script>\n</head>", slim_script(script)), 1)
}

/// A script without its comments, which have lines of their own, and without the room before its lines.
pub(crate) fn slim_script(script: &str) -> String {
    let mut in_comment = false;
    let is_code = |line: &&str| {
        let was_in_comment = in_comment;
        in_comment = (in_comment || line.starts_with("/*")) && !line.ends_with("*/");
        !(was_in_comment || line.starts_with("/*") || line.starts_with("//") || line.is_empty())
    };
    script.lines().map(str::trim).filter(is_code).map(|line| format!("{line}\n")).collect()
}

/// What a style sheet begins with that nothing of the first picture needs.
const LATER: &str = "/* Later: ";
/// Where such a sheet was.
const PLACE: &str = "<style class=\"later\"></style>";

/// Takes the style sheets out of `page` that can come later, and the comments out of all: what is left, and what was taken, in
/// the order of their places.
pub(crate) fn take_styles(page: &str) -> (String, Vec<String>) {
    let (open, close) = ("<style>", "</style>");
    let (mut left, mut taken) = (String::new(), Vec::new());
    let mut rest = page;
    while let Some((before, (sheet, after))) =
        rest.split_once(open).and_then(|(before, more)| Some((before, more.split_once(close)?)))
    {
        left.push_str(before);
        if sheet.trim_start().starts_with(LATER) {
            left.push_str(PLACE);
            taken.push(slim(sheet));
        } else {
            left.extend([open, &slim(sheet), close]);
        }
        rest = after;
    }
    left.push_str(rest);
    (left, taken)
}

/// A style sheet without its comments and without the room before its lines.
fn slim(sheet: &str) -> String {
    let mut bare = String::new();
    let mut rest = sheet;
    while let Some((before, comment)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    bare.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

/// All files below `folder`, as addresses relative to it, in order.
pub(crate) fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    collect(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, before: &str, found: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::file(format!("reading {}", folder.display())))? {
        let path = entry.map_err(Error::file(format!("reading {}", folder.display())))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let address = format!("{before}{name}");
        if path.is_dir() { collect(&path, &format!("{address}/"), found)? } else { found.push(address) }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_lose_their_comments_and_those_that_can_wait_leave_their_place() {
        let page = "<style>/* Why. */\n.a {\n  color: red; /* so */\n}\n</style><p>\n<style>\n/* Later: b. */\n.b {}\n</style>";
        let (left, taken) = take_styles(page);
        assert_eq!(left, "<style>.a {\ncolor: red;\n}\n</style><p>\n<style class=\"later\"></style>");
        assert_eq!(taken, [".b {}\n"]);
    }

    #[test]
    fn comments_of_several_lines_are_left_out_too() {
        let script = "/**\n * let no;\n */\nlet a = 1 /* one */;\n/** Short. */\n    let b;\n";
        assert_eq!(slim_script(script), "let a = 1 /* one */;\nlet b;\n");
    }

    #[test]
    fn a_script_goes_into_the_head_without_its_comments() {
        let page = with_script("<head></head><body></body>", "// Why.\nlet a;\n  // More.\n\n  a = \"//\";\n");
        assert_eq!(page, "<head><script>\nlet a;\na = \"//\";\n</script>\n</head><body></body>");
    }
}
