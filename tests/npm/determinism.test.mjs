// In wasm, every run of the table gives the hash that it gives natively. `tests/tests/determinism.rs` writes the table.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";

import { init, Simulation } from "raftarium";

import { repository } from "./harness.mjs";

before(() => init());

const table = JSON.parse(readFileSync(path.join(repository, "tests/data/hashes.json"), "utf8"));

/** When a bit flips on a disk, as in `tests/tests/determinism.rs`. */
const FIRST_LOSS_MS = 1_450;

test("the table is there", () => assert.ok(table.length >= 20));

for (const { name, run, until_ms, hash } of table) {
  test(`${name}: the hash is the native one`, () => {
    const sim = Simulation.replay(run);
    sim.seek(until_ms);
    assert.equal(sim.hash, hash);
    assert.deepEqual(sim.run(), run, "the run comes out as it went in");

    // And after going back and forth.
    sim.seek(until_ms / 3);
    sim.seek(until_ms);
    assert.equal(sim.hash, hash);
    // The bit that flips, and the disk that is wiped, may be those that a majority needs: that is said, and no more.
    const told = ({ rule, at }) => rule === "committedIsDurable" && at >= FIRST_LOSS_MS;
    assert.deepEqual(sim.view().violations.filter((violation) => !told(violation)), []);
    sim.free();
  });
}
