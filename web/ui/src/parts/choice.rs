//! A choice between a few things.

use web_sys::HtmlSelectElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    /// What is chosen now.
    pub(crate) value: AttrValue,
    /// What can be chosen: the values, and what they are called.
    pub(crate) options: Vec<(AttrValue, AttrValue)>,
    /// Called with the value that a person chooses.
    pub(crate) onchoose: Callback<String>,
    #[prop_or_default]
    pub(crate) id: Option<AttrValue>,
    /// What a screen reader calls it, if no label does.
    #[prop_or_default]
    pub(crate) label: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) title: Option<AttrValue>,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// The element that tells what is wrong with it, if something is.
    #[prop_or_default]
    pub(crate) error: Option<AttrValue>,
}

/// Shows what is chosen, whoever chose it last: once a person has used a select, its options' `selected` no longer
/// says what it shows, only its value does.
#[component]
pub(crate) fn Choice(props: &Props) -> Html {
    let node = use_node_ref();
    {
        let (node, value) = (node.clone(), props.value.clone());
        use_effect(move || {
            // To set it costs a browser more than to look.
            if let Some(select) = node.cast::<HtmlSelectElement>().filter(|select| *select.value() != *value) {
                select.set_value(&value);
            }
        });
    }
    let onchange = {
        let onchoose = props.onchoose.clone();
        Callback::from(move |event: Event| onchoose.emit(event.target_unchecked_into::<HtmlSelectElement>().value()))
    };
    // Options are put in from the last to the first, so without `selected` the last would be seen for a moment.
    let options = props.options.iter().map(|(value, name)| {
        html! { <option value={value.clone()} selected={*value == props.value}>{ name }</option> }
    });
    html! {
        <select
            ref={node}
            id={props.id.clone()}
            class={props.class.clone()}
            aria-label={props.label.clone()}
            title={props.title.clone()}
            aria-invalid={props.error.as_ref().map(|_| "true")}
            aria-describedby={props.error.clone()}
            {onchange}
        >
            { for options }
        </select>
    }
}
