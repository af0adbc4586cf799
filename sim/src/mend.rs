//! What makes a world whole again.

use alloc::vec::Vec;

use crate::command::{Command, PacketAct};
use crate::setup::micros;
use crate::view::PacketView;
use crate::world::World;

impl World {
    /// What undoes the faults that are there now, one after the other: links, packets that are held, disks, clocks,
    /// processes. With nothing to mend, nothing.
    ///
    /// What is lost stays lost, rules that are broken on purpose stay broken, whoever is to crash later still does, and
    /// a server whose disk is damaged stays down.
    #[must_use]
    pub fn mends(&self) -> Vec<Command> {
        let mut mends = Vec::new();
        if !self.cuts().is_empty() {
            mends.push(Command::HealAll);
        }
        let links = self.unusual_links();
        if links.iter().any(|link| link.settings != self.setup().link) {
            mends.push(Command::SetAllLinks { settings: self.setup().link });
        }
        for link in &links {
            let (from, to, both) = (link.from, link.to, false);
            if link.clogged {
                mends.push(Command::Unclog { from, to, both });
            }
            if !link.filtered.is_empty() {
                mends.push(Command::Filter { from, to, both, classes: Vec::new() });
            }
        }
        // What stands still on a stopped link, or before a paused server, goes on with it.
        let waits = |packet: &PacketView| {
            let ends = (packet.from.server(), packet.to.server());
            links.iter().any(|link| link.clogged && ends == (Some(link.from), Some(link.to)))
                || self.servers().iter().any(|server| server.paused.is_some() && ends.1 == Some(server.id))
        };
        for packet in self.packets().filter(|packet| packet.held.is_some() && packet.lost.is_none()) {
            if !waits(&packet) {
                mends.push(Command::Packet { packet: packet.id, act: PacketAct::Release });
            }
        }
        for server in self.servers() {
            let (down, damaged, paused) =
                (server.node().is_none(), server.corruption.is_some(), server.paused.is_some());
            let (disk, clock, server) = (server.disk.settings(), server.clock, server.id);
            if *disk != self.setup().disk {
                mends.push(Command::SetDisk { server, settings: self.setup().disk });
            }
            if clock.drift_ppm() != 0 {
                mends.push(Command::SetClock { server, drift_ppm: 0 });
            }
            // One that is fast does no harm, and to set it back would.
            let behind = micros(self.now().since(clock.read(self.now())));
            if behind > 0 {
                mends.push(Command::JumpClock { server, by_us: i64::try_from(behind).unwrap_or(i64::MAX) });
            }
            if paused {
                mends.push(Command::Resume { server });
            }
            if down && !damaged {
                mends.push(Command::Restart { server });
            }
        }
        mends
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use raftarium_core::NodeId;

    use super::*;
    use crate::disk::DiskSettings;
    use crate::network::LinkSettings;
    use crate::packet::PacketClass;
    use crate::setup::Setup;
    use crate::timeline::Timeline;

    fn mend(timeline: &mut Timeline) {
        for command in timeline.world().mends() {
            timeline.dispatch(command).expect("what mends can be done");
        }
    }

    #[test]
    fn whatever_is_wrong_is_mended_and_then_there_is_nothing_to_mend() {
        let [one, two, three] = [NodeId(1), NodeId(2), NodeId(3)];
        let slow = LinkSettings { latency_max: Duration::from_millis(90), ..LinkSettings::default() };
        let (from, to, both) = (one, two, true);
        let faults = [
            Command::Cut { from, to, both },
            Command::Isolate { server: three },
            Command::Clog { from, to, both: false },
            Command::Filter { from, to, both, classes: alloc::vec![PacketClass::Heartbeat] },
            Command::SetLink { from, to, both, settings: slow },
            Command::SetDisk { server: one, settings: DiskSettings { stalled: true, ..DiskSettings::default() } },
            Command::SetClock { server: two, drift_ppm: -100_000 },
            Command::JumpClock { server: three, by_us: -300_000 },
            Command::Pause { server: two },
            Command::Crash { server: three },
        ];
        let mut timeline = Timeline::new(Setup::default()).expect("valid");
        timeline.advance(Duration::from_secs(1));
        assert_eq!(timeline.world().mends(), []);
        for fault in faults {
            timeline.dispatch(fault).expect("it can be done");
            timeline.advance(Duration::from_millis(20));
            assert_ne!(timeline.world().mends(), []);
        }
        mend(&mut timeline);
        mend(&mut timeline);
        assert_eq!(timeline.world().mends(), []);
        timeline.advance(Duration::from_secs(5));
        let view = timeline.view();
        assert!(view.servers.iter().all(|server| server.role.is_some() && server.term == view.servers[0].term));
    }
}
