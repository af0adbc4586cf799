// Why things are as they are.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { init, RaftariumError, Simulation } from "raftarium";

import { leaders, refused } from "./harness.mjs";

before(() => init());

/** A leader and one more, cut off from the other three, with an entry that those do not get. */
function split() {
  const sim = new Simulation({ seed: 42, raft: { checkQuorum: true } });
  sim.advance(1_000);
  const [{ id: leader }] = leaders(sim.view());
  const beside = (leader % 5) + 1;
  const cutAt = sim.dispatch({ type: "partition", groups: [[leader, beside]] });
  sim.dispatch({ type: "request", client: 1, server: leader, op: { type: "put", key: "x", value: "1" } });
  sim.advance(100);
  return { sim, leader, beside, cutAt };
}

test("an entry that lacks copies says which, and since when", () => {
  const { sim, leader, cutAt } = split();
  const { log } = sim.view().servers[leader - 1];
  const index = log.at(-1).index;
  const { question, at, causes } = sim.why({ asks: "notCommitted", about: { type: "entry", server: leader, index } });
  assert.equal(question, `Why is entry ${index} on S${leader} not committed?`);
  assert.equal(at, sim.now);
  assert.ok(causes.length >= 2 && causes.length <= 6);
  assert.match(causes[0].words, /2 of 5 voters; a majority is 3 \(§5\.3\)/);
  const cut = causes.find(({ words }) => words.includes("the network is cut"));
  assert.equal(cut.at, cutAt);
  assert.equal(sim.events(cut.event).events[0].command.type, "partition");
  assert.equal(cut.about.type, "link");
});

test("a server says why it stepped down", () => {
  const { sim, leader, cutAt } = split();
  sim.advance(1_000);
  const { causes } = sim.why({ asks: "steppedDown", about: { type: "server", id: leader } });
  assert.match(causes[0].words, /has not heard from a majority in time \(§6\.2 of the dissertation\)/);
  assert.equal(sim.events(causes[0].event).events[0].event.type, "steppedDown");
  assert.ok(causes.some(({ at }) => at === cutAt));
});

test("what is not so, or is no question, is refused", () => {
  const { sim, leader } = split();
  const server = (id) => ({ type: "server", id });
  const cases = [
    ["not-so", { asks: "down", about: server(leader) }, `S${leader} is up.`],
    ["not-so", { asks: "down", about: server(9) }, "There is no S9 at this moment."],
    ["not-so", { asks: "down", about: { type: "cluster" } }, "That cannot be asked about the cluster."],
    ["unknown-server", { asks: "down", about: server(1.5) }],
    ["out-of-range", { asks: "sent", about: { type: "packet", id: -1 } }],
    ["malformed-question", { asks: "howMuch", about: server(1) }],
    ["malformed-question", { asks: "down" }],
    ["malformed-question", "why"],
  ];
  for (const [code, question, message] of cases) {
    const error = refused(RaftariumError, code, () => sim.why(question));
    if (message) assert.equal(error.message, message);
  }
});
