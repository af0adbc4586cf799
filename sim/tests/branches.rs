//! Acting in the past begins a branch, and both stay.

use std::time::Duration;

use raftarium_sim::core::{Instant, NodeId};
use raftarium_sim::{
    BRANCH_NAME_MAX, BranchError, BranchId, BranchInfo, ClientId, Command, CommandError, Op, Setup, Timed, Timeline,
    TraceHash,
};

fn ms(millis: u64) -> Instant {
    Instant::from_millis(millis)
}

fn crash(server: u64) -> Command {
    Command::Crash { server: NodeId(server) }
}

fn put(client: u32, value: &str) -> Command {
    Command::Request { client: ClientId(client), server: None, op: Op::Put { key: "x".into(), value: value.into() } }
}

fn begun() -> Timeline {
    Timeline::new(Setup { seed: 7, ..Setup::default() }).expect("the setup is valid")
}

/// S1 crashes after a second; or S2 after half of one; or, if so, S3 a quarter later.
fn three() -> Timeline {
    let mut timeline = begun();
    timeline.seek(ms(1_000));
    timeline.dispatch(crash(1)).expect("S1 is up");
    timeline.seek(ms(2_000));
    timeline.seek(ms(500));
    timeline.dispatch(crash(2)).expect("S2 is up");
    timeline.seek(ms(3_000));
    timeline.seek(ms(750));
    timeline.dispatch(crash(3)).expect("S3 is up");
    timeline.seek(ms(1_500));
    timeline
}

fn ids(timeline: &Timeline) -> Vec<u32> {
    timeline.branches().into_iter().map(|branch| branch.id.0).collect()
}

/// The fingerprint of a branch at its end, played from the beginning by somebody who was only given it.
fn alone(timeline: &Timeline, branch: &BranchInfo) -> TraceHash {
    let mut alone = Timeline::replay(timeline.run_of(branch.id).expect("it exists")).expect("it was valid");
    alone.seek(branch.end);
    assert_eq!(alone.branches().len(), 1);
    alone.hash()
}

#[test]
fn what_is_done_in_the_past_leaves_the_old_future_where_it_was() {
    let timeline = three();
    let from = |micros| Instant::from_micros(micros);
    let branch = |id, parent: Option<u32>, from, end, commands| BranchInfo {
        id: BranchId(id),
        name: None,
        parent: parent.map(BranchId),
        from,
        end,
        commands,
        active: id == 2,
    };
    let expected = [
        branch(0, None, Instant::ZERO, ms(2_000), 1),
        branch(1, Some(0), from(500_001), ms(3_000), 1),
        branch(2, Some(1), from(750_001), ms(1_500), 2),
    ];
    assert_eq!(timeline.branches(), expected);
    assert_eq!(timeline.branch(), BranchId(2));
    let done: Vec<_> = timeline.commands().iter().map(|timed| timed.command.clone()).collect();
    assert_eq!(done, [crash(2), crash(3)]);
}

#[test]
fn every_branch_is_a_run_by_itself_and_the_same_whenever_one_looks_at_it() {
    let mut timeline = three();
    let branches = timeline.branches();
    let expected: Vec<_> = branches.iter().map(|branch| alone(&timeline, branch)).collect();
    for step in 0..20 {
        let place = step * 7 % branches.len();
        timeline.switch(branches[place].id).expect("it exists");
        timeline.seek(branches[place].end);
        assert_eq!(timeline.hash(), expected[place], "{}", branches[place].id);
        assert_eq!(timeline.records().len() as u64, timeline.world().record_count(), "its whole trace is there");
        assert!(timeline.records().windows(2).all(|pair| pair[0].id.0 + 1 == pair[1].id.0));
        let mut replayed = Timeline::replay(timeline.run()).expect("valid");
        replayed.seek(timeline.now());
        assert_eq!(timeline.records(), replayed.records());
        assert_eq!(timeline.view(), replayed.view());
        // Wherever one is when one switches.
        timeline.seek(ms(step as u64 * 411 % 3_000).min(timeline.end()));
    }
    let active = timeline.branch();
    let same = |branch: &BranchInfo| BranchInfo { active: false, ..branch.clone() };
    assert!(timeline.branches().iter().map(same).eq(branches.iter().map(same)), "to look changes nothing");
    assert!(timeline.branches().iter().all(|branch| branch.active == (branch.id == active)));
}

#[test]
fn one_switches_to_the_same_moment_if_it_is_known_there() {
    let mut timeline = three();
    for (to, expected) in [(1, ms(1_500)), (0, ms(1_500)), (2, ms(1_500))] {
        timeline.switch(BranchId(to)).expect("it exists");
        assert_eq!(timeline.now(), expected);
    }
    timeline.switch(BranchId(1)).expect("it exists");
    timeline.seek(ms(3_000));
    timeline.switch(BranchId(0)).expect("it exists");
    assert_eq!(timeline.now(), ms(2_000), "no more is known");
    assert!(timeline.view().servers[0].role.is_none() && timeline.view().servers[1].role.is_some());
    timeline.seek(ms(400));
    let shared = timeline.view();
    timeline.switch(BranchId(2)).expect("it exists");
    assert_eq!(timeline.view(), shared, "before they part, they are the same");
}

#[test]
fn to_undo_is_to_go_back_and_to_do_again_is_to_switch() {
    let mut timeline = begun();
    timeline.seek(ms(1_000));
    timeline.dispatch(crash(1)).expect("S1 is up");
    let done = timeline.hash();
    assert!(timeline.step_back());
    assert_eq!(timeline.branches().len(), 1, "to go back is not to act");
    timeline.dispatch(crash(2)).expect("S2 is up");
    assert_eq!(ids(&timeline), [0, 1]);
    timeline.switch(BranchId(0)).expect("it exists");
    timeline.seek(timeline.end());
    assert_eq!(timeline.hash(), done);
}

#[test]
fn at_the_end_of_what_is_known_nothing_branches_off() {
    let mut timeline = begun();
    timeline.schedule(Instant::ZERO, put(1, "0")).expect("nothing has happened yet");
    for round in 1..20 {
        timeline.dispatch(crash(round % 5 + 1)).ok();
        timeline.schedule(ms(round * 100 + 50), put(1, "1")).expect("it is to come");
        timeline.seek(ms(round * 100));
    }
    assert_eq!(ids(&timeline), [0]);
}

#[test]
fn a_command_for_a_known_moment_branches_off_there_and_what_is_before_stays_known() {
    let mut timeline = begun();
    timeline.schedule(ms(1_200), put(2, "later")).expect("it is to come");
    timeline.schedule(ms(5_000), put(3, "much later")).expect("it is to come");
    timeline.seek(ms(2_000));
    timeline.seek(ms(300));
    let view = timeline.view();
    timeline.schedule(ms(1_000), crash(1)).expect("it is to come");
    assert_eq!(timeline.view(), view, "nothing has happened now");
    let [old, new] = &timeline.branches()[..] else { panic!("two branches") };
    assert_eq!((old.end, old.commands), (ms(2_000), 2));
    assert_eq!((new.from, new.end, new.commands), (ms(1_000), Instant::from_micros(999_999), 3));
    let known = timeline.all_records().last().expect("many").at;
    assert!(known > ms(900) && known < ms(1_000), "{known}");
    timeline.seek(ms(2_000));
    assert_eq!(timeline.hash(), alone(&timeline, &timeline.branches()[1]));
}

#[test]
fn what_was_overtaken_is_only_in_the_old_branch_and_what_was_planned_for_later_is_in_both() {
    let mut timeline = begun();
    for (at, command) in [(400, put(1, "a")), (900, put(1, "b")), (1_500, put(1, "c"))] {
        timeline.schedule(ms(at), command).expect("it is to come");
    }
    timeline.seek(ms(1_000));
    timeline.seek(ms(600));
    let at = timeline.dispatch(crash(4)).expect("S4 is up");
    let commands = |values: &[(Instant, Command)]| -> Vec<Timed> {
        values.iter().map(|(at, command)| Timed { at: *at, command: command.clone() }).collect()
    };
    assert_eq!(timeline.commands(), commands(&[(ms(400), put(1, "a")), (at, crash(4)), (ms(1_500), put(1, "c"))]));
    let old = timeline.run_of(BranchId(0)).expect("it exists").commands;
    let all = [(ms(400), put(1, "a")), (ms(900), put(1, "b")), (ms(1_500), put(1, "c"))];
    assert_eq!(old, commands(&all));
    timeline.switch(BranchId(0)).expect("it exists");
    assert_eq!(timeline.commands(), commands(&all));
}

#[test]
fn who_acts_before_a_branch_left_its_parent_leaves_the_parent_too() {
    let mut timeline = three();
    timeline.seek(ms(200));
    timeline.dispatch(crash(5)).expect("S5 is up");
    let newest = timeline.branches().pop().expect("four");
    assert_eq!((newest.id, newest.parent, newest.commands), (BranchId(3), Some(BranchId(0)), 1));
    timeline.seek(ms(600));
    let there = timeline.hash();
    timeline.switch(BranchId(2)).expect("it exists");
    timeline.seek(ms(1_500));
    assert_eq!(timeline.commands().len(), 2);
    assert_eq!(timeline.hash(), alone(&timeline, &timeline.branches()[2]));
    timeline.switch(BranchId(3)).expect("it exists");
    assert_eq!((timeline.now(), timeline.hash()), (ms(600), there));
}

#[test]
fn a_refused_command_makes_no_branch() {
    let mut timeline = three();
    timeline.seek(ms(600));
    let before = (timeline.branches(), timeline.view());
    assert_eq!(timeline.dispatch(crash(2)), Err(CommandError::Down { server: NodeId(2) }));
    assert!(timeline.schedule(ms(700), crash(9)).is_err());
    assert!(timeline.schedule(ms(600), crash(1)).is_err());
    assert_eq!((timeline.branches(), timeline.view()), before);
}

#[test]
fn branches_have_names_if_somebody_gives_them_some() {
    let mut timeline = three();
    let name = |timeline: &Timeline, id: usize| timeline.branches()[id].name.clone();
    timeline.rename(BranchId(1), Some("S2 crashes")).expect("a good name");
    assert_eq!(name(&timeline, 1).as_deref(), Some("S2 crashes"));
    for bad in ["", &"n".repeat(BRANCH_NAME_MAX + 1)] {
        let given = bad.len() as u64;
        let refused = timeline.rename(BranchId(1), Some(bad));
        assert_eq!(refused, Err(BranchError::NameLength { given, min: 1, max: BRANCH_NAME_MAX as u64 }));
    }
    assert_eq!(name(&timeline, 1).as_deref(), Some("S2 crashes"));
    timeline.rename(BranchId(1), None).expect("it exists");
    assert_eq!(name(&timeline, 1), None);
    let unknown = timeline.rename(BranchId(9), Some("x")).expect_err("there are three");
    assert_eq!(unknown.to_string(), "there is no branch 9; there are 0, 1, 2");
}

#[test]
fn a_deleted_branch_is_gone_and_those_that_leave_it_stay_as_they_were() {
    let mut timeline = three();
    let expected = alone(&timeline, &timeline.branches()[2]);
    timeline.delete(BranchId(1)).expect("nobody looks at it");
    assert_eq!(ids(&timeline), [0, 2]);
    let left = &timeline.branches()[1];
    assert_eq!((left.parent, left.from), (Some(BranchId(0)), Instant::from_micros(500_001)));
    assert_eq!((timeline.now(), timeline.hash()), (ms(1_500), expected));
    timeline.seek(ms(600));
    timeline.seek(ms(1_500));
    assert_eq!(timeline.hash(), expected);
    assert_eq!(alone(&timeline, &timeline.branches()[1]), expected);
    timeline.switch(BranchId(0)).expect("it exists");
    let gone = BranchError::Unknown { given: BranchId(1), known: vec![BranchId(0), BranchId(2)] };
    assert_eq!(timeline.switch(BranchId(1)), Err(gone.clone()));
    assert_eq!(timeline.run_of(BranchId(1)), Err(gone.clone()));
    assert_eq!(timeline.delete(BranchId(1)), Err(gone));
    assert_eq!(timeline.delete(BranchId(0)), Err(BranchError::Active { given: BranchId(0) }));
    timeline.delete(BranchId(2)).expect("nobody looks at it");
    assert_eq!(ids(&timeline), [0]);
    timeline.seek(ms(100));
    timeline.dispatch(crash(1)).expect("S1 is up");
    assert_eq!(ids(&timeline), [0, 3], "a number is not given again");
}

#[test]
fn the_first_branch_can_be_deleted_too() {
    let mut timeline = three();
    timeline.delete(BranchId(0)).expect("nobody looks at it");
    timeline.delete(BranchId(1)).expect("nobody looks at it");
    let [only] = &timeline.branches()[..] else { panic!("one branch") };
    assert_eq!((only.parent, only.from), (None, Instant::ZERO));
    let expected = alone(&timeline, only);
    timeline.seek(Instant::ZERO);
    timeline.seek(only.end);
    assert_eq!(timeline.hash(), expected);
}

/// A person who does not know what they want.
#[test]
fn a_hundred_branches_made_switched_and_deleted_at_random_stay_what_they_are() {
    let mut timeline = begun();
    timeline.set_budget(raftarium_sim::BUDGET_MIN);
    let mut chance = 1_u64;
    let mut draw = |below: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) % below
    };
    for round in 0..400 {
        let branches = timeline.branches();
        let any = branches[usize::try_from(draw(branches.len() as u64)).expect("small")].id;
        match draw(20) {
            0..8 => timeline.seek(Instant::from_micros(draw(4_000_000))),
            8..12 => drop(timeline.dispatch(if round % 2 == 0 { crash(draw(5) + 1) } else { put(1, "x") })),
            12..14 => drop(timeline.schedule(timeline.now() + Duration::from_micros(draw(900_000)), put(2, "y"))),
            14..19 => timeline.switch(any).expect("it exists"),
            _ => drop(timeline.delete(any)),
        }
        if round % 20 == 0 {
            let mut replayed = Timeline::replay(timeline.run()).expect("valid");
            replayed.seek(timeline.now());
            // A step may have stopped in the middle of a moment; nothing here does.
            assert_eq!(timeline.hash(), replayed.hash(), "round {round}");
            let now = timeline.world().record_count();
            assert_eq!(timeline.recall(0..now), replayed.records());
        }
    }
    assert!(timeline.branches().len() > 10);
    for branch in timeline.branches() {
        timeline.switch(branch.id).expect("it exists");
        timeline.seek(branch.end);
        assert_eq!(timeline.hash(), alone(&timeline, &branch), "{}", branch.id);
    }
}
