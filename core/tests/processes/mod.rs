//! The example's program, run as its users do: a process for each server, a process for each client.

#![expect(clippy::disallowed_types, reason = "processes live in real time")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The longest that anything may take; far more than it does.
const PATIENCE: Duration = Duration::from_secs(120);

/// Waits until `done` has something.
pub(crate) fn until<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = done() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{PATIENCE:?}, and still not: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The program. Cargo builds examples with all tests, but not with one of them.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().expect("a file");
        let folder = test.parent().and_then(Path::parent).expect("a profile's folder");
        let target = folder.parent().expect("cargo's folder");
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--package", "raftarium-core", "--example", "cluster", "--target-dir"]);
        build.arg(target).current_dir(env!("CARGO_MANIFEST_DIR"));
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo runs").success(), "the example does not build");
        folder.join("examples").join("cluster")
    })
}

/// A folder and addresses for three servers, and for one that may join.
pub(crate) struct Cluster {
    pub(crate) dir: PathBuf,
    servers: String,
    running: Vec<Option<Child>>,
    snapshot_after: u32,
}

impl Cluster {
    pub(crate) fn new(name: &str, snapshot_after: u32) -> Self {
        let dir = std::env::temp_dir().join(format!("raftarium-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        let ports = free_ports();
        let servers: Vec<_> = (1..).zip(ports).map(|(id, port)| format!("{id}=127.0.0.1:{port}")).collect();
        let running = servers.iter().map(|_| None).collect();
        let cluster = Self { dir, servers: servers.join(","), running, snapshot_after };
        for id in 1..=3 {
            cluster.say(&["init", &id.to_string()]);
        }
        cluster
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(words).arg("--dir").arg(&self.dir).args(["--servers", &self.servers]);
        command.args(["--patience", "100", "--snapshot-after", &self.snapshot_after.to_string()]);
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("the program runs")
    }

    /// Runs a command that must succeed, and gives what it says.
    pub(crate) fn say(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Starts a server, and waits until it serves.
    pub(crate) fn start(&mut self, id: usize) {
        assert!(self.running[id - 1].is_none(), "S{id} runs");
        let mut child = self.command(&["serve", &id.to_string()]).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it is text");
        self.running[id - 1] = Some(child);
        assert!(line.contains("serves at"), "S{id} says {line:?}");
    }

    /// Ends a server as the machine would: without a word (SIGKILL).
    pub(crate) fn kill(&mut self, id: usize) {
        let mut child = self.running[id - 1].take().expect("it runs");
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
    }

    pub(crate) fn start_all(&mut self) {
        (1..=3).for_each(|id| self.start(id));
    }

    pub(crate) fn kill_all(&mut self) {
        (1..=3).for_each(|id| self.kill(id));
    }

    pub(crate) fn is_up(&self, id: usize) -> bool {
        self.running[id - 1].is_some()
    }

    /// What a server has, if it answers.
    pub(crate) fn dump(&self, id: usize) -> Option<String> {
        let output = self.run(&["dump", &id.to_string()]);
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    pub(crate) fn leader(&self) -> usize {
        let leads = |&id: &usize| self.is_up(id) && self.dump(id).is_some_and(|dump| dump.starts_with("leads"));
        until("somebody leads", || (1..=3).find(leads))
    }

    pub(crate) fn log(&self, id: usize) -> PathBuf {
        self.dir.join(format!("S{id}")).join("log")
    }

    /// Starts a client.
    pub(crate) fn shell(&self) -> Shell {
        let mut child =
            self.command(&["shell"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let (input, output) = (child.stdin.take(), child.stdout.take());
        Shell { child, input, output: BufReader::new(output.expect("piped")) }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for child in self.running.iter_mut().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

/// A client, with one session.
pub(crate) struct Shell {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Shell {
    /// Says a command, and waits for the answer.
    pub(crate) fn say(&mut self, command: &str) -> String {
        let input = self.input.as_mut().expect("open until it is closed");
        writeln!(input, "{command}").expect("it reads");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it is text");
        assert!(line.ends_with('\n'), "{command}: it ended without an answer");
        line.trim().to_owned()
    }

    pub(crate) fn close(mut self) {
        self.input = None;
        assert!(self.child.wait().expect("it is ours").success());
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // One that was closed has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ports that nobody has, and that no connection gets by itself.
fn free_ports() -> Vec<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let own = u16::try_from(std::process::id() % 1_000).expect("small") * 10;
    let ports = std::iter::repeat_with(|| 20_000 + (own + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000);
    ports.filter(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok()).take(4).collect()
}
