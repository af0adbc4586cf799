// A leader is cut off with one other; both sides are written to; the network heals.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { init, Simulation } from "raftarium";

import { leaders, stepUntil } from "./harness.mjs";

before(() => init());

const put = (client, key, value, server) => ({ type: "request", client, server, op: { type: "put", key, value } });

test("what only a minority has is erased, and its client is told", () => {
  const sim = new Simulation({ seed: 42, servers: 5 });
  sim.advance(3_000);
  const [old, ...more] = leaders(sim.view());
  assert.ok(old, "a leader within three seconds");
  assert.deepEqual(more, []);

  sim.dispatch(put(1, "x", "1"));
  const view = stepUntil(sim, "x commits on all", (view) => view.servers.every((server) => server.state.x === "1"));
  assert.equal(view.requests[0].status.type, "committed");

  sim.dispatch({ type: "partition", groups: [[old.id, (old.id % 5) + 1]] });
  sim.dispatch(put(1, "y", "7", old.id));
  const divided = stepUntil(sim, "the others elect", (view) => leaders(view).length === 2);
  const now = leaders(divided).find((leader) => leader.id !== old.id);
  assert.ok(now.term > old.term);
  sim.dispatch(put(2, "z", "3", now.id));
  const split = stepUntil(sim, "z commits", (view) => view.requests[2].status.type === "committed");
  sim.advance(1_000);
  assert.equal(sim.view().requests[1].status.type, "waiting", "y never commits");
  assert.ok(sim.view().servers.find((server) => server.id === old.id).log.some((entry) => entry.op?.key === "y"));

  sim.dispatch({ type: "healAll" });
  sim.advance(2_000);
  const healed = sim.view();
  const operations = (server) => server.log.map(({ index, term, op }) => ({ index, term, op }));
  for (const server of healed.servers) {
    assert.deepEqual(operations(server), operations(healed.servers[0]));
    assert.deepEqual(server.state, { x: "1", z: "3" });
    assert.ok(server.log.every((entry) => entry.committed && entry.op?.key !== "y"));
  }
  const { status } = healed.requests[1];
  assert.equal(status.type, "superseded");
  assert.equal(status.by, now.term);
  assert.deepEqual(healed.violations, []);

  sim.seek(split.now);
  assert.deepEqual(sim.view(), split, "dragged back, the picture is the same as it was");
});
