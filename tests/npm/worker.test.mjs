// In a worker, beside another one in the page.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

import { init, Simulation } from "raftarium";

const source = `
  import { parentPort, workerData } from "node:worker_threads";
  import { init, Simulation } from "raftarium";
  await init(workerData.module);
  const sim = Simulation.replay(workerData.run);
  sim.seek(workerData.until);
  parentPort.postMessage({ hash: sim.hash, view: sim.view() });
`;

test("a worker goes on with a run, and sees the same", async () => {
  await init();
  const sim = new Simulation({ seed: 42 });
  sim.advance(500);
  sim.dispatch({ type: "crash", server: 2 });
  sim.advance(1_000);
  const workerData = { run: sim.run(), until: sim.now };
  // Beside this file, where the package is found by its name.
  const url = new URL("data:text/javascript," + encodeURIComponent(source.replace('"raftarium"', JSON.stringify(import.meta.resolve("raftarium")))));
  const worker = new Worker(url, { workerData });
  const [{ hash, view }] = await once(worker, "message");
  assert.equal(hash, sim.hash);
  assert.deepEqual(view, sim.view());
  await worker.terminate();
});
