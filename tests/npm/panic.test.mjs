// A bug in the engine: it is told with what leads there, and everything after is refused.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { init, RaftariumError, Simulation } from "raftarium";

import { installed, refused } from "./harness.mjs";

test("a panic is told with its run, and poisons what comes after", async () => {
  // The package's own door to a panic; it is not exported.
  const { panicOnPurpose } = await import(path.join(installed, "pkg/raftarium.js"));
  await init();
  const sim = new Simulation({ seed: 42 });
  const other = new Simulation({ seed: 43 });
  other.advance(10);
  sim.advance(1_000);
  sim.dispatch({ type: "crash", server: 1 });
  const run = sim.run();

  assert.throws(panicOnPurpose, WebAssembly.RuntimeError);

  for (const act of [() => sim.view(), () => other.now, () => sim.free(), () => new Simulation()]) {
    const error = refused(RaftariumError, "poisoned", act);
    assert.deepEqual(error.given, run);
    assert.match(error.message, /on purpose/);
    assert.equal(error.cause.code, "panic");
    assert.match(error.cause.message, /panic\.rs:\d+/, "it says where");
    assert.match(error.cause.message, /seed 42, 1 commands/);
  }
});
