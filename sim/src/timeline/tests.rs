//! What only shows from inside.

use super::*;
use crate::swarm::{self, Profile};
use crate::trace::Happening;

const LASTS: Duration = Duration::from_secs(8);

/// Worlds of all sizes with all faults, played, with a budget that lets few copies stay.
fn worlds() -> impl Iterator<Item = (u64, Timeline)> {
    (0..24).map(|seed| {
        let trial = swarm::trial(seed, Profile::Chaos, LASTS);
        let mut timeline = Timeline::replay(trial.run).expect("a swarm draws valid runs");
        timeline.set_budget(BUDGET_MIN);
        timeline.seek(Instant::ZERO + LASTS);
        (seed, timeline)
    })
}

#[test]
fn from_every_copy_it_goes_on_to_the_same_trace() {
    let mut copies = 0;
    for (seed, timeline) in worlds() {
        let (hash, steps) = (timeline.hash(), timeline.world.steps());
        for kept in timeline.checkpoints.all() {
            let (mut world, mut carried_out) = (kept.world.clone(), kept.carried_out);
            while world.steps() < steps && world.step_with(&timeline.commands, &mut carried_out, RUN_END) {
                world.fresh_records().clear();
            }
            assert_eq!((world.hash(), world.steps()), (hash, steps), "seed {seed}");
            copies += 1;
        }
    }
    assert!(copies > 50, "{copies} copies");
}

#[test]
fn no_gap_between_copies_is_longer_than_is_said_and_the_budget_holds() {
    for (seed, timeline) in worlds() {
        let memory = timeline.memory();
        let one = timeline.world.copy_bytes();
        assert!(memory.copies_bytes <= (BUDGET_MIN / 2).max(one), "seed {seed}: {memory:?}");
        assert!(memory.records_bytes <= BUDGET_MIN / 2, "seed {seed}: {memory:?}");
        let mut at: Vec<u64> = timeline.checkpoints.all().map(|kept| kept.world.steps()).collect();
        at.push(timeline.world.steps());
        let (copies, steps) = (at.len() as u64 - 1, timeline.world.steps());
        for pair in at.windows(2) {
            let (gap, away) = (pair[1] - pair[0], steps - pair[1]);
            let interval = 256.max((one / 512) as u64) + 64;
            let allowed = interval.max(5 * steps / copies).min(interval.max(40 * (away + interval) / copies));
            assert!(
                gap <= allowed,
                "seed {seed}: {gap} steps, {away} away, {copies} copies of {one} bytes, {steps} steps"
            );
        }
    }
}

#[test]
fn every_record_can_be_gone_to_and_read_whether_it_is_kept_or_not() {
    for (seed, mut timeline) in worlds().take(8) {
        let known = timeline.known_records();
        let mut all = Vec::new();
        let mut world = World::new(timeline.setup().clone()).expect("valid");
        let mut carried_out = 0;
        all.append(world.fresh_records());
        while (all.len() as u64) < known && world.step_with(&timeline.commands, &mut carried_out, RUN_END) {
            all.append(world.fresh_records());
        }
        all.truncate(usize::try_from(known).expect("few"));
        assert_eq!(timeline.recall(0..u64::MAX), all, "seed {seed}");
        assert!(timeline.first_record() > RecordId(0) || known < 2_500, "seed {seed}: some are not kept");
        for place in 0..40 {
            let id = RecordId(place * 7_919 % known);
            let record = &all[usize::try_from(id.0).expect("few")];
            timeline.seek_record(id).expect("it is known");
            assert_eq!(timeline.records().last().map(|last| last.id >= id), Some(true), "seed {seed}, {id:?}");
            assert_eq!(timeline.record(id), Some(record), "around the moment that is looked at, records are kept");
            assert_eq!((timeline.now(), timeline.known_records()), (record.at, known), "seed {seed}");
            let chain = timeline.all_causes(id);
            assert_eq!(chain.first(), Some(record));
            assert!(chain.windows(2).all(|pair| pair[0].cause == Some(pair[1].id)));
            assert_eq!(chain.last().and_then(|first| first.cause), None, "back to the first cause");
            if place % 4 == 0 && timeline.step_back() {
                assert!(timeline.world.record_count() <= id.0, "seed {seed}: {id:?} has not happened yet");
            }
        }
        let unknown = UnknownRecord { given: RecordId(known), known };
        assert_eq!(timeline.seek_record(RecordId(known)), Err(unknown));
    }
}

#[test]
fn the_next_and_the_previous_of_a_kind_are_those_that_there_are() {
    let kinds: [fn(&Record) -> bool; 3] = [
        |record| matches!(record.what, Happening::Commanded(_)),
        |record| matches!(record.what, Happening::Node { event: raftarium_core::Event::BecameLeader { .. }, .. }),
        |record| matches!(record.what, Happening::Started { .. }),
    ];
    for (seed, mut timeline) in worlds().take(8) {
        // Past the last event, which is a previous one then.
        let end = timeline.end() + Duration::from_micros(1);
        for wanted in kinds {
            // Several of one step are one place to stop at.
            timeline.seek(end);
            let mut back = Vec::new();
            while let Some(id) = timeline.seek_previous(wanted) {
                back.push((id, timeline.world.steps()));
            }
            let stays = (timeline.now(), timeline.hash());
            assert_eq!(timeline.seek_previous(wanted), None);
            assert_eq!((timeline.now(), timeline.hash()), stays, "seed {seed}: none is before, and nothing changes");
            assert!(back.windows(2).all(|pair| pair[1].1 < pair[0].1), "seed {seed}");
            timeline.seek_step(0);
            let mut there = Vec::new();
            while timeline.seek_next(end, wanted).is_some() {
                there.push(timeline.world.steps());
            }
            back.reverse();
            let back: Vec<u64> = back.into_iter().map(|(_, steps)| steps).filter(|&steps| steps > 0).collect();
            assert_eq!(there, back, "seed {seed}");
            assert_eq!(timeline.end(), end);
        }
    }
}
