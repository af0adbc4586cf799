// Bad input: a typed error that says what was given and what is allowed, and nothing has changed.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { init, RaftariumError, Simulation } from "raftarium";

import { everything, leaders, refused } from "./harness.mjs";

before(() => init());

const options = [
  [{ servers: 0 }, "out-of-range", 0],
  [{ servers: 10_000 }, "out-of-range", 10_000],
  [{ servers: -1 }, "out-of-range", -1],
  [{ servers: 2.5 }, "out-of-range", 2.5],
  [{ servers: Infinity }, "out-of-range", Infinity],
  [{ servers: NaN }, "not-a-number", NaN],
  [{ servers: "5" }, "malformed-options", "5"],
  [{ clients: 0 }, "out-of-range", 0],
  [{ clients: 10 }, "out-of-range", 10],
  [{ seed: "forty-two" }, "not-a-number", "forty-two"],
  [{ seed: "" }, "not-a-number", ""],
  [{ seed: NaN }, "not-a-number", NaN],
  [{ seed: true }, "not-a-number", true],
  [{ seed: -1 }, "out-of-range", -1],
  [{ seed: 1.5 }, "out-of-range", 1.5],
  [{ seed: 2 ** 53 }, "out-of-range", 2 ** 53],
  [{ seed: 2n ** 64n }, "out-of-range", "18446744073709551616"],
  [{ link: { latencyMin: 20, latencyMax: 10 } }, "out-of-range", 10],
  [{ link: { loss: 1.01 } }, "out-of-range", 1.01],
  [{ link: { lossy: true } }, "malformed-options", "lossy"],
  [{ disk: { writeMin: -1 } }, "out-of-range", -1],
  [{ raft: { heartbeatInterval: 500 } }, "out-of-range", 500],
  [{ raft: { maxAppendEntries: 0 } }, "out-of-range", 0],
  [{ raft: { noOpOnElection: "yes" } }, "malformed-options", "yes"],
  [{ raft: { snapshotAfterEntries: 0 } }, "out-of-range", 0],
  [{ raft: { backoffDoublingsMax: 33 } }, "out-of-range", 33],
  [{ raft: { clockDriftMax: 0.5 } }, "out-of-range", 0.5],
  [{ raft: { leases: true } }, "out-of-range", true],
  [{ raft: { mistakes: ["commit-earlier-terms", "vote-twice"] } }, "unknown-mistake", "vote-twice"],
  [{ raft: { priority: -1 } }, "out-of-range", -1],
  [{ requestTimeout: Infinity }, "out-of-range", Infinity],
  [{ sevrers: 5 }, "malformed-options", "sevrers"],
  [{ seed: () => 42 }, "not-plain-data"],
  [null, "malformed-options", null],
  [5, "malformed-options", 5],
  [[], "malformed-options", []],
];

for (const [given, code, part] of options) {
  test(`new Simulation(${show(given)}) is ${code}`, () => {
    const error = refused(RaftariumError, code, () => new Simulation(given));
    if (part !== undefined) assert.deepEqual(error.given, part);
    assert.ok(error.allowed, "it says what is allowed");
  });
}

const put = (key, value = "1") => ({ type: "request", client: 1, op: { type: "put", key, value } });
const link = (change) => ({
  type: "setLink",
  from: 1,
  to: 2,
  settings: { latencyMin: 1, latencyMax: 2, loss: 0, ...change },
});
const commands = [
  [undefined, "malformed-command", null],
  [null, "malformed-command", null],
  ["crash", "malformed-command", "crash"],
  [{}, "malformed-command", {}],
  [["crash", 1], "malformed-command", ["crash", 1]],
  [{ type: "explode", server: 1 }, "malformed-command", "explode"],
  [{ type: "crash" }, "malformed-command", { type: "crash" }],
  [{ type: "crash", server: "1" }, "malformed-command", "1"],
  [{ type: "crash", server: 1, really: true }, "malformed-command", "really"],
  [{ type: "healAll", really: true }, "malformed-command", "really"],
  [{ type: "crash", server: 6 }, "unknown-server", 6],
  [{ type: "crash", server: 0 }, "unknown-server", 0],
  [{ type: "crash", server: 1.5 }, "unknown-server", 1.5],
  [{ type: "restart", server: 1 }, "server-up", 1],
  [{ type: "cut", from: 2, to: 2 }, "same-ends", 2],
  [{ type: "partition", groups: [] }, "one-group"],
  [{ type: "partition", groups: [[1, 2, 3, 4, 5]] }, "one-group"],
  [{ type: "partition", groups: [[1], []] }, "one-group"],
  [{ type: "partition", groups: [[1, 1], [2]] }, "repeated-server", 1],
  [{ type: "packet", packet: 0.5, act: { type: "drop" } }, "out-of-range", 0.5],
  [{ type: "packet", packet: 9, act: { type: "explode" } }, "malformed-command", "explode"],
  [{ type: "pause", server: 6 }, "unknown-server", 6],
  [{ type: "wipe", server: 1 }, "server-up", 1],
  [{ type: "flipBit", server: 1, index: 99 }, "nothing-written", 1],
  [{ type: "setClock", server: 1, drift: 0.6 }, "out-of-range", 0.6],
  [{ type: "jumpClock", server: 1, by: Infinity }, "out-of-range", Infinity],
  [{ type: "setDisk", server: 1, settings: { torn: -1 } }, "out-of-range", -1],
  [{ type: "setDisk", server: 1, settings: { broken: true } }, "malformed-command", "broken"],
  [{ type: "configure", server: 1, settings: { maxAppendEntries: 0 } }, "out-of-range", 0],
  [{ type: "changeMembership", server: 1, changes: [{ type: "addVoter", server: 6 }] }, "unknown-server", 6],
  [{ type: "changeMembership", server: 1, changes: [{ type: "marry", server: 2 }] }, "malformed-command", "marry"],
  [{ type: "compact", server: 6 }, "unknown-server", 6],
  [{ type: "isolate", server: 6 }, "unknown-server", 6],
  [{ type: "filter", from: 1, to: 2, classes: ["letters"] }, "malformed-command", "letters"],
  [{ type: "setAllLinks", settings: { loss: 2 } }, "out-of-range", 2],
  [{ type: "partition", groups: 7 }, "malformed-command", 7],
  [{ type: "request", client: 4, op: { type: "get", key: "x" } }, "unknown-client", 4],
  [{ type: "request", client: 1, server: 9, op: { type: "get", key: "x" } }, "unknown-server", 9],
  [{ type: "request", client: 1, op: { type: "get", key: "x", value: "1" } }, "malformed-command", "value"],
  [{ type: "request", client: 1, op: { type: "multiply", key: "x" } }, "malformed-command", "multiply"],
  [put(""), "out-of-range", 0],
  [put("x".repeat(65)), "out-of-range", 65],
  [put("x", "ж".repeat(33)), "out-of-range", 66],
  [put("x", 1), "malformed-command", 1],
  [link({ latencyMin: NaN }), "not-a-number", NaN],
  [link({ latencyMin: -1 }), "out-of-range", -1],
  [link({ latencyMax: Infinity }), "out-of-range", Infinity],
  [link({ latencyMax: 0.5 }), "out-of-range", 0.5],
  [link({ loss: 2 }), "out-of-range", 2],
  [{ type: "crash", server: Symbol("1") }, "not-plain-data"],
];

for (const [given, code, part] of commands) {
  test(`dispatch(${show(given)}) is ${code}`, () => {
    const sim = new Simulation({ seed: 42 });
    sim.advance(1_000);
    const was = everything(sim);
    for (const act of [() => sim.dispatch(given), ["server-up", "nothing-written"].includes(code) ? undefined : () => sim.schedule(2_000, given)]) {
      if (!act) continue;
      const error = refused(RaftariumError, code, act);
      if (part !== undefined) assert.deepEqual(error.given, part);
      assert.ok(error.allowed, "it says what is allowed");
      assert.deepEqual(everything(sim), was, "nothing has changed");
    }
  });
}

test("what does not fit to how things are is refused", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(1_000);
  const [leader] = leaders(sim.view());
  refused(RaftariumError, "already-leader", () => sim.dispatch({ type: "timeOut", server: leader.id }));
  sim.dispatch(put("x"));
  refused(RaftariumError, "client-busy", () => sim.dispatch(put("y")));
  sim.dispatch({ type: "crash", server: leader.id });
  const was = everything(sim);
  for (const type of ["crash", "timeOut"]) {
    const error = refused(RaftariumError, "server-down", () => sim.dispatch({ type, server: leader.id }));
    assert.equal(error.given, leader.id);
  }
  assert.deepEqual(everything(sim), was);
});

const times = [
  [NaN, "not-a-number"],
  ["5", "not-a-number"],
  [undefined, "not-a-number"],
  [null, "not-a-number"],
  [{}, "not-a-number"],
  [5n, "not-a-number"],
  [-1, "out-of-range"],
  [-0.001, "out-of-range"],
  [Infinity, "out-of-range"],
  [-Infinity, "out-of-range"],
  [86_400_000.001, "out-of-range"],
];

for (const [given, code] of times) {
  test(`the time ${show(given)} is ${code}`, () => {
    const sim = new Simulation({ seed: 42 });
    sim.advance(1_000);
    const was = everything(sim);
    refused(RaftariumError, code, () => sim.advance(given));
    refused(RaftariumError, code, () => sim.seek(given));
    refused(RaftariumError, code, () => sim.schedule(given, { type: "healAll" }));
    assert.deepEqual(everything(sim), was, "nothing has changed");
  });
}

test("a command for the past is refused", () => {
  const sim = new Simulation({ seed: 42 });
  sim.advance(1_000);
  const was = everything(sim);
  for (const at of [0, 999.999, 1_000]) {
    const error = refused(RaftariumError, "in-the-past", () => sim.schedule(at, { type: "healAll" }));
    assert.equal(error.given, at);
    assert.match(error.allowed, /1000\.001 ms or later/);
  }
  assert.deepEqual(everything(sim), was);
});

test("events and causes that are not there are refused", () => {
  const sim = new Simulation({ seed: 42 });
  for (const [given, code] of [[-1, "out-of-range"], [0.5, "out-of-range"], ["0", "not-a-number"]]) {
    refused(RaftariumError, code, () => sim.events(given));
  }
  for (const [given, code] of [[1e6, "unknown-event"], [-1, "unknown-event"], [NaN, "not-a-number"]]) {
    refused(RaftariumError, code, () => sim.causes(given));
  }
});

test("a run that is none is refused, and says which command is wrong", () => {
  const run = new Simulation({ seed: 42 }).run();
  const with_ = (at, command) => ({ ...run, commands: [{ at: 1, command: { type: "healAll" } }, { at, command }] });
  const cases = [
    [undefined, "malformed-run"],
    [{}, "malformed-run"],
    [{ ...run, more: 1 }, "malformed-run"],
    [{ ...run, setup: {} }, "malformed-run"],
    [{ ...run, setup: { ...run.setup, servers: 99 } }, "out-of-range"],
    [with_(2, { type: "crash" }), "malformed-run"],
    [with_(2, { type: "crash", server: 99 }), "unknown-server", /command 1/],
    [with_(-2, { type: "healAll" }), "out-of-range", /command 1/],
  ];
  for (const [given, code, story] of cases) {
    const error = refused(RaftariumError, code, () => Simulation.replay(given));
    if (story) assert.match(error.message, story);
  }
});

test("a link that is none is refused, with what is wrong", () => {
  const sim = new Simulation({ seed: 42 });
  sim.dispatch({ type: "crash", server: 1 });
  const cases = [
    [undefined, /a link is a text/],
    ["#speed=3", /`speed=3` is unknown; allowed are seed=…, servers=…, run=…, with=… and at=…/],
    ["#servers=99", /`99` is not a number of servers; allowed are 1 to 51/],
    ["#run=7.AAAA", /version `7`; allowed is version 1/],
    [sim.link().replace(/.(&|$)/, "$1"), /the link is not whole/],
  ];
  for (const [given, story] of cases) {
    assert.match(refused(RaftariumError, "malformed-link", () => Simulation.fromLink(given)).message, story);
  }
});

test("what would call back, or never end, never reaches the engine", () => {
  const sim = new Simulation({ seed: 42 });
  const circle = { type: "crash" };
  circle.server = circle;
  refused(RaftariumError, "not-plain-data", () => sim.dispatch(circle));
  const thrower = { get type() { throw new TypeError("mine"); } };
  assert.throws(() => sim.dispatch(thrower), { name: "TypeError", message: "mine" });
  const meddler = { type: "crash", get server() { sim.advance(10); return 1; } };
  sim.dispatch(meddler);
  assert.equal(sim.now, 10.001);
});

test("a freed simulation says so, and freeing it again does no harm", () => {
  const sim = new Simulation({ seed: 42 });
  const other = new Simulation({ seed: 42 });
  sim.free();
  sim.free();
  refused(RaftariumError, "freed", () => sim.view());
  refused(RaftariumError, "freed", () => sim.now);
  other.advance(100);
  assert.equal(other.now, 100);
});

function show(given) {
  const text = JSON.stringify(given, (_, value) =>
    ["bigint", "symbol", "function"].includes(typeof value) || (typeof value === "number" && !Number.isFinite(value))
      ? String(value)
      : value);
  return (text ?? "undefined").slice(0, 80);
}
