// Scenarios, as the page and the terminal play them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";

import { init, RaftariumError, Simulation } from "raftarium";

import { refused, repository } from "./harness.mjs";

before(() => init());

const folder = path.join(repository, "static/scenarios");
const text = (file) => readFileSync(path.join(folder, file), "utf8");
const index = JSON.parse(text("index.json"));

test("every scenario comes out as it says, and is a run that can be shared", () => {
  assert.ok(index.scenarios.length > 34);
  for (const { file, number, title, chapter, look } of index.scenarios) {
    const sim = Simulation.fromScenario(text(file));
    assert.deepEqual(sim.outcome, { number, title, chapter, look, failure: null }, file);
    sim.seek(sim.now);
    const again = Simulation.replay(JSON.parse(JSON.stringify(sim.run())));
    assert.equal(again.outcome, null);
    again.seek(sim.now);
    assert.equal(again.hash, sim.hash, file);
  }
});

test("a run is told as a scenario, which comes to the same", () => {
  const sim = new Simulation({ seed: 42, servers: 3 });
  sim.advance(900);
  sim.dispatch({ type: "request", client: 1, op: { type: "put", key: "x", value: "1" } });
  sim.seek(1_200);
  sim.dispatch({ type: "crash", server: 2 });
  sim.schedule(5_000, { type: "restart", server: 2 });
  sim.seek(1_500);
  const told = sim.toScenario();
  const { title, steps, end } = JSON.parse(told);
  assert.equal(title, "3 servers, seed 42");
  assert.deepEqual(steps.map((step) => step.do).filter(Boolean), [
    [{ put: { client: 1, key: "x", value: "1" } }],
    [{ crash: "S2" }],
  ]);
  assert.deepEqual(end.find((condition) => condition.value), { value: { of: ["S1", "S3"], key: "x", is: "1" } });
  const again = Simulation.fromScenario(told);
  assert.deepEqual([again.outcome.failure, again.now, again.hash], [null, sim.now, sim.hash]);
  assert.deepEqual(again.view(), sim.view());
  sim.seek(3_600_001);
  const error = refused(RaftariumError, "out-of-range", () => sim.toScenario());
  assert.equal(error.message, "the run is told up to 3600.001000 s; a scenario takes 3600 s at most");
});

test("what servers begin with is in the run", () => {
  const { setup } = Simulation.fromScenario(text("06-figure-7.json")).run();
  assert.deepEqual(setup.initial[1].log.map((entry) => entry.term), [1, 1, 1, 4, 4, 5, 5, 6, 6]);
  const log = [{ term: 1, op: { type: "put", key: "x", value: "1" } }, { term: 2 }, { term: 3, membership: { voters: [1, 2] } }];
  const sim = new Simulation({ seed: 1, servers: 3, initial: [{ server: 2, term: 4, vote: 2, commit: 1, log }] });
  const server = sim.view().servers[1];
  assert.deepEqual([server.term, server.vote, server.commitIndex, server.state], [4, 2, 1, { x: "1" }]);
  assert.deepEqual(server.log.map((entry) => entry.term), [1, 2, 3]);
  assert.deepEqual(sim.run().setup.initial[0].log.map((entry) => entry.membership?.voters ?? null), [null, null, [1, 2]]);
  const begins = (initial) => () => new Simulation({ servers: 3, initial: [initial] });
  refused(RaftariumError, "unknown-server", begins({ server: 4, term: 1, log: [] }));
  refused(RaftariumError, "impossible-start", begins({ server: 1, term: 1, log: [{ term: 2 }] }));
  refused(RaftariumError, "malformed-options", begins({ server: 1, term: 1, logs: [] }));
});

test("what does not come out is told with its line, at its moment", () => {
  const sim = Simulation.fromScenario(text("01-first-election.json").replace('"leaders": 1 }', '"leaders": 2 }'));
  const { failure } = sim.outcome;
  assert.equal(failure.place, "the end");
  assert.equal(failure.at, sim.now);
  assert.equal(failure.reason, 'this should be, and is not: {"leaders":2}');
  assert.match(text("01-first-election.json").split("\n")[failure.line - 1], /"end"/);
});

test("what is no scenario is refused with its line", () => {
  const bad = text("01-first-election.json").replace('"look"', '"loook"');
  const error = refused(RaftariumError, "malformed-scenario", () => Simulation.fromScenario(bad));
  assert.match(error.message, /^line 7, column \d+: unknown field `loook`/);
  refused(RaftariumError, "malformed-scenario", () => Simulation.fromScenario({}));
});
