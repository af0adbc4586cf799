//! What takes more than a press: forms, as plain data. What is filled in becomes commands.

mod faults;
pub(crate) mod field;
mod members;
mod mistakes;
mod network;
pub(crate) mod settings;

use raftarium_sim::core::NodeId;
use raftarium_sim::{Command, View, World};

pub(crate) use self::field::{Field, Value};

/// Which form, and what it is about; without a server or a link, all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Link(Option<(NodeId, NodeId)>),
    Filter(NodeId, NodeId),
    Split,
    Disk(Option<NodeId>),
    Clock(NodeId),
    CrashAfter(NodeId),
    Members(NodeId),
    Settings(Option<NodeId>),
    Mistakes(Option<NodeId>),
}

/// A form that is open.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sheet {
    pub(crate) form: Form,
    pub(crate) title: String,
    /// What comes of it, in a sentence or two.
    pub(crate) about: &'static str,
    /// What else the same form can be about.
    pub(crate) targets: Vec<(String, Form)>,
    /// As things are now.
    pub(crate) fields: Vec<Field>,
    /// What the button says.
    pub(crate) submit: &'static str,
}

impl Sheet {
    /// The form, filled in with how things are.
    pub(crate) fn new(form: Form, view: &View, world: &World) -> Self {
        let of = |server: Option<NodeId>| server.map_or_else(|| "all servers".to_owned(), |id| id.to_string());
        let (title, about, submit) = match form {
            Form::Link(Some((a, b))) => (format!("Link {a}–{b}"), network::LINK_ABOUT, "Change"),
            Form::Link(None) => ("All links".to_owned(), network::LINK_ABOUT, "Change"),
            Form::Filter(a, b) => (format!("What {a}–{b} lets through"), network::FILTER_ABOUT, "Change"),
            Form::Split => ("Split the network".to_owned(), network::SPLIT_ABOUT, "Split"),
            Form::Disk(server) => (format!("Disk of {}", of(server)), faults::DISK_ABOUT, "Change"),
            Form::Clock(server) => (format!("Clock of {server}"), faults::CLOCK_ABOUT, "Change"),
            Form::CrashAfter(server) => (format!("Crash {server} in the middle"), faults::CRASH_ABOUT, "Crash it then"),
            Form::Members(server) => (format!("Change the membership through {server}"), members::ABOUT, "Ask it"),
            Form::Settings(server) => (format!("Settings of {}", of(server)), settings::ABOUT, "Change"),
            Form::Mistakes(server) => (format!("Rules that {} break", of(server)), mistakes::ABOUT, "Change"),
        };
        let title = if let Form::Mistakes(Some(server)) = form { format!("Rules that {server} breaks") } else { title };
        let fields = match form {
            Form::Link(link) => network::link_fields(link, view, world),
            Form::Filter(a, b) => network::filter_fields(a, b, view),
            Form::Split => network::split_fields(view),
            Form::Disk(server) => faults::disk_fields(server, view),
            Form::Clock(server) => faults::clock_fields(server, view),
            Form::CrashAfter(_) => faults::crash_fields(),
            Form::Members(_) => members::fields(view),
            Form::Settings(server) => settings::fields(server, view, world),
            Form::Mistakes(server) => mistakes::fields(server, view, world),
        };
        Self { form, title, about, targets: form.targets(view), fields, submit }
    }

    /// What the fields, as they are filled in, ask for.
    ///
    /// # Errors
    ///
    /// What is wrong with the first of them that is, in a sentence.
    pub(crate) fn commands(form: Form, fields: &[Field], view: &View, world: &World) -> Result<Vec<Command>, String> {
        let filled = field::Filled(fields);
        match form {
            Form::Link(link) => network::link_commands(link, &filled),
            Form::Filter(a, b) => Ok(network::filter_commands(a, b, &filled)),
            Form::Split => Ok(network::split_commands(view, &filled)),
            Form::Disk(server) => faults::disk_commands(server, view, &filled),
            Form::Clock(server) => faults::clock_commands(server, &filled),
            Form::CrashAfter(server) => Ok(vec![Command::CrashAfter { server, outputs: filled.count("outputs")? }]),
            Form::Members(server) => members::commands(server, view, &filled),
            Form::Settings(server) => settings::commands(server, view, world, &filled),
            Form::Mistakes(server) => Ok(mistakes::commands(server, view, &filled)),
        }
    }
}

impl Form {
    fn targets(self, view: &View) -> Vec<(String, Self)> {
        let servers = || view.servers.iter().map(|server| server.id);
        let all_or_one = |of: fn(Option<NodeId>) -> Self| {
            let one = servers().map(|id| (id.to_string(), of(Some(id))));
            std::iter::once(("all servers".to_owned(), of(None))).chain(one).collect()
        };
        let one = |of: fn(NodeId) -> Self| servers().map(|id| (id.to_string(), of(id))).collect();
        match self {
            Self::Link(_) => {
                let pairs = servers().flat_map(|a| servers().filter(move |b| a < *b).map(move |b| (a, b)));
                let links = pairs.map(|(a, b)| (format!("{a}–{b}"), Self::Link(Some((a, b)))));
                std::iter::once(("all links".to_owned(), Self::Link(None))).chain(links).collect()
            }
            Self::Disk(_) => all_or_one(Self::Disk),
            Self::Settings(_) => all_or_one(Self::Settings),
            Self::Mistakes(_) => all_or_one(Self::Mistakes),
            Self::Clock(_) => one(Self::Clock),
            Self::CrashAfter(_) => one(Self::CrashAfter),
            Self::Members(_) => one(Self::Members),
            Self::Filter(..) | Self::Split => Vec::new(),
        }
    }
}

/// One server, or all of them.
fn those(server: Option<NodeId>, view: &View) -> Vec<NodeId> {
    server.map_or_else(|| view.servers.iter().map(|server| server.id).collect(), |server| vec![server])
}
