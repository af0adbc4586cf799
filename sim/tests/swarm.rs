//! What seeds draw, and that it really happens.

use std::collections::BTreeSet;
use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::swarm::{self, Coverage, Profile, Sight, Watch};
use raftarium_sim::{
    Broken, ClientId, Command, DiskSettings, Ending, Op, Pace, Rule, Run, Setup, Timed, Timeline, Trial,
};

const TROUBLE: Duration = Duration::from_secs(10);

/// Runs a seed, and gives what it met.
fn watched_in(profile: Profile, trial: &Trial) -> Coverage {
    let mut watch = Watch::new(&trial.run.setup);
    let verdict = trial.judge_observed(|record| watch.look_at(record)).expect("a swarm draws valid runs");
    let finding = verdict.finding.filter(|finding| !profile.forgives(finding.broken));
    assert_eq!(finding, None, "seed {}, {profile}", trial.run.setup.seed);
    watch.coverage()
}

fn watched(trial: &Trial) -> Coverage {
    watched_in(Profile::Chaos, trial)
}

fn chaos(seed: u64) -> Trial {
    swarm::trial(seed, Profile::Chaos, TROUBLE)
}

#[test]
fn in_a_thousand_seeds_every_fault_and_every_state_is_met_and_the_clusters_recover() {
    let (mut met, mut sizes) = (Coverage::default(), BTreeSet::new());
    for trial in (0..1_000).map(chaos) {
        sizes.insert(trial.run.setup.servers);
        met.add(&watched(&trial));
    }
    // What Raft does not survive is in profiles of its own.
    for profile in [Profile::Losses, Profile::StaleReads] {
        let some = (0..100).map(|seed| swarm::trial(seed, profile, TROUBLE));
        some.for_each(|trial| met.add(&watched_in(profile, &trial)));
    }
    let missing: Vec<&str> = met.counts().filter(|(_, count)| *count == 0).map(|(sight, _)| sight.name()).collect();
    assert_eq!(missing, [""; 0]);
    assert_eq!(sizes, (1..=9).collect());
}

#[test]
fn a_seed_is_the_same_run_and_the_same_verdict_every_time_with_its_records_looked_at_or_not() {
    for seed in 0..20 {
        assert_eq!(chaos(seed), chaos(seed));
        let verdict = chaos(seed).judge();
        assert_eq!(verdict, chaos(seed).judge());
        assert_eq!(verdict, chaos(seed).judge_observed(|record| assert!(record.at <= raftarium_sim::RUN_END)));
    }
    assert_ne!(chaos(1).run.commands, chaos(2).run.commands);
    let lossy = swarm::trial(1, Profile::Lossy, TROUBLE);
    assert_ne!(chaos(1).run.commands, lossy.run.commands);
}

#[test]
fn what_a_seed_draws_is_a_plain_run_that_a_timeline_plays_to_the_same_trace() {
    for seed in [3, 7, 23, 42] {
        let trial = chaos(seed);
        let verdict = trial.judge().expect("valid");
        let mut timeline = Timeline::replay(trial.run).expect("valid");
        while timeline.world().steps() < verdict.steps && timeline.step_forward() {}
        assert_eq!((timeline.hash(), timeline.now()), (verdict.hash, verdict.until), "seed {seed}");
    }
}

#[test]
fn a_profile_does_what_it_says_and_nothing_else() {
    use Sight::{
        AddServer, ClockDrift, Clog, Crash, CutOneWay, Doubled, LostByChance, LostByQueue, LyingDisk, MembershipSimple,
        Overtaken, PacketDropped, Partition, Pause, ReadUnchecked, TimeOut, Wiped,
    };
    let of = |profile| {
        let mut met = Coverage::default();
        // The ending has commands of its own, from a moment before it on, which are not the profile's.
        for seed in 0..100 {
            let mut trial = swarm::trial(seed, profile, TROUBLE);
            let moment_before = |at: Instant| Instant::from_micros(at.as_micros() - 1_000);
            let end = trial.ending.take().map_or(trial.until, |ending| moment_before(ending.at));
            trial.run.commands.retain(|timed| timed.at < end);
            trial.until = end;
            met.add(&watched_in(profile, &trial));
        }
        met
    };
    let all = [
        Crash,
        CutOneWay,
        Partition,
        LostByChance,
        Doubled,
        Overtaken,
        LostByQueue,
        Clog,
        PacketDropped,
        TimeOut,
        AddServer,
        ClockDrift,
        MembershipSimple,
        Pause,
        Wiped,
        LyingDisk,
        ReadUnchecked,
    ];
    let cases: [(Profile, &[Sight]); 13] = [
        (Profile::Calm, &[]),
        (Profile::Lossy, &[LostByChance, Doubled, Overtaken, LostByQueue, Clog]),
        (Profile::Partitions, &[CutOneWay, Partition]),
        (Profile::Crashes, &[Crash]),
        (Profile::SlowDisks, &[Crash]),
        // What is done to packets by hand makes some overtake others.
        (Profile::ByHand, &[PacketDropped, TimeOut, Overtaken]),
        (Profile::Processes, &[Crash, Pause]),
        (Profile::Clocks, &[ClockDrift]),
        (Profile::Members, &[AddServer, MembershipSimple]),
        (Profile::BrokenDisks, &[Crash, AddServer, Wiped, MembershipSimple]),
        (Profile::Chaos, &all[..all.len() - 2]),
        (Profile::Losses, &[Crash, TimeOut, Wiped, LyingDisk]),
        (Profile::StaleReads, &[Crash, CutOneWay, Partition, ReadUnchecked]),
    ];
    assert_eq!(cases.map(|(profile, _)| profile), Profile::ALL);
    for (profile, expected) in cases {
        let met = of(profile);
        let seen: BTreeSet<Sight> = all.into_iter().filter(|&sight| met.count(sight) > 0).collect();
        assert_eq!(seen, expected.iter().copied().collect(), "{profile}");
        assert!(met.count(Sight::Committed) > 0, "{profile}");
    }
}

#[test]
fn profiles_are_found_by_their_names_and_nothing_else_is() {
    for profile in Profile::ALL {
        assert_eq!(profile.name().parse(), Ok(profile));
    }
    let error = "Chaos".parse::<Profile>().expect_err("names are in small letters").to_string();
    let allowed = "calm, lossy, partitions, crashes, slow-disks, by-hand, processes, clocks, members, \
                   broken-disks, chaos, losses, stale-reads";
    assert_eq!(error, format!("there is no profile `Chaos`; allowed are {allowed}"));
}

#[test]
fn the_ending_leaves_a_majority_that_can_work_and_the_others_out_of_the_way() {
    let mut sizes = BTreeSet::new();
    for trial in (0..200).map(chaos) {
        let (servers, ending) = (trial.run.setup.servers, trial.ending.expect("a swarm ends its faults"));
        assert!(ending.core.len() > servers as usize / 2, "{ending:?}");
        assert!(ending.crashed.iter().all(|server| !ending.core.contains(server)), "{ending:?}");
        if trial.run.commands.iter().any(|timed| matches!(timed.command, Command::ChangeMembership { .. })) {
            let gone = ending.crashed.len();
            assert!(
                ending.core.len() + gone >= servers as usize && 2 * gone < servers as usize,
                "nobody knows what a majority is then"
            );
            continue;
        }
        sizes.insert((servers as usize - ending.core.len(), ending.crashed.len()));
        let mends = trial.run.commands.iter().filter(|timed| timed.at == ending.at);
        let first =
            |timed: &&Timed| matches!(timed.command, Command::Isolate { server } if server.0 <= u64::from(servers));
        let isolated = mends.filter(first).count();
        assert_eq!(isolated, servers as usize - ending.core.len() - ending.crashed.len());
    }
    assert!(sizes.len() > 5, "{sizes:?}");
}

#[test]
fn a_cluster_that_cannot_come_together_is_found_by_what_it_lacks() {
    use raftarium_sim::Missing;
    // The core is a majority even without one of its servers.
    let calm = |seed| swarm::trial(seed, Profile::Calm, TROUBLE);
    let spare =
        |trial: &Trial| trial.ending.as_ref().is_some_and(|e| e.core.len() > 1 + trial.run.setup.servers as usize / 2);
    let mut trial = (0..99).map(calm).find(spare).expect("some seed has such a core");
    let ending = trial.ending.clone().expect("a swarm ends its faults");
    let without = |trial: &Trial, wanted: fn(&Command) -> bool| {
        let mut trial = trial.clone();
        trial.run.commands.retain(|timed| wanted(&timed.command));
        trial.judge().expect("valid").finding.map(|finding| finding.broken)
    };
    assert_eq!(without(&trial, |_| true), None);
    let no_requests = |command: &Command| !matches!(command, Command::Request { .. } | Command::Requests { .. });
    assert_eq!(without(&trial, no_requests), Some(Broken::Liveness(Missing::Service)));
    // A server of the core is cut off a moment after the ending, or all of them are.
    let after = ending.at + Duration::from_micros(1);
    let cut = |server: NodeId| Timed { at: after, command: Command::Isolate { server } };
    let first_request = trial.run.commands.partition_point(|timed| timed.at <= after);
    trial.run.commands.insert(first_request, cut(ending.core[0]));
    let one = trial.judge().expect("valid").finding.expect("one is cut off");
    assert_eq!((one.broken, one.servers), (Broken::Liveness(Missing::Convergence), vec![ending.core[0]]));
    for &server in &ending.core {
        trial.run.commands.insert(first_request, Timed { at: after, command: Command::Crash { server } });
    }
    let all = trial.judge().expect("valid").finding.expect("all are down");
    assert_eq!(all.broken, Broken::Liveness(Missing::Leader));
    assert!(all.story.starts_with("The faults ended at 10.000000 s, and "), "{}", all.story);
}

#[test]
fn what_a_disk_loses_is_told_and_only_then() {
    let losing = |command: &Command| {
        matches!(command, Command::Wipe { .. } | Command::FlipBit { .. })
            || matches!(command, Command::SetDisk { settings, .. } if settings.lies)
    };
    let mut told = [0; 2];
    for seed in 0..100 {
        let mut trial = swarm::trial(seed, Profile::Losses, TROUBLE);
        let finding = trial.judge().expect("valid").finding;
        let first = trial.run.commands.iter().find(|timed| losing(&timed.command)).map(|timed| timed.at);
        if let Some(finding) = finding {
            assert!(Profile::Losses.forgives(finding.broken), "seed {seed}: {finding:?}");
            assert!(first.is_some_and(|first| first < finding.at), "seed {seed}: {finding:?}");
            told[0] += 1;
        }
        trial.run.commands.retain(|timed| !losing(&timed.command));
        told[1] += usize::from(trial.judge().expect("valid").finding.is_some());
    }
    assert!(told[0] > 20 && told[1] == 0, "{told:?}");
}

/// S1, S2 and S3 elect a leader, which commits something; then `faults` happen.
fn after(faults: &[(u64, Command)]) -> Option<Rule> {
    let put = Op::Put { key: "x".into(), value: "1".into() };
    let ask = (1_000, Command::Request { client: ClientId(1), server: None, op: put });
    let timed = |(at, command): &(u64, Command)| Timed { at: Instant::from_millis(*at), command: command.clone() };
    let commands = [ask].iter().chain(faults).map(timed).collect();
    let setup = Setup { servers: 3, ..Setup::default() };
    let trial = Trial { run: Run { setup, commands }, until: Instant::from_millis(10_000), ending: None };
    trial.judge().expect("valid").finding.map(|finding| match finding.broken {
        Broken::Rule(rule) => rule,
        Broken::Liveness(missing) => panic!("{missing:?}"),
    })
}

#[test]
fn disks_that_lie_a_majority_that_is_wiped_and_one_that_comes_back_empty_are_told() {
    let server = NodeId;
    let lies = |id| {
        let settings = DiskSettings { lies: true, ..DiskSettings::default() };
        (500, Command::SetDisk { server: server(id), settings })
    };
    let crash = |at, id| (at, Command::Crash { server: server(id) });
    let wipe = |at, id| (at, Command::Wipe { server: server(id) });
    let restart = |at, id| (at, Command::Restart { server: server(id) });
    let flip = |at, id| (at, Command::FlipBit { server: server(id), index: None });
    // A minority of the disks is gone, and nothing is lost.
    assert_eq!(after(&[lies(1)]), None);
    assert_eq!(after(&[crash(3_000, 2), wipe(3_000, 2)]), None);
    assert_eq!(after(&[flip(3_000, 2), crash(3_000, 2), restart(3_001, 2)]), None);
    // A majority is.
    let told = Some(Rule::CommittedIsDurable);
    assert_eq!(after(&[lies(1), lies(2)]), told);
    assert_eq!(after(&[crash(3_000, 1), wipe(3_000, 1), crash(3_000, 2), wipe(3_000, 2)]), told);
    assert_eq!(after(&[flip(3_000, 1), flip(3_000, 2)]), told);
    // Or comes back, and knows nothing.
    assert_eq!(after(&[crash(900, 3), crash(3_000, 2), wipe(3_000, 2), restart(3_001, 2)]), told);
}

/// What lures mistakes out is no trouble for servers that make none. That a majority of the disks no longer has what is
/// committed is rightly said where bits flip.
#[test]
fn lures_find_nothing_in_servers_that_keep_to_the_rules() {
    use raftarium_sim::core::Mistake;
    use raftarium_sim::swarm::Lure;
    use raftarium_sim::{Broken, Rule};
    let mut lured = BTreeSet::new();
    for mistake in Mistake::ALL.into_iter().filter(|&mistake| lured.insert(Lure::of(mistake))) {
        for seed in 0..40 {
            let trial = swarm::trial_with(seed, mistake, TROUBLE).without_mistakes();
            let found = trial.judge().expect("valid").finding.map(|finding| finding.broken);
            let rightly =
                Lure::of(mistake) == Lure::Corruption && found == Some(Broken::Rule(Rule::CommittedIsDurable));
            assert!(found.is_none() || rightly, "{}, seed {seed}: {found:?}", Lure::of(mistake).name());
        }
    }
}

/// A swarm of broken disks found it (seeds 1140 and 1450): a new server that is sent one entry at a time has a long way, and
/// the time in which everything had to be there was over while it went. Who stands still is still found.
#[test]
fn who_is_far_behind_may_go_on_catching_up_and_may_not_stand_still() {
    use raftarium_sim::Missing;
    let mut setup = Setup { servers: 3, clients: 1, ..Setup::default() };
    (setup.raft.max_append_entries, setup.raft.max_in_flight_appends) = (1, 1);
    let at = |ms| Instant::from_millis(ms);
    let put = Op::Put { key: "x".into(), value: "1".into() };
    let many = Command::Requests { client: ClientId(1), server: None, ops: vec![put; 2_000], pace: Pace::Answered };
    let commands = vec![
        Timed { at: at(500), command: Command::Crash { server: NodeId(3) } },
        Timed { at: at(1_000), command: many },
    ];
    let core = vec![NodeId(1), NodeId(2), NodeId(3)];
    let end = at(70_000);
    let ending = Ending { at: end, core, crashed: Vec::new(), attached: Vec::new(), stalled: Vec::new() };
    let run = Run { setup, commands };
    let mut trial = Trial::ending_with(run, ending.clone());
    let verdict = trial.judge().expect("valid");
    assert_eq!(verdict.finding, None);
    assert!(verdict.until > ending.deadline(&trial.run.setup), "it took longer, and was allowed to: {}", verdict.until);
    let after = trial.run.commands.partition_point(|timed| timed.at <= at(75_000));
    let stall = Timed { at: at(75_000), command: Command::Isolate { server: NodeId(3) } };
    trial.run.commands.insert(after, stall);
    let finding = trial.judge().expect("valid").finding.expect("it stands still");
    assert_eq!((finding.broken, finding.servers), (Broken::Liveness(Missing::Convergence), vec![NodeId(3)]));
}

/// What nobody promises is no finding. Seed 33767: writing a term and a vote takes longer than an election timeout (§5.6),
/// and elections succeed by luck. Seed 30618: a server has an entry with a membership that the others erased, and without
/// PreVote and CheckQuorum it deposes every leader (§4.2.3 of the dissertation).
#[test]
fn where_life_is_not_promised_its_absence_is_no_finding() {
    for seed in [30_618, 33_767] {
        let trial = swarm::trial(seed, Profile::Chaos, Duration::from_secs(60));
        assert_eq!(trial.judge().expect("valid").finding, None, "seed {seed}");
    }
}
