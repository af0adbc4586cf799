//! The page's program: Trunk builds it and starts it.

fn main() {
    raftarium_ui::start();
}
