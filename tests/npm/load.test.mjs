// The packed package as somebody gets it: it is found by its name, has types, and starts.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const folder = path.join(import.meta.dirname, "node_modules", "raftarium");
const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));

test("init() resolves", async () => {
  const { init } = await import("raftarium");
  await init();
});

test("init() may be called again", async () => {
  const { init } = await import("raftarium");
  await init();
  await init();
});

test("the types that package.json names are in the package", () => {
  const types = manifest.types ?? manifest.exports?.["."]?.types;
  assert.ok(types, "package.json names no types");
  assert.ok(existsSync(path.join(folder, types)), `${types} is not in the package`);
});

test("nothing else has to be installed", () => {
  assert.deepEqual(Object.keys(manifest.dependencies ?? {}), []);
});
