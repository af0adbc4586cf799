// A trap that is no panic (memory that ran out, or was damaged): the call that meets it says so.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { init, RaftariumError, Simulation } from "raftarium";

import { installed, refused } from "./harness.mjs";

test("a trap is an error with a code, and poisons what comes after", async () => {
  await init();
  const sim = new Simulation({ seed: 42 });
  const { default: memoryOf } = await import(path.join(installed, "pkg/raftarium.js"));
  const { memory } = await memoryOf();
  new Uint8Array(memory.buffer).fill(0xff, 4_096);

  const error = refused(RaftariumError, "panic", () => sim.advance(1_000));
  assert.ok(error.message);
  refused(RaftariumError, "poisoned", () => sim.view());
});
