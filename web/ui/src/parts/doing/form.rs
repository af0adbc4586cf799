//! A form for what takes more than a press, in the inspector's place.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::super::choice::Choice;
use super::super::{on, use_dispatch};
use crate::browser::focus;
use crate::show::forms::{Field, Sheet, Value};
use crate::state::Action;

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) sheet: Rc<Sheet>,
}

/// The fields as they are filled in, and a button.
#[component]
pub(crate) fn SheetForm(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let fields = use_state_eq(|| props.sheet.fields.clone());
    let sheet = &props.sheet;
    {
        let set = fields.setter();
        use_effect_with(Rc::clone(sheet), move |sheet| {
            set.set(sheet.fields.clone());
            focus("sheet-title");
        });
    }
    let set = |at: usize| {
        let fields = fields.clone();
        move |value: Value| {
            let mut next = (*fields).clone();
            if let Some(field) = next.get_mut(at) {
                field.value = value;
            }
            fields.set(next);
        }
    };
    let onsubmit = {
        let (dispatch, fields) = (dispatch.clone(), fields.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            dispatch.emit(Action::Submit((*fields).clone()));
        })
    };
    let target = sheet.targets.iter().position(|(_, form)| *form == sheet.form).filter(|_| sheet.targets.len() > 1);
    let onchoose = {
        let (dispatch, targets) = (dispatch.clone(), sheet.targets.clone());
        Callback::from(move |value: String| {
            let target = value.parse::<usize>().ok().and_then(|at| targets.get(at));
            target.into_iter().for_each(|(_, form)| dispatch.emit(Action::Fill(*form)));
        })
    };
    let rows = fields.iter().enumerate().map(|(at, field)| row(at, field, set(at)));
    html! {
        <form class="sheet-form" aria-labelledby="sheet-title" {onsubmit}>
            <div class="head"><h2 id="sheet-title" tabindex="-1">{ &sheet.title }</h2></div>
            <p class="muted">{ sheet.about }</p>
            if let Some(target) = target {
                <div class="row">
                    <label for="sheet-target">{ "For" }</label>
                    <Choice
                        id="sheet-target"
                        value={target.to_string()}
                        options={sheet.targets.iter().enumerate().map(|(at, (name, _))| (at.to_string().into(), name.clone().into())).collect::<Vec<_>>()}
                        {onchoose}
                    />
                </div>
            }
            { for rows }
            <div class="actions">
                <button type="submit" class="button primary">{ sheet.submit }</button>
                <button type="button" class="button" onclick={on(&dispatch, Action::CloseForm)}>{ "Cancel" }</button>
            </div>
        </form>
    }
}

/// A field, as it is filled in.
pub(crate) fn row(at: usize, field: &Field, set: impl Fn(Value) + 'static) -> Html {
    let (id, help_id) = (format!("field-{at}"), format!("field-help-{at}"));
    let described = (!field.help.is_empty()).then(|| help_id.clone());
    let control = match &field.value {
        Value::Flag(on) => {
            let onchange = Callback::from(move |event: Event| {
                set(Value::Flag(event.target_unchecked_into::<HtmlInputElement>().checked()));
            });
            html! { <input {id} type="checkbox" checked={*on} aria-describedby={described} {onchange} /> }
        }
        Value::Text { text, unit } => {
            let unit = *unit;
            let oninput = Callback::from(move |event: InputEvent| {
                let text = event.target_unchecked_into::<HtmlInputElement>().value();
                set(Value::Text { text, unit });
            });
            html! {
                <span class="number">
                    <input {id} type="text" inputmode="decimal" autocomplete="off" spellcheck="false" value={text.clone()} aria-describedby={described} {oninput} />
                    <span class="muted">{ unit }</span>
                </span>
            }
        }
        Value::Choice { chosen, options } => {
            let kept = options.clone();
            let onchoose = Callback::from(move |chosen: String| set(Value::Choice { chosen, options: kept.clone() }));
            let options: Vec<(AttrValue, AttrValue)> =
                options.iter().map(|(value, name)| (value.clone().into(), name.clone().into())).collect();
            html! { <Choice {id} value={chosen.clone()} {options} {onchoose} /> }
        }
    };
    let flag = matches!(field.value, Value::Flag(_));
    html! {
        <>
            if let Some(heading) = field.heading {
                <h3>{ heading }</h3>
            }
            <div class={classes!("row", flag.then_some("flag"))}>
                <label for={format!("field-{at}")}>{ &field.label }</label>
                { control }
                if !field.help.is_empty() {
                    <p class="help-line" id={help_id}>{ &field.help }</p>
                }
            </div>
        </>
    }
}
