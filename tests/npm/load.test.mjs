// Before, while and after the wasm is loaded.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { init, RaftariumError, Simulation } from "raftarium";

import { installed, refused } from "./harness.mjs";

test("nothing works before init(), and says so", () => {
  for (const act of [() => new Simulation(), () => Simulation.replay({}), () => Simulation.rules()]) {
    const error = refused(RaftariumError, "not-initialized", act);
    assert.match(error.message, /await init\(\)/);
  }
});

test("what is no wasm is refused, and init() may be tried again", async () => {
  await assert.rejects(init(new Uint8Array([1, 2, 3])), { name: "RaftariumError", code: "load-failed" });
  await assert.rejects(init(new URL("file:///nowhere.wasm")), { name: "RaftariumError", code: "load-failed" });
  refused(RaftariumError, "not-initialized", () => new Simulation());
});

test("the bytes, the module and nothing at all load it; a second time changes nothing", async () => {
  const bytes = readFileSync(path.join(installed, "pkg/raftarium_bg.wasm"));
  assert.equal(await init(await WebAssembly.compile(bytes)), undefined);
  const sim = new Simulation({ seed: 1 });
  assert.equal(await init(), undefined);
  assert.equal(await init(bytes), undefined);
  sim.advance(1_000);
  assert.equal(sim.now, 1_000);
});

test("a seed that is not given is drawn, and told", () => {
  const seeds = new Set(Array.from({ length: 8 }, () => new Simulation().seed));
  assert.ok(seeds.size > 1, "the same seed eight times");
  for (const seed of seeds) assert.ok(Number.isSafeInteger(seed));
});

test("the rules come in words", () => {
  const rules = Simulation.rules();
  assert.equal(rules.length, 14);
  assert.deepEqual(rules.map((rule) => rule.rule), new Simulation({ seed: 1 }).view().checks.map((check) => check.rule));
  for (const { name, statement, source } of rules) assert.ok(name && statement.endsWith(".") && source.includes("§"));
});
