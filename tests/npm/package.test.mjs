// The package as somebody gets it: what is in it, and how large it is.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

import { installed } from "./harness.mjs";

const manifest = JSON.parse(readFileSync(path.join(installed, "package.json"), "utf8"));
/** Kilobytes; raise them knowingly: scenarios, links, branches, "why?" and the checks of clients' histories doubled them, and
 * to write scenarios (`toScenario`) took 57, 17 with brotli. */
const WASM_MAX = 1_600;
const WASM_BROTLI_MAX = 432;

test("there is what is needed, and nothing else", () => {
  const files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(installed, path.join(entry.parentPath ?? entry.path, entry.name)));
  assert.deepEqual(files.sort(), [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "index.d.ts",
    "index.js",
    "package.json",
    "pkg/raftarium.d.ts",
    "pkg/raftarium.js",
    "pkg/raftarium_bg.wasm",
    "shell/error.js",
    "shell/guard.js",
    "shell/load.js",
    "shell/plain.js",
  ]);
});

test("everything that package.json names is there", () => {
  const { ".": main, ...rest } = manifest.exports;
  for (const file of [manifest.main, manifest.types, ...Object.values(main), ...Object.values(rest)]) {
    assert.ok(existsSync(path.join(installed, file)), file);
  }
});

test("nothing else has to be installed", () => {
  assert.deepEqual(Object.keys(manifest.dependencies ?? {}), []);
});

test("every generated type is exported", () => {
  const names = (file, pattern) =>
    [...readFileSync(path.join(installed, file), "utf8").matchAll(pattern)].map((match) => match[1]);
  const generated = names("pkg/raftarium.d.ts", /^export (?:interface|type|class) (\w+)/gm);
  const loading = ["InitInput", "InitOutput", "SyncInitInput"];
  const exported = new Set(names("index.d.ts", /^ {2}(\w+),$/gm)).add("Simulation");
  assert.deepEqual(generated.filter((name) => !exported.has(name) && !loading.includes(name)), []);
});

test("the wasm stays small", (t) => {
  const file = path.join(installed, "pkg/raftarium_bg.wasm");
  const [raw, brotli] = [statSync(file).size, brotliCompressSync(readFileSync(file)).length].map((size) => size / 1000);
  t.diagnostic(`wasm: ${raw} kB, brotli ${brotli} kB`);
  assert.ok(raw < WASM_MAX, `${raw} kB`);
  assert.ok(brotli < WASM_BROTLI_MAX, `${brotli} kB with brotli`);
});
