//! What a seed does to single packets. A packet must be under way for it, so the run is looked at while it is drawn.

use core::time::Duration;

use alloc::vec::Vec;

use raftarium_core::Instant;

use super::dice::Dice;
use crate::command::{Command, PacketAct, Timed};
use crate::driver::Driver;
use crate::packet::PacketId;
use crate::run::Run;

/// For how long at most: what is drawn this way is run twice.
const FOR: Duration = Duration::from_secs(3);

pub(super) fn draw(dice: &mut Dice, run: &mut Run, until: Instant) {
    let until = until.min(Instant::ZERO + FOR);
    let mut driver = Driver::new(run.clone()).expect("a swarm draws valid runs: a test says so");
    let mut held: Vec<PacketId> = Vec::new();
    let mut at = Instant::from_millis(1);
    loop {
        at = at + dice.ms(1, 80);
        if at >= until {
            break;
        }
        // A command comes before whatever else happens at its moment.
        driver.run_until(Instant::from_micros(at.as_micros() - 1), |_| ());
        let under_way = |packet: &crate::view::PacketView| packet.lost.is_none();
        let packets: Vec<PacketId> = driver.world().packets().filter(under_way).map(|packet| packet.id).collect();
        if packets.is_empty() {
            continue;
        }
        let waiting: Vec<PacketId> = held.iter().copied().filter(|held| packets.contains(held)).collect();
        let (packet, act) = if !waiting.is_empty() && dice.percent(30) {
            (waiting[dice.position(waiting.len())], PacketAct::Release)
        } else {
            let later = dice.ms(1, 500);
            let acts =
                [PacketAct::Drop, PacketAct::Double, PacketAct::Hold, PacketAct::Delay(later), PacketAct::Deliver];
            (packets[dice.position(packets.len())], dice.one_of(&acts))
        };
        if act == PacketAct::Hold {
            held.push(packet);
        }
        let command = Command::Packet { packet, act };
        driver.schedule(at, command.clone()).expect("the moment has not begun, and the packet has a name");
        let position = run.commands.partition_point(|timed| timed.at <= at);
        run.commands.insert(position, Timed { at, command });
    }
}
