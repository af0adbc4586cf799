//! What servers say of the commands that they passed on to a leader, and where those are.

use std::collections::{BTreeMap, BTreeSet};

use raftarium_core::{CommandBytes, Entry, EntryId, Forwarded, NodeId, Payload};

#[derive(Clone, Default)]
pub(crate) struct PassedOn {
    /// The places of each command in any log, ever.
    places: BTreeMap<CommandBytes, BTreeSet<(u64, u64)>>,
    refused: BTreeSet<CommandBytes>,
    appended: BTreeMap<CommandBytes, EntryId>,
}

impl PassedOn {
    /// An entry is in a log that was in none before.
    pub(super) fn found(&mut self, entry: &Entry) {
        let Payload::Command(command) = &entry.payload else { return };
        assert!(!self.refused.contains(command), "{command:?} was refused, and is at {}", entry.id);
        let told = self.appended.get(command);
        assert!(told.is_none_or(|told| *told == entry.id), "{command:?} is at {told:?}, and at {}", entry.id);
        self.places.entry(command.clone()).or_default().insert((entry.id.index.0, entry.id.term.0));
    }

    /// A server tells what became of a command that was passed on, which no other command is equal to: it is nowhere,
    /// or where the leader says, and only there.
    pub(super) fn ended(&mut self, server: NodeId, command: String, end: Forwarded) {
        let command = CommandBytes::from(command);
        let places = self.places.get(&command).cloned().unwrap_or_default();
        match end {
            Forwarded::Appended(id) => {
                let there = BTreeSet::from([(id.index.0, id.term.0)]);
                assert_eq!(places, there, "{server}: {command:?} is at {id}, and nowhere else");
                self.appended.insert(command, id);
            }
            Forwarded::Refused(error) => {
                assert_eq!(places, BTreeSet::new(), "{server}: {command:?} was refused: {error}");
                self.refused.insert(command);
            }
            Forwarded::Unknown { .. } => assert!(places.len() <= 1, "{server}: {command:?} is at {places:?}"),
        }
    }
}
