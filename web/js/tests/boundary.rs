//! What crosses between JavaScript and Rust, with nothing of the shell between.
#![cfg(target_arch = "wasm32")]

use js_sys::{Error, JSON, Reflect};
use raftarium_js::{ErrorCode, Simulation, Value};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

fn js(json: &str) -> JsValue {
    JSON::parse(json).expect("the test's own JSON")
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).expect("plain data").into()
}

fn field(value: &JsValue, name: &str) -> JsValue {
    Reflect::get(value, &name.into()).expect("an object")
}

#[wasm_bindgen_test]
fn every_kind_of_value_is_read() {
    let text = |text: &str| Value::Text(text.to_owned());
    let cases = [
        (js("null"), Value::Null),
        (JsValue::UNDEFINED, Value::Null),
        (js("true"), Value::Bool(true)),
        (js("-1.5"), Value::Number(-1.5)),
        (js("\"ж\""), text("ж")),
        (js("[1, []]"), Value::List(vec![Value::Number(1.0), Value::List(Vec::new())])),
        (js("{\"a\": {\"b\": null}}"), Value::Map(vec![("a".into(), Value::Map(vec![("b".into(), Value::Null)]))])),
    ];
    for (given, expected) in cases {
        assert_eq!(Value::from(&given), expected);
    }
    let Value::Number(number) = Value::from(&JsValue::from_f64(f64::NAN)) else { panic!("NaN is a number here") };
    assert!(number.is_nan());
}

#[wasm_bindgen_test]
fn a_refusal_is_thrown_as_plain_data() {
    let failure = Simulation::new(&js("{\"servers\": 52}")).expect_err("too many");
    assert_eq!(failure.code, ErrorCode::OutOfRange);
    let thrown = JsValue::from(failure);
    assert!(!thrown.is_instance_of::<Error>());
    assert_eq!(
        json(&thrown),
        "{\"code\":\"out-of-range\",\"message\":\"servers is 52; allowed are 1 to 51\",\"given\":52,\
         \"allowed\":\"1 to 51\"}"
    );
}

#[wasm_bindgen_test]
fn a_run_comes_out_as_it_goes_in() {
    let mut sim = Simulation::new(&js("{\"seed\": \"18446744073709551615\", \"servers\": 3}")).expect("valid");
    for command in [
        "{\"type\": \"setLink\", \"from\": 1, \"to\": 2, \"settings\": {\"latencyMin\": 0.5, \"loss\": 0.25}}",
        "{\"type\": \"partition\", \"groups\": [[1], [2, 3]]}",
        "{\"type\": \"request\", \"client\": 1, \"op\": {\"type\": \"put\", \"key\": \"x\", \"value\": \"\"}}",
        "{\"type\": \"healAll\"}",
    ] {
        sim.dispatch(&js(command)).expect("possible");
        sim.advance(&js("600")).expect("a duration");
    }
    let run = |sim: &Simulation| sim.run(&JsValue::UNDEFINED).expect("the branch that is looked at");
    let again = &mut Simulation::replay(&run(&sim)).expect("it came from here");
    again.seek(&sim.now()).expect("a moment");
    assert_eq!(json(&run(again)), json(&run(&sim)));
    assert_eq!(json(&again.view()), json(&sim.view()));
    assert_eq!(field(&again.view(), "hash").as_string(), Some(sim.hash()));
}

#[wasm_bindgen_test]
fn nothing_that_was_refused_has_changed_anything() {
    let mut sim = Simulation::new(&js("{\"seed\": 1}")).expect("valid");
    sim.advance(&js("1000")).expect("a duration");
    let before = json(&sim.view());
    assert_eq!(sim.advance(&js("-1")).expect_err("negative").code, ErrorCode::OutOfRange);
    assert_eq!(sim.seek(&js("\"1\"")).expect_err("text").code, ErrorCode::NotANumber);
    assert_eq!(
        sim.dispatch(&js("{\"type\": \"crash\", \"server\": 6}")).expect_err("five").code,
        ErrorCode::UnknownServer
    );
    assert_eq!(json(&sim.view()), before);
}
