//! The page: built into `dist/`, or served from this machine while its source is edited.

use std::env;
use std::net::{Ipv4Addr, TcpListener};

use crate::cli::{BuildOptions, ServeOptions};
use crate::error::{Error, Result};
use crate::tools::Tools;
use crate::{halves, offline, process, say, workspace};

/// Tried one after another when no port was asked for; the first is Trunk's own default.
const PORTS: std::ops::Range<u16> = 8080..8100;

/// Builds the page, serves it, and stays until it is interrupted.
pub(crate) fn serve(options: &ServeOptions) -> Result<()> {
    let mut tools = Tools::open()?;
    tools.need_site_tools()?;
    let port = match options.port {
        Some(port) if is_free(port) => port,
        Some(port) => {
            return Err(Error::Missing {
                what: format!("Port {port} is taken by another program"),
                remedy: "Name another with --port, or none and the first free one is used.".to_owned(),
            });
        }
        None => PORTS.clone().find(|port| is_free(*port)).ok_or_else(|| Error::Missing {
            what: format!("Ports {} to {} are all taken", PORTS.start, PORTS.end - 1),
            remedy: "Name a free one with --port.".to_owned(),
        })?,
    };
    // A person who looks at the page wants it fast; a person who works on it runs `trunk serve`, which builds faster.
    let mut trunk = tools.page_command("trunk")?;
    trunk.args(["serve", "--release", "--skip-version-check", "--port"]);
    trunk.arg(port.to_string());
    // Apart from dist/, which holds what is shipped: a served page has a script in it that reloads it.
    trunk.arg("--dist").arg(workspace::scratch().join("served"));
    if !options.no_open && has_desktop() {
        trunk.arg("--open");
    }
    trunk.args(&options.trunk_arguments);
    say::note(format_args!(
        "building the page (1 to 2 minutes the first time, then seconds). It will be at http://127.0.0.1:{port}/ until you press Ctrl-C"
    ));
    process::become_program(&mut trunk)
}

/// Leaves a static site in `dist/`.
pub(crate) fn build(options: &BuildOptions) -> Result<()> {
    let mut tools = Tools::open()?;
    tools.need_site_tools()?;
    build_with(&tools, options)?;
    say::note("the site is in dist/: copy it to any static host, under any path");
    Ok(())
}

/// As [`build`], with tools that are there already.
pub(crate) fn build_with(tools: &Tools, options: &BuildOptions) -> Result<()> {
    run_trunk(tools, options)?;
    let folder = workspace::root().join("dist");
    halves::divide(&folder)?;
    offline::keep(&folder)
}

/// Has Trunk build the page, in one piece.
pub(crate) fn run_trunk(tools: &Tools, options: &BuildOptions) -> Result<()> {
    say::note("building the page, 1 to 2 minutes the first time, then seconds");
    // They are for dividing the program, and are taken out with that.
    say::note("wasm-opt warns of a linking section: these are the linker's notes, which do not stay in");
    let mut trunk = tools.page_command("trunk")?;
    trunk.args(["build", "--release", "--skip-version-check"]);
    if let Some(url) = &options.public_url {
        trunk.arg("--public-url").arg(url);
    }
    trunk.args(&options.trunk_arguments);
    process::run(&mut trunk)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

fn has_desktop() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    cfg!(any(target_os = "macos", windows)) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}
