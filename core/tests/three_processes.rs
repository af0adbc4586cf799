//! The example's cluster, for real: processes that are killed in the middle of what they do, and files.

mod processes;

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use processes::{Cluster, Shell, until};

/// What a client did: every command is repeated until it is answered, so all of it is acknowledged.
#[derive(Default)]
struct Acknowledged {
    puts: BTreeMap<String, String>,
    increments: i64,
}

/// Lets the clients end, also when the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn work(mut shell: Shell, name: usize, stop: &AtomicBool, count: &AtomicUsize) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    let mut before = 0;
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        if number % 3 == 0 {
            let (key, value) = (format!("c{name}.{}", number % 30), number.to_string());
            assert_eq!(shell.say(&format!("put {key} {value}")), "ok");
            acknowledged.puts.insert(key, value);
        } else {
            let total: i64 = shell.say("incr total").parse().expect("a number");
            acknowledged.increments += 1;
            assert!(total > before && total >= acknowledged.increments, "C{name}: {total} comes after {before}");
            before = total;
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
    shell.close();
    acknowledged
}

#[test]
fn nothing_that_was_acknowledged_is_lost_and_nothing_happens_twice_8() {
    let mut cluster = Cluster::new("killed", 40);
    cluster.start_all();
    let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    let acknowledged = thread::scope(|scope| {
        let (stop, count) = (&stop, &count);
        let end = Stop(stop);
        let client = |name| {
            let shell = cluster.shell();
            scope.spawn(move || work(shell, name, stop, count))
        };
        let clients: Vec<_> = (1..=4).map(client).collect();
        let progress = |more| {
            let goal = count.load(Ordering::Relaxed) + more;
            until("the clients get on", || (count.load(Ordering::Relaxed) >= goal).then_some(()));
        };
        progress(20);
        for round in 0..6 {
            let leader = cluster.leader();
            let other = leader % 3 + 1;
            match round % 3 {
                // The leader, in the middle of its work; for so long that its log is behind the others' snapshots.
                0 => {
                    cluster.kill(leader);
                    progress(150);
                    cluster.start(leader);
                }
                // A follower, then the leader before that follower has caught up.
                1 => {
                    cluster.kill(other);
                    progress(60);
                    cluster.kill(leader);
                    cluster.start(other);
                    progress(20);
                    cluster.start(leader);
                }
                // Everybody at once.
                _ => {
                    cluster.kill_all();
                    cluster.start_all();
                }
            }
            progress(20);
        }
        drop(end);
        clients.into_iter().map(|client| client.join().expect("no client fails")).collect::<Vec<_>>()
    });

    let mut expected = BTreeMap::new();
    let total: i64 = acknowledged.iter().map(|client| client.increments).sum();
    acknowledged.iter().for_each(|client| expected.extend(client.puts.clone()));
    expected.insert("total".into(), total.to_string());
    let values: String = expected.iter().map(|(key, value)| format!(" {key}={value}")).collect();
    assert_eq!(cluster.say(&["get", "total"]), total.to_string());
    for id in 1..=3 {
        let dump = until("all servers have all of it", || cluster.dump(id).filter(|dump| dump.ends_with(&values)));
        assert!(dump.contains("voters S1,S2,S3"), "{dump}");
        let files = fs::read_dir(cluster.dir.join(format!("S{id}"))).expect("its folder");
        let names: Vec<_> = files.map(|file| file.expect("a file").file_name().into_string().expect("text")).collect();
        assert!(names.iter().any(|name| name.starts_with("snapshot-")), "S{id} has {names:?}");
    }
    println!("{} commands were acknowledged, {total} of them increments", count.load(Ordering::Relaxed));
}

/// Three servers that did something, and were killed.
fn killed(name: &str, snapshot_after: u32) -> Cluster {
    let mut cluster = Cluster::new(name, snapshot_after);
    cluster.start_all();
    let mut shell = cluster.shell();
    for number in 1..=10 {
        assert_eq!(shell.say("incr n"), number.to_string());
    }
    shell.close();
    cluster.kill_all();
    cluster
}

/// Where each record begins, and where the last one ends; nothing, if that one is not complete.
fn records(log: &[u8]) -> Option<Vec<usize>> {
    let (mut places, mut place) = (vec![], 8);
    while let Some(length) = log.get(place..).and_then(|rest| rest.first_chunk::<4>()) {
        places.push(place);
        place += 12 + usize::try_from(u32::from_le_bytes(*length)).expect("small");
    }
    places.push(place);
    (place == log.len()).then_some(places)
}

#[test]
fn a_byte_that_was_flipped_is_never_taken_for_a_write_that_was_cut_off() {
    let cluster = killed("flipped", 1_000);
    let (path, whole) = (cluster.log(1), fs::read(cluster.log(1)).expect("it was written"));
    let places = records(&whole).expect("it is complete");
    let last = places[places.len() - 2];
    // Every byte of the last record, which may be the only one that was acknowledged by a majority, and some before.
    let spoilt = (0..last).step_by(23).chain(last..whole.len());
    for (at, bit) in spoilt.zip((0..8).cycle()) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << bit;
        fs::write(&path, &bytes).expect("it can be written");
        let output = cluster.run(&["serve", "1"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "byte {at}: it serves, and says {said}");
        let record = places.iter().filter(|&&place| place <= at).count();
        let file = path.display();
        let named = match record {
            0 => format!("cluster: {file}: it does not begin with"),
            _ => format!("cluster: {file}: record {record}, at byte {}: ", places[record - 1]),
        };
        assert!(said.starts_with(&named), "byte {at}: {said}, and not {named}");
        assert!(said.contains("Nothing is repaired"), "byte {at}: {said}");
        assert_eq!(fs::read(&path).expect("it is there"), bytes, "byte {at}: the file was changed");
    }
}

#[test]
fn a_snapshot_that_is_not_what_was_written_is_refused() {
    let cluster = killed("snapshot", 5);
    let folder = cluster.dir.join("S1");
    let files = fs::read_dir(&folder).expect("its folder").map(|file| file.expect("a file").path());
    let snapshots: Vec<_> = files.filter(|path| *path != cluster.log(1)).collect();
    let [path] = &snapshots[..] else { panic!("{snapshots:?} are there, and not one snapshot") };
    let whole = fs::read(path).expect("it was written");
    let spoilt = |at: usize| whole.iter().enumerate().map(|(place, byte)| byte ^ u8::from(place == at)).collect();
    let cases: [(&str, Vec<u8>); 4] = [
        ("its first byte", spoilt(0)),
        ("its last byte", spoilt(whole.len() - 1)),
        ("one byte less", whole[1..].into()),
        ("nothing", vec![]),
    ];
    for (what, bytes) in cases {
        fs::write(path, bytes).expect("it can be written");
        let output = cluster.run(&["serve", "1"]);
        let said = String::from_utf8_lossy(&output.stderr);
        let named = format!("cluster: {}: the log says that it has {} bytes", path.display(), whole.len());
        assert!(!output.status.success() && said.starts_with(&named), "{what}: {said}");
    }
    fs::remove_file(path).expect("it was there");
    let output = cluster.run(&["serve", "1"]);
    assert!(String::from_utf8_lossy(&output.stderr).starts_with(&format!("cluster: {}: No such", path.display())));
}

#[test]
fn only_a_record_that_was_never_complete_is_dropped() {
    let mut cluster = killed("torn", 1_000);
    let (path, whole) = (cluster.log(1), fs::read(cluster.log(1)).expect("it was written"));
    let places = records(&whole).expect("it is complete");
    let last = places[places.len() - 2];
    let ends = [last + 1, last + 11, last + 12, last + 13, whole.len() - 1];
    for end in ends {
        fs::write(&path, &whole[..end]).expect("it can be written");
        let mut serve = cluster.command(&["serve", "1"]);
        let mut child =
            serve.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
        until("the record is dropped and the server starts a new life", || {
            let bytes = fs::read(&path).expect("it is there");
            (bytes.len() > last && bytes[..last] == whole[..last] && records(&bytes).is_some()).then_some(())
        });
        child.kill().expect("it is ours");
        let output = child.wait_with_output().expect("it is ours");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let expected =
            format!("{}: the last record was never complete; its {} bytes are dropped", path.display(), end - last);
        assert!(said.starts_with(&expected), "{said:?}, and not {expected:?}");
    }

    // Nothing is missing: nothing is said, nothing is dropped. And the cluster still has everything.
    fs::write(&path, &whole).expect("it can be written");
    cluster.start_all();
    assert_eq!(cluster.say(&["incr", "n"]), "11");
    assert_eq!(fs::read(&path).expect("it is there")[..whole.len()], whole);
}

#[test]
fn a_server_that_lost_its_files_does_not_start_and_comes_back_under_a_new_id() {
    let mut cluster = killed("wiped", 1_000);
    fs::remove_file(cluster.log(3)).expect("it was there");
    let refused = |cluster: &Cluster, words: &[&str], why: &str| {
        let output = cluster.run(words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(why), "{words:?}: {said}");
    };
    refused(&cluster, &["serve", "3"], "must come back under a new id");
    refused(&cluster, &["init", "1"], "S1 was made before");
    fs::create_dir_all(cluster.dir.join("S3")).expect("a folder");
    fs::copy(cluster.log(2), cluster.log(3)).expect("a file");
    refused(&cluster, &["serve", "3"], "belongs to S2, and this is S3");
    fs::remove_file(cluster.log(3)).expect("it was there");

    cluster.start(1);
    cluster.start(2);
    cluster.say(&["init", "4", "--join"]);
    cluster.start(4);
    cluster.say(&["add", "4"]);
    cluster.say(&["remove", "3"]);
    assert_eq!(cluster.say(&["incr", "n"]), "11");
    until("S4 has all of it", || {
        cluster.dump(4).filter(|dump| dump.contains("voters S1,S2,S4") && dump.ends_with(" n=11"))
    });
}
