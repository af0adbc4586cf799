// Time in both directions, and what is known of it.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { init, RaftariumError, Simulation } from "raftarium";

import { everything, leaders, refused } from "./harness.mjs";

before(() => init());

const put = (key, value) => ({ type: "request", client: 1, op: { type: "put", key, value } });

test("times are exact to a microsecond", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(0.001);
  assert.equal(sim.now, 0.001);
  sim.advance(0.1 + 0.2);
  assert.equal(sim.now, 0.301);
  sim.seek(86_400.123);
  assert.equal(sim.now, 86_400.123);
  assert.equal(sim.view().now, 86_400.123);
});

test("a command takes effect at the first moment that has not begun", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(1_000);
  assert.equal(sim.dispatch({ type: "crash", server: 1 }), 1_000.001);
  assert.equal(sim.now, 1_000.001);
  assert.equal(sim.view().servers[0].role, null);
  assert.deepEqual(sim.run().commands, [{ at: 1_000.001, command: { type: "crash", server: 1 } }]);
});

test("a cursor reads every event once", () => {
  const sim = new Simulation({ seed: 42 });
  let cursor;
  const read = [];
  for (let round = 0; round < 20; round += 1) {
    sim.advance(100);
    const { events, next } = sim.events(cursor);
    read.push(...events);
    cursor = next;
    assert.equal(next, sim.view().records);
  }
  assert.deepEqual(read, sim.events().events);
  assert.deepEqual(read.map((event) => event.id), read.map((_, index) => index));
  assert.deepEqual(sim.events(cursor), { events: [], next: cursor });

  sim.seek(500);
  const back = sim.events(cursor);
  assert.deepEqual(back.events, []);
  assert.ok(back.next < cursor, "the cursor says that time was turned back");
});

test("a cause is before its effect, and every chain ends", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(500);
  const at = sim.dispatch(put("x", "1"));
  sim.advance(300);
  const { events } = sim.events();
  const answered = events.find((event) => event.type === "answered");
  const chain = sim.causes(answered.id);
  assert.deepEqual(chain[0], answered);
  for (const [index, event] of chain.entries()) {
    const cause = chain[index + 1];
    assert.equal(event.cause, cause?.id ?? null);
    if (cause) assert.ok(cause.id < event.id && cause.at <= event.at);
  }
  assert.ok(events.some((event) => event.type === "commanded" && event.at === at && event.command.type === "request"));
});

test("back is as it was, and forward again too", () => {
  const sim = new Simulation({ seed: 7, servers: 3, link: { loss: 0.1 } });
  const seen = [];
  for (let at = 0; at <= 2_000; at += 250) {
    sim.seek(at);
    if (at === 1_000) sim.dispatch(put("x", "1"));
    seen.push([sim.now, sim.hash, sim.view()]);
  }
  for (const [at, hash, view] of [...seen.toReversed(), ...seen]) {
    sim.seek(at);
    assert.equal(sim.hash, hash);
    assert.deepEqual(sim.view(), view);
    assert.equal(sim.end, 2_000);
  }
});

test("one step back undoes one step", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(1_000);
  sim.stepForward();
  const was = sim.view();
  assert.equal(sim.stepForward(), true);
  assert.notDeepEqual(sim.view(), was);
  assert.equal(sim.stepBack(), true);
  assert.deepEqual({ ...sim.view(), now: 0 }, { ...was, now: 0 });
  sim.seek(0);
  while (sim.stepBack());
  assert.equal(sim.now, 0);
  assert.equal(sim.stepBack(), false);
});

test("what is done in the past begins a branch, and both stay", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(1_000);
  sim.dispatch(put("x", "1"));
  sim.advance(1_000);
  const first = { hash: sim.hash, run: sim.run() };
  sim.seek(500);
  sim.dispatch(put("x", "2"));
  sim.seek(2_000);
  const second = sim.hash;
  const about = { name: null, parent: null, from: 0, end: 2_000.001, active: false };
  assert.deepEqual(sim.branches, [
    { ...about, id: 0 },
    { ...about, id: 1, parent: 0, from: 500.001, end: 2_000, active: true },
  ]);
  assert.deepEqual(sim.run(0), first.run);
  assert.deepEqual(sim.run(1), sim.run());

  sim.switchBranch(0);
  assert.equal(sim.now, 2_000);
  sim.seek(sim.end);
  assert.equal(sim.hash, first.hash);
  assert.deepEqual(sim.run(), first.run);
  sim.switchBranch(1);
  assert.equal(sim.hash, second);

  sim.renameBranch(0, "x is 1");
  assert.equal(sim.branches[0].name, "x is 1");
  sim.renameBranch(0);
  assert.equal(sim.branches[0].name, null);
  refused(RaftariumError, "out-of-range", () => sim.renameBranch(0, ""));
  refused(RaftariumError, "active-branch", () => sim.deleteBranch(1));
  for (const call of ["switchBranch", "renameBranch", "deleteBranch", "run"]) {
    refused(RaftariumError, "unknown-branch", () => sim[call](7));
    refused(RaftariumError, "unknown-branch", () => sim[call](-1));
    refused(RaftariumError, "not-a-number", () => sim[call]("main"));
  }
  sim.deleteBranch(0);
  assert.deepEqual(sim.branches.map(({ id }) => id), [1]);
});

test("what is done in the past gives up the future", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(1_000);
  sim.dispatch(put("x", "1"));
  sim.advance(1_000);
  const first = sim.hash;
  sim.seek(500);
  sim.dispatch(put("x", "2"));
  assert.equal(sim.end, sim.now);
  assert.equal(sim.run().commands.length, 1);
  sim.advance(1_500.001);
  assert.notEqual(sim.hash, first);
});

test("a scheduled command that has become impossible leaves an event", () => {
  const sim = new Simulation({ seed: 42 });
  sim.schedule(100, { type: "crash", server: 1 });
  sim.schedule(200, { type: "crash", server: 1 });
  sim.seek(300);
  const refusal = sim.events().events.find((event) => event.type === "commandRefused");
  assert.equal(refusal.at, 200);
  assert.equal(refusal.code, "server-down");
  assert.deepEqual(refusal.command, { type: "crash", server: 1 });
});

test("a run goes through JSON and comes back the same", () => {
  const sim = new Simulation({
    seed: 18446744073709551615n,
    servers: 4,
    clients: 2,
    raft: { electionTimeoutMin: 100.5, noOpOnElection: false },
    link: { latencyMin: 0.001, loss: 0.123457 },
    disk: { writeMax: 7.777 },
    requestTimeout: 250,
  });
  sim.advance(700);
  sim.dispatch(put("ключ", "значение"));
  sim.dispatch({ type: "setLink", from: 1, to: 2, both: false, settings: { latencyMin: 1, latencyMax: 99.999, loss: 1 } });
  sim.dispatch({ type: "partition", groups: [[1], [2, 3]] });
  sim.advance(700);
  sim.dispatch({ type: "heal", from: 1, to: 4 });
  sim.advance(1_000);
  assert.equal(sim.seed, "18446744073709551615");

  const run = sim.run();
  assert.deepEqual(JSON.parse(JSON.stringify(run)), run, "plain JSON");
  const again = Simulation.replay(JSON.parse(JSON.stringify(run)));
  assert.equal(again.now, 0);
  again.seek(sim.now);
  assert.deepEqual(everything(again), everything(sim));
});

test("a run is one line, and the line is the run", () => {
  const sim = new Simulation({ seed: 7, servers: 3 });
  assert.equal(sim.link(), "#seed=7&servers=3");
  sim.advance(700);
  sim.dispatch({ type: "crash", server: 2 });
  sim.advance(1_000.5);
  const link = sim.link();
  assert.match(link, /^#run=1\.[A-Za-z0-9_-]+&at=[0-9.]+$/);
  for (const given of [link, link.slice(1), `https://example.org/raft/?a=b${link}`]) {
    const again = Simulation.fromLink(given);
    assert.equal(again.now, 0);
    again.seek(sim.now);
    assert.deepEqual(everything(again), everything(sim));
  }
});

test("a view is a copy, and JSON", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(1_000);
  const view = sim.view();
  assert.deepEqual(JSON.parse(JSON.stringify(view)), view);
  const before = structuredClone(view);
  view.servers.length = 0;
  sim.advance(1);
  assert.deepEqual({ ...sim.view(), now: 1_000 }.servers.length, before.servers.length);
});

test("every key that can be put can be read, JavaScript's own names included", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(1_000);
  const keys = ["__proto__", "constructor", "toString", "x"];
  for (const key of keys) {
    sim.dispatch(put(key, `of ${key}`));
    sim.advance(300);
  }
  const [leader] = leaders(sim.view());
  assert.deepEqual(Object.entries(leader.state).sort(), keys.map((key) => [key, `of ${key}`]).sort());
  assert.equal(Object.getPrototypeOf(leader.state), Object.prototype);
});

test("many simulations live side by side", () => {
  const sims = Array.from({ length: 20 }, (_, seed) => new Simulation({ seed, servers: 3 }));
  for (const sim of sims) sim.advance(500);
  for (const [seed, sim] of sims.entries()) {
    const alone = new Simulation({ seed, servers: 3 });
    alone.advance(500);
    assert.equal(sim.hash, alone.hash);
    alone.free();
  }
  sims[3].free();
  refused(RaftariumError, "freed", () => sims[3].hash);
  assert.equal(sims[4].seed, 4);
});
