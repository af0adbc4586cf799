//! Branches: what was done otherwise in the past makes another future, and both stay.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use raftarium_core::Instant;
use serde::{Deserialize, Serialize};

use super::Timeline;
use super::window::Window;
use crate::command::Timed;
use crate::run::Run;

/// The longest name of a branch, in bytes.
pub const BRANCH_NAME_MAX: usize = 64;

/// Names a branch: branches are counted as they come to be, from 0. A number is never given again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct BranchId(pub u32);

impl fmt::Display for BranchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "branch {}", self.0)
    }
}

/// A branch, as it can be seen from outside.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BranchInfo {
    /// Which.
    pub id: BranchId,
    /// What a person calls it; nothing, if nobody gave it a name.
    pub name: Option<String>,
    /// The branch that it leaves; none, if it begins where the run begins.
    pub parent: Option<BranchId>,
    /// The moment at which it leaves its parent: before it, both are the same.
    pub from: Instant,
    /// The furthest moment of it that is known.
    pub end: Instant,
    /// How many commands were given for it, those that it has in common with its parent included.
    pub commands: u64,
    /// Whether it is the one that is looked at.
    pub active: bool,
}

/// Why something cannot be done with a branch. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BranchError {
    /// There is no such branch, or no more.
    Unknown {
        /// What was given.
        given: BranchId,
        /// Those that there are.
        known: Vec<BranchId>,
    },
    /// It is the one that is looked at.
    Active {
        /// What was given.
        given: BranchId,
    },
    /// The name is empty, or too long.
    NameLength {
        /// Its length in bytes.
        given: u64,
        /// The least that is allowed.
        min: u64,
        /// The most that is allowed.
        max: u64,
    },
}

impl fmt::Display for BranchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { given, known } => {
                let known: Vec<_> = known.iter().map(|id| id.0.to_string()).collect();
                write!(f, "there is no {given}; there are {}", known.join(", "))
            }
            Self::Active { given } => write!(f, "{given} is the one that is looked at; switch to another one first"),
            Self::NameLength { given, min, max } => {
                write!(f, "the name of the branch has {given} bytes; allowed are {min} to {max}")
            }
        }
    }
}

impl core::error::Error for BranchError {}

/// The piece of a past that belongs to one branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) branch: BranchId,
    /// After how many steps the next stretch begins.
    pub(super) last_step: u64,
}

/// Where a branch leaves its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fork {
    pub(super) at: Instant,
    pub(super) steps: u64,
    pub(super) records: u64,
    pub(super) commands: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Branch {
    id: BranchId,
    name: Option<String>,
    parent: Option<BranchId>,
    fork: Fork,
    /// Its commands that the parent does not have; empty while it is active.
    own: Vec<Timed>,
    /// Of its trace, what comes after the place where it leaves the active branch, if that is still kept.
    tail: Window,
    pub(super) end: Instant,
    /// The first moment for which nothing has been seen to happen.
    pub(super) open: Instant,
    /// How many records its trace is known to have.
    pub(super) records: u64,
    /// It was deleted, and stays as the past of others.
    deleted: bool,
}

/// The branches of a timeline.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    /// In the order of their numbers; parents come before their children.
    branches: Vec<Branch>,
    next: u32,
    active: BranchId,
    /// The stretches from the beginning to the active branch.
    path: Vec<Stretch>,
}

impl Tree {
    pub(super) fn new(records: u64) -> Self {
        let id = BranchId(0);
        let fork = Fork { at: Instant::ZERO, steps: 0, records: 0, commands: 0 };
        let first = Branch {
            id,
            name: None,
            parent: None,
            fork,
            own: Vec::new(),
            tail: Window::default(),
            end: Instant::ZERO,
            open: Instant::ZERO,
            records,
            deleted: false,
        };
        let path = alloc::vec![Stretch { branch: id, last_step: u64::MAX }];
        Self { branches: alloc::vec![first], next: 1, active: id, path }
    }

    pub(super) const fn active_id(&self) -> BranchId {
        self.active
    }

    pub(super) fn path(&self) -> &[Stretch] {
        &self.path
    }

    pub(super) fn active(&self) -> &Branch {
        self.get(self.active).expect("the active branch is never removed")
    }

    pub(super) fn active_mut(&mut self) -> &mut Branch {
        let id = self.active;
        self.get_mut(id).expect("the active branch is never removed")
    }

    fn get(&self, id: BranchId) -> Option<&Branch> {
        self.branches.iter().find(|branch| branch.id == id)
    }

    fn get_mut(&mut self, id: BranchId) -> Option<&mut Branch> {
        self.branches.iter_mut().find(|branch| branch.id == id)
    }

    fn known(&self, id: BranchId) -> Result<&Branch, BranchError> {
        self.get(id).filter(|branch| !branch.deleted).ok_or_else(|| {
            let known = self.branches.iter().filter(|branch| !branch.deleted).map(|branch| branch.id).collect();
            BranchError::Unknown { given: id, known }
        })
    }

    /// A branch and those that it comes from, the first one first.
    fn line(&self, id: BranchId) -> Vec<&Branch> {
        let parent = |branch: &&Branch| self.get(branch.parent?);
        let mut line: Vec<_> = core::iter::successors(self.get(id), parent).collect();
        line.reverse();
        line
    }

    fn path_to(&self, id: BranchId) -> Vec<Stretch> {
        let line = self.line(id);
        let ends = line.iter().skip(1).map(|next| next.fork.steps).chain([u64::MAX]);
        line.iter().zip(ends).map(|(branch, last_step)| Stretch { branch: branch.id, last_step }).collect()
    }

    /// All commands of a branch, of which `active` are those of the active one.
    fn commands(&self, id: BranchId, active: &[Timed]) -> Vec<Timed> {
        let mut commands = Vec::new();
        for branch in self.line(id) {
            commands.truncate(branch.fork.commands);
            if branch.id == self.active {
                commands.extend_from_slice(&active[branch.fork.commands..]);
            } else {
                commands.extend_from_slice(&branch.own);
            }
        }
        commands
    }

    fn children(&self, id: BranchId) -> impl Iterator<Item = &Branch> {
        self.branches.iter().filter(move |branch| branch.parent == Some(id))
    }

    fn info(&self, branch: &Branch, active: &[Timed]) -> BranchInfo {
        // Of those that were deleted, the first one says where the way to this one leaves what there still is.
        let (mut fork, mut parent) = (branch.fork, branch.parent);
        while let Some(deleted) = parent.and_then(|id| self.get(id)).filter(|parent| parent.deleted) {
            (fork, parent) = (deleted.fork, deleted.parent);
        }
        let from = if parent.is_some() { fork.at } else { Instant::ZERO };
        let inactive = branch.fork.commands + branch.own.len();
        let commands = if branch.id == self.active { active.len() } else { inactive };
        BranchInfo {
            id: branch.id,
            name: branch.name.clone(),
            parent,
            from,
            end: branch.end,
            commands: commands as u64,
            active: branch.id == self.active,
        }
    }

    /// How many bytes of traces are kept for branches that are not looked at.
    pub(super) fn tail_bytes(&self) -> usize {
        self.branches.iter().map(|branch| branch.tail.bytes()).sum()
    }

    /// Drops what is kept of traces until it takes no more than `max` bytes, that of the oldest branches first.
    pub(super) fn drop_tails(&mut self, max: usize) {
        let mut bytes = self.tail_bytes();
        for branch in &mut self.branches {
            if bytes <= max {
                return;
            }
            bytes -= core::mem::take(&mut branch.tail).bytes();
        }
    }

    /// A new branch leaves the active one's past at `fork`, is known until `end`, and is the active one from now on.
    /// `commands` and `trace` are those of the one that was active.
    pub(super) fn grow(&mut self, fork: Fork, end: Instant, commands: &[Timed], trace: &mut Window) {
        let line: Vec<BranchId> = self.line(self.active).iter().map(|branch| branch.id).collect();
        // Where several leave at one place, the new one leaves what is before all of them.
        let parent =
            line.iter().rev().copied().find(|&id| {
                self.get(id).is_some_and(|branch| branch.parent.is_none() || branch.fork.steps < fork.steps)
            });
        self.stow(&line, fork.records, trace);
        let old = self.active_mut();
        old.own = commands[old.fork.commands..].to_vec();
        let id = BranchId(self.next);
        self.next += 1;
        self.branches.push(Branch {
            id,
            name: None,
            parent,
            fork,
            own: Vec::new(),
            tail: Window::default(),
            end,
            open: fork.at,
            records: fork.records,
            deleted: false,
        });
        self.active = id;
        self.path = self.path_to(id);
    }

    /// Keeps the trace from `first` on for the branches of `line` that it belongs to.
    fn stow(&mut self, line: &[BranchId], first: u64, trace: &mut Window) {
        for &id in line.iter().rev() {
            let Some(branch) = self.get_mut(id) else { continue };
            let mut piece = trace.split_off(first.max(branch.fork.records));
            if !piece.all().is_empty() {
                piece.append(core::mem::take(&mut branch.tail));
                branch.tail = piece;
            }
        }
    }

    /// Another branch is the active one from now on.
    fn switch(&mut self, to: BranchId, commands: &mut Vec<Timed>, trace: &mut Window) {
        let all = self.commands(to, commands);
        let (old, new) = (self.line(self.active), self.line(to));
        let common = old.iter().zip(&new).take_while(|(old, new)| old.id == new.id).count();
        let leaves = |line: &[&Branch]| line.get(common).map_or(u64::MAX, |branch| branch.fork.records);
        let first = leaves(&old).min(leaves(&new));
        let ends: Vec<u64> = new.iter().skip(1).map(|branch| branch.fork.records).chain([u64::MAX]).collect();
        let ids = |line: &[&Branch]| line.iter().map(|branch| branch.id).collect::<Vec<_>>();
        let (old, new) = (ids(&old), ids(&new));
        self.stow(&old, first, trace);
        let branch = self.active_mut();
        branch.own = commands.split_off(branch.fork.commands);
        for (&id, &end) in new.iter().zip(&ends).skip(common.saturating_sub(1)) {
            let Some(branch) = self.get_mut(id) else { continue };
            if trace.all().is_empty() || branch.tail.first() == trace.end() {
                let rest = branch.tail.split_off(end);
                trace.append(core::mem::replace(&mut branch.tail, rest));
            }
        }
        *commands = all;
        self.active = to;
        self.path = self.path_to(to);
        self.active_mut().own = Vec::new();
    }

    /// Marks a branch as deleted, and removes what no other needs. Gives those of whose steps only so many are needed.
    fn delete(&mut self, id: BranchId) -> Vec<(BranchId, Option<u64>)> {
        let mut freed = Vec::new();
        if let Some(branch) = self.get_mut(id) {
            branch.deleted = true;
        }
        let mut next = Some(id);
        while let Some(id) = next.take() {
            let needs = |of: fn(&Fork) -> u64| self.children(id).map(|child| of(&child.fork)).max();
            let (steps, records) = (needs(|fork| fork.steps), needs(|fork| fork.records));
            let commands = self.children(id).map(|child| child.fork.commands).max();
            freed.push((id, steps));
            let Some(branch) = self.get_mut(id) else { break };
            if let (Some(records), Some(commands)) = (records, commands) {
                drop(branch.tail.split_off(records));
                branch.own.truncate(commands.saturating_sub(branch.fork.commands));
                break;
            }
            next = branch.parent;
            self.branches.retain(|branch| branch.id != id);
            next = next.filter(|&parent| self.get(parent).is_some_and(|branch| branch.deleted));
        }
        freed
    }
}

/// Branches. Whoever acts in the past makes a new one, and the old one stays.
impl Timeline {
    /// All branches, in the order in which they came to be.
    #[must_use]
    pub fn branches(&self) -> Vec<BranchInfo> {
        let seen = self.tree.branches.iter().filter(|branch| !branch.deleted);
        seen.map(|branch| self.tree.info(branch, &self.commands)).collect()
    }

    /// The branch that is looked at.
    #[must_use]
    pub const fn branch(&self) -> BranchId {
        self.tree.active_id()
    }

    /// Looks at another branch: at the same moment, or at the furthest that is known of it, if that is earlier.
    ///
    /// # Errors
    ///
    /// If there is no such branch.
    pub fn switch(&mut self, to: BranchId) -> Result<(), BranchError> {
        let end = self.tree.known(to)?.end;
        if to == self.branch() {
            return Ok(());
        }
        let at = self.now().min(end);
        self.tree.switch(to, &mut self.commands, &mut self.trace);
        self.go_back(|kept| kept.world.now() <= at);
        self.seek(at);
        self.tree.drop_tails(self.budget.tails());
        self.trace.shrink(self.world.record_count(), self.budget.records());
        Ok(())
    }

    /// Gives a branch a name of 1 to [`BRANCH_NAME_MAX`] bytes, or takes its name away. Names need not differ.
    ///
    /// # Errors
    ///
    /// If there is no such branch, or the name is empty or too long.
    pub fn rename(&mut self, id: BranchId, name: Option<&str>) -> Result<(), BranchError> {
        self.tree.known(id)?;
        if let Some(given) = name.map(str::len).filter(|length| !(1..=BRANCH_NAME_MAX).contains(length)) {
            return Err(BranchError::NameLength { given: given as u64, min: 1, max: BRANCH_NAME_MAX as u64 });
        }
        if let Some(branch) = self.tree.get_mut(id) {
            branch.name = name.map(String::from);
        }
        Ok(())
    }

    /// Deletes a branch. Those that leave it stay, with the past that they have in common with it; they leave its parent
    /// then, at the moment at which it did.
    ///
    /// # Errors
    ///
    /// If there is no such branch, or it is the one that is looked at.
    pub fn delete(&mut self, id: BranchId) -> Result<(), BranchError> {
        self.tree.known(id)?;
        if id == self.branch() {
            return Err(BranchError::Active { given: id });
        }
        for (id, after) in self.tree.delete(id) {
            self.checkpoints.forget(id, after);
        }
        Ok(())
    }

    /// A branch as data: a run that, replayed, has it as its only one.
    ///
    /// # Errors
    ///
    /// If there is no such branch.
    pub fn run_of(&self, id: BranchId) -> Result<Run, BranchError> {
        self.tree.known(id)?;
        Ok(Run { setup: self.setup().clone(), commands: self.tree.commands(id, &self.commands) })
    }
}
