//! What to compare with: one setting, or one broken rule.

use std::rc::Rc;

use raftarium_sim::Setup;
use raftarium_sim::core::Settings;
use yew::prelude::*;

use super::super::choice::Choice;
use super::super::doing::row;
use super::super::{on, use_dispatch};
use crate::browser::focus;
use crate::show::compare::{difference, otherwise, rules};
use crate::show::forms::{Field, settings};
use crate::state::{About, Action};

#[derive(Properties, PartialEq)]
pub(crate) struct Props {
    pub(crate) setup: Rc<Setup>,
}

/// What a person is choosing.
#[derive(Clone, PartialEq)]
enum Chosen {
    Setting(Field),
    Rule(String),
}

const RULE: &str = "rule";
const SETTING: &str = "setting";

/// The setting with that name, filled in the other way round.
fn setting(settings: &Settings, id: &str) -> Option<Field> {
    let mut fields = settings::of(settings).into_iter();
    fields.find(|field| field.id == id).map(|field| Field { heading: None, ..otherwise(field) })
}

/// A form in the inspector's place.
#[component]
pub(crate) fn ChooseForm(props: &Props) -> Html {
    let dispatch = use_dispatch();
    let raft = props.setup.raft.clone();
    let first = setting(&raft, "pre_vote").map_or_else(|| Chosen::Rule(String::new()), Chosen::Setting);
    let chosen = use_state_eq(|| first.clone());
    use_effect_with((), |()| focus("choose-title"));
    let (kind, which) = match &*chosen {
        Chosen::Setting(field) => (SETTING, field.id.clone()),
        Chosen::Rule(name) => (RULE, name.clone()),
    };
    let choose_kind = {
        let chosen = chosen.setter();
        Callback::from(move |kind: String| {
            let rule = || rules().next().map_or_else(String::new, |(name, _)| name.to_owned());
            chosen.set(if kind == RULE { Chosen::Rule(rule()) } else { first.clone() });
        })
    };
    let choose = {
        let (chosen, raft) = (chosen.setter(), raft.clone());
        let rule = kind == RULE;
        Callback::from(move |name: String| {
            if rule {
                chosen.set(Chosen::Rule(name));
            } else if let Some(field) = setting(&raft, &name) {
                chosen.set(Chosen::Setting(field));
            }
        })
    };
    let options: Vec<(AttrValue, AttrValue)> = match &*chosen {
        Chosen::Setting(_) => {
            settings::of(&raft).into_iter().map(|field| (field.id.into(), field.label.into())).collect()
        }
        Chosen::Rule(_) => rules().map(|(name, words)| (name.into(), words.into())).collect(),
    };
    let value = match &*chosen {
        Chosen::Setting(field) => {
            let (chosen, kept) = (chosen.setter(), field.clone());
            let shown = Field { label: format!("{} in B", field.label), ..field.clone() };
            row(0, &shown, move |value| chosen.set(Chosen::Setting(Field { value, ..kept.clone() })))
        }
        // A select cuts what is too long for it.
        Chosen::Rule(name) => {
            let words = rules().find(|(rule, _)| rule == name).map(|(_, words)| words);
            html! { <p class="help-line">{ words }</p> }
        }
    };
    let onsubmit = {
        let (dispatch, chosen) = (dispatch.clone(), chosen.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let difference = match &*chosen {
                Chosen::Setting(field) => Ok(difference(field)),
                Chosen::Rule(name) => format!("mistake:{name}").parse(),
            };
            dispatch.emit(match difference {
                Ok(difference) => Action::Compare(difference),
                Err(error) => Action::Complain(About::Command, error.to_string()),
            });
        })
    };
    let onkeydown = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                event.prevent_default();
                dispatch.emit(Action::Choose(false));
            }
        })
    };
    let kinds: Vec<(AttrValue, AttrValue)> =
        vec![(SETTING.into(), "one setting".into()), (RULE.into(), "one broken rule".into())];
    html! {
        <aside class="panel inspector open filled" aria-label="Inspector" {onkeydown}>
            <form class="sheet-form choose" aria-labelledby="choose-title" {onsubmit}>
                <div class="head"><h2 id="choose-title" tabindex="-1">{ "Compare with" }</h2></div>
                <p class="muted">{ "The same seed and the same commands in two clusters, A and B. B differs in one thing, on all its servers, from the beginning." }</p>
                <div class="row">
                    <label for="choose-kind">{ "They differ in" }</label>
                    <Choice id="choose-kind" value={kind} options={kinds} onchoose={choose_kind} />
                </div>
                <div class="row">
                    <label for="choose-which">{ if kind == RULE { "In B, servers break it" } else { "Setting" } }</label>
                    <Choice key={kind} id="choose-which" value={which} {options} onchoose={choose} />
                </div>
                { value }
                <div class="actions">
                    <button type="submit" class="button primary">{ "Compare" }</button>
                    <button type="button" class="button" onclick={on(&dispatch, Action::Choose(false))}>{ "Cancel" }</button>
                </div>
            </form>
        </aside>
    }
}
