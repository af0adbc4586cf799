// A TypeScript consumer, checked as strictly as the compiler can.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";

test("consumer.ts type-checks", () => {
  const tsc = path.join(import.meta.dirname, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "--noEmit", "-p", import.meta.dirname], { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});
