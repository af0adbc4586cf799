//! What holds without a clock: nothing is allocated, no message is spent in vain, all servers apply the same.
//!
//! One test, because allocations are counted for the whole process.

use raftarium_bench::{COMPACT_EVERY, Cell, Ours, Run, allocations};

#[test]
fn the_steady_state_allocates_nothing_and_sends_two_messages_a_window_and_follower() {
    for nodes in [3, 5] {
        for bytes in [16, 256] {
            for window in [1, 64, 1024] {
                let cell = Cell { nodes, bytes, window };
                let mut run = Run::<Ours>::warmed_up(cell);
                let (commits, messages, allocated) = (run.commits(), run.messages(), allocations());
                run.commit(2 * COMPACT_EVERY);
                let allocated = allocations() - allocated;
                let windows = (run.commits() - commits) / window;
                assert_eq!(run.messages() - messages, windows * 2 * (nodes - 1), "messages, {cell:?}");
                run.check().expect("all servers applied what was proposed");
                assert_eq!(allocated, 0, "allocations, {cell:?}");
            }
        }
    }
}
