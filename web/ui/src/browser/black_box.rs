//! What a person sees if the program fails: what happened, and the run that made it happen.
//!
//! Plain DOM: after a panic nothing of the program can be trusted, so its buttons work without it.

use std::cell::Cell;
use std::panic::PanicHookInfo;

use raftarium_sim::Run;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

use super::{document, window};
use crate::state::last_run;

thread_local! {
    static FAILED: Cell<bool> = const { Cell::new(false) };
}

/// Shows the message whenever the program panics.
pub(crate) fn install() {
    yew::set_custom_panic_hook(Box::new(|info| {
        if FAILED.replace(true) {
            return;
        }
        report(info);
    }));
}

/// Whether the program has failed, and must not go on.
pub(crate) fn has_failed() -> bool {
    FAILED.get()
}

fn report(info: &PanicHookInfo<'_>) {
    let run = last_run::recall();
    let seed = run.as_ref().map_or_else(|| "not known".to_owned(), |run| run.setup.seed.to_string());
    let report = report_text(info, run.as_ref());
    log(&report);
    let _ = show(&seed, &report);
}

/// What went wrong, each command on a line of its own, and the whole run to be replayed.
fn report_text(info: &PanicHookInfo<'_>, run: Option<&Run>) -> String {
    let mut text = format!("{info}\n\nRaftarium {}\n", env!("CARGO_PKG_VERSION"));
    if let Some(run) = run {
        text.push_str(&format!("seed {}, {} servers\n\nCommands:\n", run.setup.seed, run.setup.servers));
        for command in run.commands.iter().filter_map(|command| serde_json::to_string(command).ok()) {
            text.push_str(&command);
            text.push('\n');
        }
        text.push_str("\nRun:\n");
        text.push_str(&serde_json::to_string(run).unwrap_or_default());
    }
    text
}

fn show(seed: &str, report: &str) -> Result<(), JsValue> {
    let screen = node("div", "failure")?;
    screen.set_attribute("role", "alert")?;
    let title = text("h1", "Raftarium stopped")?;
    screen.append_child(&title)?;
    let words = format!(
        "Something happened that should not be possible. It is not your fault, and with the seed, {seed}, and the \
         commands below it can be made to happen again. Please send them along when you report it."
    );
    let words = text("p", &words)?;
    screen.append_child(&words)?;
    let buttons = node("div", "row")?;
    let copy = text("button", "Copy the report")?;
    copy.set_attribute("type", "button")?;
    copy.set_attribute("class", "button primary")?;
    copy.set_attribute(
        "onclick",
        "navigator.clipboard.writeText(document.getElementById('failure-report').textContent)\
         .then(() => { this.textContent = 'Copied' })",
    )?;
    buttons.append_child(&copy)?;
    let again = text("button", "Start anew")?;
    again.set_attribute("type", "button")?;
    again.set_attribute("class", "button")?;
    again.set_attribute("onclick", "location.reload()")?;
    buttons.append_child(&again)?;
    screen.append_child(&buttons)?;
    let details = text("pre", report)?;
    details.set_id("failure-report");
    details.set_attribute("tabindex", "0")?;
    screen.append_child(&details)?;
    if let Some(app) = document().get_element_by_id("app") {
        app.set_attribute("inert", "")?;
        app.set_attribute("hidden", "")?;
    }
    document().body().ok_or(JsValue::NULL)?.append_child(&screen)?;
    copy.unchecked_into::<web_sys::HtmlElement>().focus()
}

fn node(name: &str, class: &str) -> Result<Element, JsValue> {
    let node = document().create_element(name)?;
    node.set_attribute("class", class)?;
    Ok(node)
}

fn text(name: &str, text: &str) -> Result<Element, JsValue> {
    let node = document().create_element(name)?;
    node.set_text_content(Some(text));
    Ok(node)
}

fn log(report: &str) {
    let console = js_sys::Reflect::get(&window(), &"console".into()).unwrap_or_default();
    let error = js_sys::Reflect::get(&console, &"error".into()).unwrap_or_default();
    if let Ok(error) = error.dyn_into::<js_sys::Function>() {
        let _ = error.call1(&console, &report.into());
    }
}
