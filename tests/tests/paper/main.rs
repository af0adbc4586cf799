//! One test for each claim of Raft's paper and of the dissertation's chapters 3, 4, 5, 6 and 9.6, named by section.
//! `tests/PAPER.md` lists the claims, and where each is shown; `map` holds that list to the tests.

#[path = "../../../core/tests/harness/mod.rs"]
mod harness;

mod chapter_3;
mod chapter_4;
mod chapter_4_3;
mod chapter_5;
mod chapter_6;
mod figure_2_append_entries;
mod figure_2_request_vote;
mod figure_2_rules;
mod figure_2_state;
mod map;
