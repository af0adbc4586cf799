//! What scenarios can say, in small ones.

use raftarium_sim::scenario::{Place, Scenario};

/// A scenario with this world, these steps and this end.
fn scenario(world: &str, steps: &str, end: &str) -> Result<Scenario, String> {
    let text = format!(
        r#"{{ "version": 1, "number": 1, "title": "t", "group": "clients", "chapter": "c", "look": "l",
"world": {world},
"steps": [{steps}],
"end": [{end}] }}"#
    );
    Scenario::from_json(&text).map_err(|error| error.to_string())
}

fn comes_out(world: &str, steps: &str, end: &str) -> Result<(), String> {
    scenario(world, steps, end)?.play().map(|_| ()).map_err(|failure| failure.to_string())
}

/// S1 leads.
const ELECT: &str = r#"{ "at": 50, "do": [{ "time_out": "S1" }] }, { "when": { "leads": "S1" } }"#;
const QUIET: &str = r#""election_timeout_min": 60000, "election_timeout_max": 60000"#;

/// What a client asks is answered with this.
fn gives(act: &str, number: u32, result: &str) -> String {
    format!(
        r#", {{ "do": [{act}] }}, {{ "when": {{ "request": {{ "number": {number}, "is": "done", "result": {result} }} }}, "within": 200 }}"#
    )
}

#[test]
fn every_operation_can_be_asked_and_what_it_gives_be_expected() {
    let asked = [
        (r#"{ "get": { "client": 1, "key": "x" } }"#, r#"{ "value": null }"#),
        (r#"{ "put": { "client": 1, "key": "x", "value": "1" } }"#, r#""done""#),
        (r#"{ "increment": { "client": 2, "key": "x" } }"#, r#"{ "number": 2 }"#),
        (r#"{ "increment": { "client": 2, "key": "x", "by": -5 } }"#, r#"{ "number": -3 }"#),
        (
            r#"{ "compare_and_set": { "client": 3, "key": "x", "expected": "2", "value": "y" } }"#,
            r#"{ "swapped": false }"#,
        ),
        (
            r#"{ "compare_and_set": { "client": 3, "key": "x", "expected": "-3", "value": "y" } }"#,
            r#"{ "swapped": true }"#,
        ),
        (r#"{ "increment": { "client": 1, "key": "x" } }"#, r#""not_a_number""#),
        (r#"{ "read": { "client": 1, "key": "x", "by": "index" } }"#, r#"{ "value": "y" }"#),
        (r#"{ "read": { "client": 1, "key": "x", "by": "lease" } }"#, r#"{ "value": "y" }"#),
        (r#"{ "read": { "client": 1, "key": "x", "by": "nothing" } }"#, r#"{ "value": "y" }"#),
        (r#"{ "delete": { "client": 1, "key": "x" } }"#, r#""done""#),
        (r#"{ "compare_and_set": { "client": 3, "key": "x", "value": "z" } }"#, r#"{ "swapped": true }"#),
    ];
    let steps: String = (1..).zip(asked).map(|(number, (act, result))| gives(act, number, result)).collect();
    for (retries, sessions) in [("Never", 0), ("Plain", 0), ("Session", 3)] {
        let world = format!(r#"{{ "retries": "{retries}", "raft": {{ "leases": true, "leader_stickiness": true }} }}"#);
        let end = format!(r#"{{ "value": {{ "key": "x", "is": "z" }} }}, {{ "sessions": {{ "is": {sessions} }} }}"#);
        let settled = format!(r#"{{ "when": {{ "leaders": 1 }} }}, {{ "after": 500 }}{steps}, {{ "after": 200 }}"#);
        comes_out(&world, &settled, &end).unwrap_or_else(|failure| panic!("{retries}: {failure}"));
    }
    let (act, _) = asked[2];
    let wrong = format!("{ELECT}{}", gives(act, 1, r#"{ "number": 2 }"#));
    let told = comes_out(&format!(r#"{{ "raft": {{ {QUIET} }} }}"#), &wrong, "").expect_err("1 is not 2");
    assert!(told.starts_with("step 4, at 0.") && told.contains("this did not come: {\"request\""), "{told}");
}

#[test]
fn what_servers_begin_with_is_known_to_the_check_of_what_clients_see() {
    // Entry 1 is committed; entry 2 is only on S1, so a read may see it or not, and here it does.
    let world = format!(
        r#"{{ "raft": {{ {QUIET}, "no_op_on_election": true }}, "start": [
        {{ "servers": ["S2", "S3", "S4", "S5"], "log": [{{ "term": 1, "key": "x", "value": "1" }}], "commit": 1 }},
        {{ "servers": ["S1"], "log": [{{ "term": 1, "key": "x", "value": "1" }}, {{ "term": 2, "key": "x", "value": "2" }}], "commit": 1 }}
    ] }}"#
    );
    let before =
        gives(r#"{ "read": { "client": 1, "key": "x", "by": "nothing", "server": "S3" } }"#, 1, r#"{ "value": "1" }"#);
    let after = gives(r#"{ "get": { "client": 1, "key": "x" } }"#, 2, r#"{ "value": "2" }"#);
    let steps = format!(r#"{{ "at": 10 }}{before}, {{ "do": [{{ "time_out": "S1" }}] }}, {{ "after": 200 }}{after}"#);
    comes_out(&world, &steps, "").unwrap_or_else(|failure| panic!("{failure}"));
    // Once it was seen, it is there for good.
    let again =
        gives(r#"{ "read": { "client": 1, "key": "x", "by": "nothing", "server": "S5" } }"#, 3, r#"{ "value": "1" }"#);
    let steps =
        steps.replace(r#"{ "time_out": "S1" }"#, r#"{ "cut": { "from": "S1", "to": "S5" } }, { "time_out": "S1" }"#);
    let failure = scenario(&world, &format!("{steps}{again}"), "").and_then(|scenario| {
        scenario.play().map(|_| ()).map_err(|failure| format!("{}: {}", failure.place, failure.problem))
    });
    let told = failure.expect_err("it is stale");
    assert!(told.starts_with("the end: the rules that are broken should be none; found was Linearizability"), "{told}");
}

#[test]
fn mistakes_and_clocks_are_named_and_refused_with_the_line() {
    let good = r#"{ "mistakes": ["commit-earlier-terms", "vote-before-durable"] }"#;
    comes_out(good, ELECT, "").unwrap_or_else(|failure| panic!("{failure}"));
    let acts = r#"{ "do": [{ "make_mistakes": { "server": "S2", "mistakes": ["trust-expired-lease"] } }, { "drift": { "server": "S1", "ppm": -100 } }] }"#;
    comes_out("{}", acts, "").unwrap_or_else(|failure| panic!("{failure}"));
    let told = scenario(r#"{ "mistakes": ["commit-earlier-term"] }"#, "", "").expect_err("there is no such");
    assert!(told.starts_with("line 2, column ") && told.contains("unknown variant `commit-earlier-term`"), "{told}");
    let told = scenario("{}", r#"{ "do": [{ "read": { "client": 1, "key": "x", "by": "luck" } }] }"#, "");
    let told = told.expect_err("there is no such");
    assert!(
        told.starts_with("line 3, column ") && told.contains("expected one of `index`, `lease`, `nothing`"),
        "{told}"
    );
    let far = scenario("{}", r#"{ "do": [{ "drift": { "server": "S1", "ppm": 600000 } }] }"#, "").expect("it is read");
    let failure = far.play().expect_err("that much no clock drifts");
    assert_eq!(failure.place, Place::Step(1));
    assert!(failure.problem.to_string().contains("600000"), "{}", failure.problem);
}

#[test]
fn what_comes_first_in_a_moment_is_done_at_once_before_anything_else_and_what_is_tried_may_be_refused() {
    let world = format!(r#"{{ "raft": {{ {QUIET} }} }}"#);
    let crash = r#"{ "crash": "S2" }, { "restart": "S2" }"#;
    // S1 asks for votes at 50.001 ms and one more is granted and written by 71.001 ms; just before, nobody leads.
    for (moment, more) in [
        (r#""at": 60, "first": true"#, ""),
        (r#""after": 10, "first": true"#, r#", { "try": { "restart": "S2" } }, { "try": { "crash": "S3" } }"#),
    ] {
        let steps = format!(
            r#"{{ "at": 50, "do": [{{ "time_out": "S1" }}] }}, {{ {moment}, "expect": [{{ "leaders": 0 }}], "do": [{crash}{more}] }}, {{ "after": 0 }}"#
        );
        let played =
            scenario(&world, &steps, "").and_then(|scenario| scenario.play().map_err(|error| error.to_string()));
        let played = played.unwrap_or_else(|failure| panic!("{moment}: {failure}"));
        let at: Vec<u64> = played.run().commands.iter().map(|timed| timed.at.as_micros()).collect();
        let count = 2 + more.matches("try").count();
        assert_eq!(at[1..], vec![60_000; count][..], "{moment}");
        // What was refused is not told as done.
        assert_eq!(played.reached[1].commands.len(), count - usize::from(count > 2), "{moment}");
    }
    let refused = comes_out(&world, r#"{ "at": 60, "first": true, "do": [{ "restart": "S2" }] }"#, "");
    assert!(
        refused
            .is_err_and(|told| told.starts_with("step 1, at ") && told.contains("{\"restart\":\"S2\"} cannot be done"))
    );
    let tried = r#"{ "at": 60, "do": [{ "try": { "restart": "S2" } }, { "try": { "crash": "S2" } }] }"#;
    comes_out(&world, tried, r#"{ "not": { "up": "S2" } }"#).unwrap_or_else(|failure| panic!("{failure}"));
    for (step, why) in [
        (r#"{ "first": true }"#, "`first` without a moment; allowed is `at` or `after` beside it"),
        (r#"{ "when": { "leaders": 0 }, "first": true }"#, "`first` without a moment"),
    ] {
        let told = scenario(&world, step, "").expect_err(step);
        assert!(told.starts_with("line 3, column ") && told.contains(why), "{told}");
    }
    let unknown = comes_out(&world, r#"{ "at": 60, "do": [{ "try": { "crash": "S9" } }] }"#, "").expect_err("no S9");
    assert!(unknown.contains("S9"), "{unknown}");
    let twice = comes_out(&world, r#"{ "at": 60, "do": [{ "crash": "S2" }] }, { "at": 60, "first": true }"#, "");
    assert!(twice.is_err_and(|told| told.contains("0.060000 s is over already")));
}

#[test]
fn with_initial_nobody_begins_with_more_than_is_said() {
    let empty = r#"{ "log_length": { "is": 0 } }, { "term": { "is": 0 } }"#;
    comes_out(r#"{ "initial": [] }"#, "", empty).unwrap_or_else(|failure| panic!("{failure}"));
    let one = r#"{ "initial": [], "start": [{ "servers": ["S2"], "log": [1] }], "sessions_max": 7 }"#;
    let end = r#"{ "log_length": { "of": ["S1", "S3"], "is": 0 } }, { "log": { "of": ["S2"], "terms": [1] } }"#;
    comes_out(one, "", end).unwrap_or_else(|failure| panic!("{failure}"));
}
