// Servers: looked at, crashed, restarted, made to time out, asked; with the mouse, and with the keyboard alone.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

/** A page in which somebody leads, standing still. */
async function settled(t) {
  const met = await meet(visit, t, "#seed=42");
  await met.person.reach(1_000);
  const leader = await met.person.leader();
  const follower = (await met.person.servers()).find((server) => server.role === "follower");
  return { ...met, leader, follower };
}

test("a server that is pressed tells what it knows", async (t) => {
  const { person, problems, leader, follower } = await settled(t);
  await person.select(follower.id);
  assert.equal((await person.see(follower.id)).selected, true);
  const facts = await person.facts();
  assert.equal(facts.Term, String(follower.term));
  assert.equal(facts["Leader it knows"], leader.id);
  assert.match(facts["Last entry"], /1/);
  await person.select(leader.id);
  assert.equal((await person.see(follower.id)).selected, false);
  const followers = person.inspector.getByRole("table", { name: "Followers" });
  assert.equal(await followers.getByRole("rowheader").count(), 4);
  await person.button("Close inspector").click();
  await person.inspector.getByRole("heading", { name: "Overview" }).waitFor();
  assert.deepEqual(problems, []);
});

test("a server that is crashed hears nothing, and comes back with what was on its disk", async (t) => {
  const { page, person, problems, follower } = await settled(t);
  const log = async () => (await person.entries()).filter(({ server }) => server === follower.id).map(({ what }) => what);
  const before = await log();
  await person.select(follower.id);
  await person.button("Crash").click();
  assert.equal((await person.see(follower.id)).role, "crashed");
  assert.equal((await person.facts()).State, "lost until it restarts");
  assert.equal(await person.button("Time out now").isDisabled(), true);

  await person.ask({ server: "leader", key: "x", value: "1" });
  await person.playUntil("the others commit", async () => (await person.committedOn("x=1")).length === 4);
  assert.deepEqual(await log(), before);
  await person.button("Events").click();
  await person.events.getByRole("checkbox", { name: "every message and write" }).check();
  const lost = (await person.sentences()).filter(({ words }) => words.includes("is lost: its receiver is down"));
  assert.ok(lost.length > 0, "what was sent to it is lost");
  await page.keyboard.press("e");

  await person.button("Restart").click();
  assert.equal((await person.see(follower.id)).role, "follower");
  assert.equal((await person.facts()).Starts, "2");
  await person.playUntil("it catches up", async () => (await person.committedOn("x=1")).length === 5);
  assert.deepEqual(problems, []);
});

test("a server that is made to time out begins a new term", async (t) => {
  const { person, problems, follower } = await settled(t);
  await person.select(follower.id);
  await person.button("Time out now").click();
  const candidate = await person.see(follower.id);
  assert.deepEqual([candidate.role, candidate.term], ["candidate", follower.term + 1]);
  await person.playUntil("it leads", async () => (await person.see(follower.id)).role === "leader");
  assert.equal(await person.button("Time out now").isDisabled(), true, "who leads has no election to lose");
  assert.deepEqual(problems, []);
});

test("a value is proposed through the server that was chosen, whatever comes of it", async (t) => {
  const { person, problems, leader, follower } = await settled(t);
  await person.select(follower.id);
  await person.button("Propose…").click();
  assert.equal(await person.field("Key").evaluate((field) => field === document.activeElement), true);
  await person.ask({ key: "x", value: "1" });
  await person.playUntil("it is refused", async () => (await person.request("put x=1")).outcome.startsWith("refused"));
  assert.equal((await person.request("put x=1")).outcome, `refused: not leader (${leader.id} leads)`);

  await person.select(leader.id);
  await person.button("Propose…").click();
  await person.ask({ key: "x", value: "2" });
  await person.playUntil("all have it", async () => (await person.committedOn("x=2")).length === 5);
  await person.ask({ op: "get", key: "x" });
  await person.playUntil("the value is read", async () => (await person.request("get x")).outcome.startsWith("2,"));
  assert.deepEqual(await person.holders("x=1"), []);
  assert.deepEqual(problems, []);
});

test("the form shows whom it asks, whoever chose that", async (t) => {
  const { person, problems } = await settled(t);
  const shown = () => person.choice("Server").evaluate((select) => select.selectedOptions[0].label);
  await person.choice("Server").selectOption("asks S2");
  for (const id of ["S4", "S2", "S3"]) {
    await person.select(id);
    await person.button("Propose…").click();
    assert.equal(await shown(), `asks ${id}`);
  }
  assert.deepEqual(problems, []);
});

test("without its leader the cluster elects another, which the old one follows when it is back", async (t) => {
  const { person, problems, leader } = await settled(t);
  await person.select(leader.id);
  await person.button("Crash").click();
  assert.equal(await person.leader(), undefined);
  const next = await person.playUntil("another leads", () => person.leader());
  assert.ok(next.id !== leader.id && next.term > leader.term);
  await person.button("Restart").click();
  const back = await person.playUntil("the old one follows", async () => {
    const server = await person.see(leader.id);
    return server.role === "follower" && server.term >= next.term && server;
  });
  assert.equal(back.id, leader.id);
  await eventually("the inspector agrees", async () => (await person.facts())["Leader it knows"] === next.id);
  assert.deepEqual(problems, []);
});

test("all of it with the keyboard alone", async (t) => {
  const { page, person, problems, leader } = await settled(t);
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? "");
  await page.getByRole("link", { name: "Skip to the cluster" }).press("Enter");
  await keyboard.press("Tab");
  assert.match(await focused(), /^S1, /);
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowRight");
  assert.match(await focused(), /^S3, /);
  await keyboard.press("ArrowLeft");
  assert.match(await focused(), /^S2, /);
  await keyboard.press("Enter");
  assert.equal((await person.see("S2")).selected, true);
  assert.match(await focused(), /^S2, /, "the focus stays where it was");

  await keyboard.press("c");
  assert.equal((await person.see("S2")).role, "crashed");
  await keyboard.press("c");
  assert.equal((await person.see("S2")).role, "follower");
  const { term } = await person.see("S2");
  await keyboard.press("t");
  assert.equal((await person.see("S2")).term, term + 1);

  await keyboard.press("p");
  assert.equal(await focused(), "Key");
  await keyboard.press("ControlOrMeta+a");
  await keyboard.type("c");
  assert.equal((await person.see("S2")).role, "candidate", "letters that are typed are not shortcuts");
  await keyboard.press("Enter");
  assert.equal((await person.requests())[0].asked, "put c=1");

  const other = (await person.servers()).find(({ id }) => id !== leader.id && id !== "S2").id;
  await page.getByRole("heading", { name: "Cluster" }).click();
  await keyboard.press(other.slice(1));
  assert.equal((await person.see(other)).selected, true);
  await person.pressLink("S1", "S2");
  assert.equal((await person.cuts()).length, 1);
  await keyboard.press("h");
  assert.deepEqual(await person.cuts(), []);
  await keyboard.press("Escape");
  assert.equal((await person.servers()).some(({ selected }) => selected), false);
  assert.deepEqual(problems, []);
});
