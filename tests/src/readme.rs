//! The README's Rust, run as a test.

#![doc = include_str!("../../README.md")]
