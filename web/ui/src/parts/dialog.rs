//! Dialogs: open from the start, and closed by Escape, by their button, or by a press beside them.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlDialogElement};
use yew::prelude::*;

use super::icon::{Picture, icon};

/// What a dialog's element is given, and what closes it.
#[derive(Clone, PartialEq)]
pub(super) struct Modal {
    pub(super) node: NodeRef,
}

/// Opens the dialog whose element gets the node.
#[hook]
pub(super) fn use_modal() -> Modal {
    let node = use_node_ref();
    use_effect_with(node.clone(), |node| {
        if let Some(dialog) = node.cast::<HtmlDialogElement>() {
            let _ = dialog.show_modal();
        }
    });
    Modal { node }
}

impl Modal {
    pub(super) fn close(&self) {
        if let Some(dialog) = self.node.cast::<HtmlDialogElement>() {
            dialog.close();
        }
    }

    /// A listener of the dialog: what is pressed beside it is its backdrop, which counts as the dialog itself.
    pub(super) fn beside(&self) -> Callback<MouseEvent> {
        let modal = self.clone();
        Callback::from(move |event: MouseEvent| {
            let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if pressed.is_some_and(|element| element.has_attribute("open")) {
                modal.close();
            }
        })
    }

    /// The button that closes it.
    pub(super) fn close_button(&self) -> Html {
        let modal = self.clone();
        html! {
            <button type="button" class="inside" aria-label="Close" title="Close (Esc)" onclick={Callback::from(move |_: MouseEvent| modal.close())}>
                { icon(Picture::Close) }
            </button>
        }
    }
}
