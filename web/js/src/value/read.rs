//! From JavaScript to the tree.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::Value;

impl From<&JsValue> for Value {
    /// What is given was copied by the shell before: there are no getters, no proxies and no circles in it.
    fn from(given: &JsValue) -> Self {
        if let Some(bool) = given.as_bool() {
            return Self::Bool(bool);
        }
        if let Some(number) = given.as_f64() {
            return Self::Number(number);
        }
        if let Some(text) = given.as_string() {
            return Self::Text(text);
        }
        if Array::is_array(given) {
            return Self::List(Array::from(given).into_iter().map(|item| (&item).into()).collect());
        }
        if !given.is_object() {
            return Self::Null;
        }
        let pairs = Object::entries(given.unchecked_ref()).into_iter().map(|pair| {
            let pair: Array = pair.unchecked_into();
            (pair.get(0).as_string().unwrap_or_default(), (&pair.get(1)).into())
        });
        Self::Map(pairs.collect())
    }
}
