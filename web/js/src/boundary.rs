//! Where values cross between JavaScript and Rust.

use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error, Unexpected};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};

use crate::failure::{ErrorCode, Failure};
use crate::types::{Milliseconds, Number};
use crate::value::{Malformed, Value};

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        to_js(&failure)
    }
}

/// Plain JavaScript data: objects, arrays, numbers, strings, booleans, null.
pub(crate) fn to_js(data: &impl Serialize) -> JsValue {
    data.serialize(&Serializer::json_compatible())
        .expect("every number of a run is below 2^53, and every key is a string")
}

/// `given` as a `T`.
pub(crate) fn from_js<T: DeserializeOwned>(given: &JsValue, code: ErrorCode) -> Result<T, Failure> {
    let value = Value::from(given);
    let result = if matches!(value, Value::List(_)) {
        // Serde would take its items for the fields, in their order.
        Err(Malformed { given: None, ..Malformed::invalid_type(Unexpected::Seq, &"an object") })
    } else {
        T::deserialize(&value)
    };
    result.map_err(|malformed| Failure::malformed(code, malformed, value))
}

/// `given` as a number, whatever number it is.
pub(crate) fn number(given: &JsValue, name: &str) -> Result<Number, Failure> {
    given.as_f64().map(Number).ok_or_else(|| Failure::not_a_number(name, given))
}

/// `given` as a time or a duration, not looked at yet.
pub(crate) fn milliseconds(given: &JsValue, name: &str) -> Result<Milliseconds, Failure> {
    number(given, name).map(Milliseconds)
}

/// Puts every key of a state machine where it belongs. JavaScript takes an assignment to the key `__proto__` for
/// something else, and forgets it.
pub(crate) fn mend_proto_keys(view: &JsValue, states: impl Iterator<Item = Option<String>>) {
    const KEY: &str = "__proto__";
    for (position, value) in states.enumerate() {
        let Some(value) = value else { continue };
        let server = field(view, "servers").unchecked_into::<Array>().get(u32::try_from(position).unwrap_or(u32::MAX));
        let state: Object = field(&server, "state").unchecked_into();
        let pairs = Array::of1(&Array::of2(&KEY.into(), &value.into()));
        let own = Object::from_entries(&pairs).expect("a list of one pair");
        let property = Object::get_own_property_descriptor(&own, &KEY.into());
        Object::define_property(&state, &KEY.into(), property.unchecked_ref());
    }
}

fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).expect("an object that was just made")
}
