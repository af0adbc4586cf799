//! Why not everything passes on a link.

use alloc::format;
use alloc::vec::Vec;

use raftarium_core::NodeId;

use super::lack::{clogging, filtering};
use super::look::Look;
use super::{Cause, NotSo, Thing, otherwise};
use crate::command::Command;
use crate::packet::PacketClass;
use crate::view::{LinkView, View};

fn found(view: &View, from: NodeId, to: NodeId) -> Option<&LinkView> {
    view.links.iter().find(|link| (link.from, link.to) == (from, to))
}

pub(super) fn is_clogged(view: &View, from: NodeId, to: NodeId) -> bool {
    found(view, from, to).is_some_and(|link| link.clogged)
}

pub(super) fn filters(view: &View, from: NodeId, to: NodeId, class: PacketClass) -> bool {
    found(view, from, to).is_some_and(|link| link.filtered.contains(&class))
}

/// Whether something keeps packets from passing, or some of them.
pub(super) fn is_blocked(view: &View, from: NodeId, to: NodeId) -> bool {
    let cut = view.cuts.iter().any(|cut| (cut.from, cut.to) == (from, to));
    cut || found(view, from, to)
        .is_some_and(|link| link.clogged || !link.filtered.is_empty() || link.settings.loss_ppm > 0)
}

pub(super) fn blocked(look: &Look<'_>, (from, to): (NodeId, NodeId)) -> Result<Vec<Cause>, NotSo> {
    let about = Thing::Link { from, to };
    let mut causes = Vec::new();
    if look.is_cut(from, to) {
        let words = format!("The link from {from} to {to} is cut: what is sent on it is lost.");
        let by = look.cut_by(from, to);
        causes.push(Cause::new(words, about).when(by.as_ref()));
        causes.extend(by.map(|by| look.told(&by)));
    }
    if let Some(link) = found(look.view, from, to) {
        if link.clogged {
            let words = format!("Everything on the link from {from} to {to} stands still.");
            causes.push(Cause::new(words, about).when(clogging(look, (from, to)).as_ref()));
        }
        if !link.filtered.is_empty() {
            let words = format!("The link from {from} to {to} does not let all kinds of messages through.");
            causes.push(Cause::new(words, about).when(filtering(look, (from, to)).as_ref()));
        }
        if link.settings.loss_ppm > 0 {
            let by = look.done(&|command| {
                matches!(command, Command::SetAllLinks { .. })
                    || matches!(command, Command::SetLink { from: a, to: b, both, .. }
                        if (*a, *b) == (from, to) || *both && (*b, *a) == (from, to))
            });
            let words = format!("The link from {from} to {to} loses messages by chance.");
            causes.push(Cause::new(words, about).when(by.as_ref()));
        }
    }
    if causes.is_empty() {
        return otherwise(format!("The link from {from} to {to} lets everything through."));
    }
    let down = [from, to].into_iter().filter_map(|id| look.find(id)).find(|server| server.role.is_none());
    causes.extend(down.into_iter().flat_map(|server| super::server::stopped(look, server)));
    Ok(causes)
}
