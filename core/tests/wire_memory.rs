//! What the decoder allocates for bytes that no server sends. It counts for the whole process, so it is alone here.

use std::alloc::System;

use raftarium_core::random::{draw, within};
use raftarium_core::{Entry, Membership, Message};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// What a message costs besides its parts.
const ANYWAY_MAX: usize = 1 << 10;
/// What one byte can stand for: a list has no more elements than bytes are left, whatever it says.
const PER_BYTE_MAX: usize = 128;

fn allowed(bytes: &[u8]) -> usize {
    ANYWAY_MAX + PER_BYTE_MAX * bytes.len()
}

fn allocated<T>(decode: impl FnOnce() -> T) -> usize {
    let region = Region::new(ALLOCATOR);
    drop(decode());
    region.change().bytes_allocated
}

#[test]
fn a_length_that_is_a_lie_allocates_little() {
    let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    let head = |rest: &[u8]| [&[2, 1, 3][..], rest, &huge].concat();
    let cases = [
        ("entries", head(&[2, 4, 2])),
        ("the bytes of a command", head(&[2, 4, 2, 1, 5, 2, 1])),
        ("voters of an entry", head(&[2, 4, 2, 1, 5, 2, 2])),
        ("voters of a snapshot", head(&[4, 4, 2])),
        ("learners of a snapshot", head(&[4, 4, 2, 1, 1, 0])),
        ("the bytes of a snapshot", head(&[4, 4, 2, 1, 1, 0, 0, 0, 0, 0])),
    ];
    for (what, bytes) in cases {
        // Nothing follows, or the length is the last that still fits.
        for more in [0, 64] {
            let bytes = [&bytes[..], &vec![1; more]].concat();
            let count = allocated(|| assert!(postcard::from_bytes::<Message>(&bytes).is_err(), "{what}"));
            println!("{what}: {count} bytes for {}", bytes.len());
            assert!(count <= allowed(&bytes), "{what}: {count} bytes for {}", bytes.len());
        }
    }
    let entries = [&huge[..], &[0; 30]].concat();
    assert!(allocated(|| assert!(postcard::from_bytes::<Vec<Entry>>(&entries).is_err())) <= allowed(&entries));
    assert!(allocated(|| assert!(postcard::from_bytes::<Membership>(&huge).is_err())) <= allowed(&huge));

    // And any bytes, which is mostly numbers that are taken for lengths.
    let mut most = 0;
    for seed in 0..20_000 {
        let noise = |nth| within(draw(&[seed, nth]), 0, 255).try_into().unwrap_or(u8::MAX);
        let mut bytes: Vec<u8> = (0..seed % 60).map(noise).collect();
        if let Some(kind) = bytes.get_mut(3) {
            *kind %= 16;
        }
        let count = allocated(|| postcard::from_bytes::<Message>(&bytes));
        most = most.max(count);
        assert!(count <= allowed(&bytes), "seed {seed}: {count} bytes for {}", bytes.len());
    }
    println!("any bytes: at most {most} bytes");
}
