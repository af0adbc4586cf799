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
    let lines = script.lines().map(str::trim).filter(|line| !line.starts_with("//") && !line.is_empty());
    let script: String = lines.map(|line| format!("{line}\n")).collect();
    page.replacen("</head>", &format!("<script>\n{script}</script>\n</head>"), 1)
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
    fn a_script_goes_into_the_head_without_its_comments() {
        let page = with_script("<head></head><body></body>", "// Why.\nlet a;\n  // More.\n\n  a = \"//\";\n");
        assert_eq!(page, "<head><script>\nlet a;\na = \"//\";\n</script>\n</head><body></body>");
    }
}
