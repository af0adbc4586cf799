// What the tests share: where things are, how refusals are checked, how a story goes on.

import assert from "node:assert/strict";
import path from "node:path";

/** The repository: beside its README when a copy of this folder runs, else around this folder. */
export const repository = process.env.RAFTARIUM_README
  ? path.dirname(process.env.RAFTARIUM_README)
  : path.resolve(import.meta.dirname, "../..");

/** The installed package. */
export const installed = path.join(import.meta.dirname, "node_modules", "raftarium");

/** `act` is refused with `code`; gives the error. */
export function refused(RaftariumError, code, act) {
  let error;
  assert.throws(act, (thrown) => {
    error = thrown;
    return true;
  });
  assert.ok(error instanceof RaftariumError, `${error}`);
  assert.ok(error instanceof Error);
  assert.equal(error.name, "RaftariumError");
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.length > 8, error.message);
  return error;
}

/** Everything that can be seen of a simulation. */
export function everything(sim) {
  const { now, end, seed, hash } = sim;
  return { now, end, seed, hash, view: sim.view(), run: sim.run(), events: sim.events().next };
}

/** The servers that lead. */
export function leaders(view) {
  return view.servers.filter((server) => server.role === "leader");
}

/** Lets things happen one by one until `wanted` holds; gives the view. */
export function stepUntil(sim, story, wanted) {
  for (let step = 0; step < 20_000; step += 1) {
    const view = sim.view();
    if (wanted(view)) return view;
    assert.ok(sim.stepForward(), `${story}: nothing happens any more`);
  }
  throw new Error(`${story}: not within 20,000 steps; run ${JSON.stringify(sim.run())}`);
}
