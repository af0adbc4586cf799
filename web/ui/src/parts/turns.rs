//! While it plays, what stands beside the ring takes turns: in each frame one part of it is drawn anew.

use std::rc::Rc;

use yew::prelude::*;

use crate::state::State;

/// The state as each of the parts is to show it. All of them show what is now, unless this is but one more frame: then the
/// one whose turn it is does, and the others show what they showed, for so few frames that nobody sees it.
#[hook]
pub(super) fn use_turns<const PARTS: usize>(state: &State) -> [Rc<State>; PARTS] {
    let latest = Rc::new(state.clone());
    let shown = use_mut_ref(|| [(); PARTS].map(|()| Rc::clone(&latest)));
    let mut shown = shown.borrow_mut();
    match state.frame {
        Some(frame) => shown[frame as usize % PARTS] = latest,
        None => shown.fill(latest),
    }
    shown.clone()
}
