//! The built page in a real Chromium, measured and photographed.

use std::process::Command;

use crate::error::Result;
use crate::steps::{install_browser_tests, install_lighthouse};
use crate::tools::Tools;
use crate::{cli, process, say, site, workspace};

/// Builds the page, measures it and prints one table.
pub(crate) fn measure(options: &cli::MeasureOptions) -> Result<()> {
    let mut node = drive("measure.mjs", options.as_it_is)?;
    if options.quick {
        node.env("RAFTARIUM_MEASURE", "quick");
    } else {
        node.env("RAFTARIUM_LIGHTHOUSE", install_lighthouse()?);
    }
    say::note(if options.quick { "measuring, about a minute" } else { "measuring, about five minutes" });
    process::run(&mut node)
}

/// Builds the page, and leaves a picture of every screen in target/screens/.
pub(crate) fn screenshots(options: &cli::ScreenshotOptions) -> Result<()> {
    let mut node = drive("screens.mjs", options.as_it_is)?;
    node.env("RAFTARIUM_SCREENSHOTS", workspace::scratch().join("screens"));
    if let Some(only) = &options.only {
        node.env("RAFTARIUM_SCREENS", only);
    }
    say::note("taking pictures into target/screens/, a few minutes");
    process::run(&mut node)
}

/// Node, about to run a script of the browser tests on the page, which is built first unless it is wanted `as_it_is`.
fn drive(script: &str, as_it_is: bool) -> Result<Command> {
    let mut tools = Tools::open()?;
    tools.need_node()?;
    let browser = tools.need_browser()?;
    if !as_it_is {
        tools.need_site_tools()?;
        site::build_with(&tools, &cli::BuildOptions::default())?;
    }
    let mut node = Command::new("node");
    node.arg(install_browser_tests()?.join(script))
        .env("RAFTARIUM_CHROME", browser)
        .env("RAFTARIUM_DIST", workspace::root().join("dist"));
    Ok(node)
}
