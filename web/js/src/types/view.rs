//! A simulation at one moment.

use raftarium_sim as sim;
use serde::Serialize;
use tsify::Tsify;

use super::check::{Check, Violation};
use super::link::LinkSettings;
use super::number::{Milliseconds, ServerId};
use super::packet::{Packet, PacketClass};
use super::request::Request;
use super::server::Server;

/// A simulation at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct View {
    /// The moment.
    pub now: Milliseconds,
    /// How many steps were made: it changes whenever anything else here does, but for `now`.
    pub step: u64,
    /// How many events the trace has; the cursor at which the next ones begin.
    pub records: u64,
    /// The fingerprint of the trace: 16 hexadecimal digits.
    pub hash: String,
    /// The servers, the first one first.
    pub servers: Vec<Server>,
    /// The packets under way, in the order of their sending; lost ones until they would have arrived.
    pub packets: Vec<Packet>,
    /// The links that are cut, each direction by itself.
    pub cuts: Vec<Cut>,
    /// The links that carry packets in another way than at first, each direction by itself.
    pub links: Vec<Link>,
    /// What the clients asked, oldest first.
    pub requests: Vec<Request>,
    /// The rules, and how often each was checked.
    pub checks: Vec<Check>,
    /// The rules that were broken.
    pub violations: Vec<Violation>,
}

/// One direction of a link that is cut.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Tsify)]
pub struct Cut {
    /// From this server …
    pub from: ServerId,
    /// … to this one.
    pub to: ServerId,
}

/// One direction of a link that carries packets in another way than at first.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Link {
    /// From this server …
    pub from: ServerId,
    /// … to this one.
    pub to: ServerId,
    /// Whether everything on it stands still.
    pub clogged: bool,
    /// What does not get through.
    pub filtered: Vec<PacketClass>,
    /// How it carries packets.
    #[tsify(type = "Required<LinkSettings>")]
    pub settings: LinkSettings,
}

impl From<sim::LinkView> for Link {
    fn from(link: sim::LinkView) -> Self {
        Self {
            from: link.from.into(),
            to: link.to.into(),
            clogged: link.clogged,
            filtered: link.filtered.into_iter().map(Into::into).collect(),
            settings: link.settings.into(),
        }
    }
}

impl From<sim::View> for View {
    fn from(view: sim::View) -> Self {
        Self {
            now: view.now.into(),
            step: view.step,
            records: view.records,
            hash: view.hash.into(),
            servers: view.servers.into_iter().map(Into::into).collect(),
            packets: view.packets.into_iter().map(Into::into).collect(),
            cuts: view.cuts.into_iter().map(Into::into).collect(),
            links: view.links.into_iter().map(Into::into).collect(),
            requests: view.requests.into_iter().map(Into::into).collect(),
            checks: view.checks.into_iter().map(Into::into).collect(),
            violations: view.violations.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<sim::CutView> for Cut {
    fn from(cut: sim::CutView) -> Self {
        Self { from: cut.from.into(), to: cut.to.into() }
    }
}
