//! Running other programs: plainly, with a deadline, and while counting the tests that they report.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::steps::Counts;

/// Runs `command` to its end, with its output shown.
///
/// # Errors
///
/// [`Error::NotStarted`], or [`Error::Failed`] when it ends with anything but success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(not_started(command))?;
    check(shown(command), status)
}

/// As [`run`], but ends the program when it is still running after `limit`.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = command.spawn().map_err(not_started(command))?;
    let start = Instant::now();
    loop {
        let waited = child.try_wait().map_err(not_started(command))?;
        if let Some(status) = waited {
            return check(shown(command), status);
        }
        if start.elapsed() >= limit {
            // It may end by itself just now, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Error::Failed {
                program: shown(command),
                ending: format!("was stopped after {} s without an end", limit.as_secs()),
            });
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Runs `command` and gives what it printed on stdout; its stderr is shown.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(not_started(command))?;
    check(shown(command), output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What `command` prints when it can be run, and nothing when it cannot: for asking a program its version.
pub(crate) fn probe(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// As [`run`], and adds the tests that the program reports to `counts`.
///
/// Both of its streams come through one pipe, so that their lines stay whole and in order.
pub(crate) fn run_counting(mut command: Command, counts: &mut Counts) -> Result<()> {
    let (reader, writer) = io::pipe().map_err(Error::file("opening a pipe"))?;
    let other_writer = writer.try_clone().map_err(Error::file("opening a pipe"))?;
    if io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.stdout(writer).stderr(other_writer).spawn().map_err(not_started(&command))?;
    let program = shown(&command);
    // It holds our ends of the pipe, which would never close.
    drop(command);
    relay(reader, &mut io::stdout(), counts)?;
    let status = child.wait().map_err(|source| Error::NotStarted { program: program.clone(), source })?;
    check(program, status)
}

/// Copies `from` to `to` line by line, and reads the numbers of tests on the way.
fn relay(from: impl Read, to: &mut impl Write, counts: &mut Counts) -> Result<()> {
    for line in BufReader::new(from).split(b'\n') {
        let mut line = line.map_err(Error::file("reading a program's output"))?;
        counts.read_line(&String::from_utf8_lossy(&line));
        line.push(b'\n');
        // A closed pipe behind us is no reason to stop the tests.
        let _ = to.write_all(&line);
    }
    Ok(())
}

/// Becomes `command`, so that signals reach it directly; where that is not possible, runs it to its end.
pub(crate) fn become_program(command: &mut Command) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let source = command.exec();
        Err(not_started(command)(source))
    }
    #[cfg(not(unix))]
    run(command)
}

/// The file that `name` stands for on PATH.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let file = match Path::new(name).extension() {
        Some(_) => name.to_owned(),
        None => format!("{name}{}", env::consts::EXE_SUFFIX),
    };
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|path| is_executable(path))
}

/// npm, which is a script with an ending of its own on Windows.
pub(crate) const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

fn check(program: String, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        program,
        ending: match status.code() {
            Some(code) => format!("ended with exit code {code}"),
            None => "was ended by a signal".to_owned(),
        },
    })
}

fn not_started(command: &Command) -> impl FnOnce(io::Error) -> Error + use<> {
    let program = shown(command);
    move |source| Error::NotStarted { program, source }
}

/// The command line as a person would type it; long ones are cut.
fn shown(command: &Command) -> String {
    const WORDS_MAX: usize = 8;
    let words = || std::iter::once(command.get_program()).chain(command.get_args());
    let mut text: Vec<_> = words().take(WORDS_MAX).map(OsStr::to_string_lossy).collect();
    if words().count() > WORDS_MAX {
        text.push("…".into());
    }
    text.join(" ")
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_past_its_deadline_is_stopped() {
        let start = Instant::now();
        let result = run_within(&mut shell("sleep 20"), Duration::from_millis(100));
        assert!(matches!(result, Err(Error::Failed { .. })));
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn what_is_relayed_is_counted() {
        let (mut counts, mut shown) = (Counts::default(), Vec::new());
        let text = "test result: ok. 2 passed; 0 failed\nand so on\n";
        relay(text.as_bytes(), &mut shown, &mut counts).unwrap();
        assert_eq!((counts.passed, counts.failed), (2, 0));
        assert_eq!(shown, text.as_bytes());
    }

    #[test]
    fn a_failure_names_the_command_and_the_code() {
        let error = run(&mut shell("exit 3")).unwrap_err();
        assert_eq!(error.to_string(), "`sh -c exit 3` ended with exit code 3.");
    }

    #[test]
    fn a_program_that_is_not_there_has_nothing_to_say() {
        assert_eq!(probe(&mut Command::new("raftarium-no-such-program")), None);
        assert_eq!(find("raftarium-no-such-program"), None);
        assert!(find("sh").is_some());
    }
}
