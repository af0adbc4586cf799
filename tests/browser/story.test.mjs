// The story that the whole thing is for: a leader, a commit, a partition, what becomes of both sides, and back in time.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shot, startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";
import { assertSame } from "./picture.mjs";

let visit;
before(async () => {
  visit = await startVisit({ viewport: { width: 1440, height: 900 } });
});
after(() => visit?.close());

const ALL = ["S1", "S2", "S3", "S4", "S5"];

test("a leader is cut off with one other; what it takes on is erased, and its client is told", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");

  // Within three simulated seconds there is a leader.
  await person.playUntil("somebody leads", () => person.leader());
  assert.ok((await person.now()) <= 3_000, "a leader within 3 s");
  await person.reach(1_000);
  const old = await person.leader();
  assert.equal(old.role, "leader");
  await shot(page, "story-leader");

  // A client puts x=1: all five commit it.
  await person.ask({ server: "leader", key: "x", value: "1" });
  await person.playUntil("x=1 is committed on all", async () => (await person.committedOn("x=1")).length === 5);
  assert.deepEqual(await person.committedOn("x=1"), ALL);
  assert.match((await person.request("put x=1")).outcome, /^committed at \d+$/);
  await shot(page, "story-commit");
  await person.reach(1_500);

  // A line across the ring cuts the leader off with its neighbour.
  const minority = [old.id, neighbour(old.id)].sort();
  const majority = ALL.filter((id) => !minority.includes(id));
  await person.drawAround(minority);
  const between = minority.flatMap((one) => majority.map((other) => [one, other].sort().join("–")));
  await eventually("the links between the two sides are cut", async () => (await person.cuts()).length > 0);
  assert.deepEqual((await person.cuts()).sort(), between.sort());
  await person.heal.waitFor();

  // The old leader takes y on, and cannot commit it.
  await person.ask({ client: "C1", server: old.id, key: "y", value: "1" });
  const next = await person.playUntil("the majority elects another leader", async () => {
    const leader = await person.leader();
    return leader.term > old.term && leader;
  });
  assert.ok(majority.includes(next.id));
  assert.equal((await person.see(old.id)).cutOff, true);
  assert.equal((await person.see(old.id)).role, "leader");
  assert.deepEqual((await person.holders("y=1")).sort(), minority);
  assert.deepEqual(await person.committedOn("y=1"), []);
  assert.equal((await person.request("put y=1")).outcome, `waiting for ${old.id}`);

  // The new leader takes z on, and commits it.
  await person.ask({ client: "C2", server: next.id, key: "z", value: "1" });
  await person.playUntil("z=1 is committed by the majority", async () => (await person.committedOn("z=1")).length === 3);
  assert.deepEqual((await person.committedOn("z=1")).sort(), majority);
  assert.match((await person.request("put z=1")).outcome, /^committed at \d+$/);
  assert.equal((await person.request("put y=1")).outcome, `waiting for ${old.id}`);

  // This moment is kept, to be seen again.
  const partition = Math.ceil((await person.now()) / 10) * 10 + 50;
  await person.reach(partition);
  await person.selectNothing();
  const asItWas = await person.picture();
  await shot(page, "story-partition-light");
  await person.button("Dark theme").click();
  await shot(page, "story-partition-dark");
  await person.button("Light theme").click();

  // The links heal: all logs become equal, y is gone, and its client is told so.
  await person.heal.click();
  assert.deepEqual(await person.cuts(), []);
  await person.playUntil("all logs are the same, and committed", async () => {
    const logs = Object.values(await person.logs()).map(String);
    return new Set(logs).size === 1 && !logs[0].includes("?");
  });
  await person.playUntil("the client of y knows", async () => !(await person.request("put y=1")).outcome.includes("waiting"));
  assert.deepEqual(await person.holders("y=1"), []);
  assert.deepEqual(await person.committedOn("x=1"), ALL);
  assert.deepEqual(await person.committedOn("z=1"), ALL);
  assert.match((await person.request("put y=1")).outcome, /superseded by term \d+.*erased/);
  await person.selectNothing();
  const healed = Math.ceil((await person.now()) / 10) * 10;
  await person.reach(healed);
  const asItBecame = await person.picture();
  await shot(page, "story-healed");

  // The time is dragged back into the partition: there it is again.
  const last = await person.end();
  await person.dragTime((await partOf(person, partition)) - 0.005);
  assert.deepEqual((await person.cuts()).sort(), between.sort());
  assert.ok((await person.now()) < last && (await person.end()) === last, "the future is still known");
  await person.seek(partition);
  await person.selectNothing();
  assertSame(await person.picture(), asItWas);
  await shot(page, "story-rewound");

  // And forward again: what happened is what had happened.
  await person.seek(healed);
  assertSame(await person.picture(), asItBecame);

  assert.deepEqual(problems, []);
});

/** The next in the ring. */
function neighbour(id) {
  return ALL[(ALL.indexOf(id) + 1) % ALL.length];
}

/** At which part of the time bar a moment is, seen from where the thumb stands now. */
async function partOf(person, at) {
  const track = await person.track();
  const thumb = await person.slider.boundingBox();
  const part = (thumb.x + thumb.width / 2 - track.x) / track.width;
  return (part * at) / (await person.now());
}
