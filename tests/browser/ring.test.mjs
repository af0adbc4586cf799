// The ring and the logs of many servers: all can be seen, pressed and reached, however many there are.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";

const MOST = 51;
/** How far from the middle of a link its messages travel, on the right of their way, in pixels. */
const ASIDE = 6;

let visit;
before(async () => {
  visit = await startVisit({ viewport: { width: 1440, height: 900 } });
});
after(() => visit?.close());

/** A page with as many servers as there can be, one of which leads, standing still. */
async function many(t) {
  const met = await meet(visit, t, `#seed=42&servers=${MOST}`);
  await met.person.playUntil("somebody leads", () => met.person.leader());
  return met;
}

test("fifty-one servers elect a leader, and each can be pressed", async (t) => {
  const { person, problems } = await many(t);
  assert.equal((await person.servers()).length, MOST);
  for (const id of ["S1", "S26", "S51"]) await person.select(id);
  assert.equal((await person.see("S51")).selected, true);
  assert.deepEqual(problems, []);
});

test("of many links those of one server are there, and can be cut", async (t) => {
  const { person, problems } = await many(t);
  await person.select("S2");
  const links = Object.keys(await person.links());
  assert.equal(links.length, MOST - 1);
  assert.ok(links.every((link) => link.split("–").includes("S2")), links.join(" "));
  const link = person.ring.getByRole("button", { name: /^Link S2–S30, / });
  await link.press("Enter");
  assert.deepEqual(await person.cuts(), ["S2–S30"]);
  await person.heal.click();
  assert.deepEqual(await person.cuts(), []);
  assert.deepEqual(problems, []);
});

test("the arrow keys go round all of them", async (t) => {
  const { page, person, problems } = await many(t);
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await person.select("S51");
  await page.keyboard.press("ArrowRight");
  assert.match(await focused(), /^S1, /);
  await page.keyboard.press("ArrowLeft");
  assert.match(await focused(), /^S51, /);
  assert.deepEqual(problems, []);
});

test("a message on the canvas is selected by a press", async (t) => {
  const { page, person, problems } = await many(t);
  const message = person.inspector.getByRole("heading", { name: "Message", exact: true });
  const leader = await person.leader();
  const from = await person.place(leader.id);
  // Those across, to which the way is long.
  const across = [15, 20, 25, 30, 35].map((further) => `S${((Number(leader.id.slice(1)) - 1 + further) % MOST) + 1}`);
  const places = await Promise.all(across.map((id) => person.place(id)));
  // Somewhere on its way from the leader to one of the others is a message; where, only the picture knows.
  const seen = await eventually("a press meets a message", async () => {
    await person.button("One event forward").click();
    for (const to of places) {
      const length = Math.hypot(to.x - from.x, to.y - from.y);
      const aside = { x: (-(to.y - from.y) / length) * ASIDE, y: ((to.x - from.x) / length) * ASIDE };
      await page.mouse.click(from.x + (to.x - from.x) * 0.6 + aside.x, from.y + (to.y - from.y) * 0.6 + aside.y);
      if (await message.isVisible()) return true;
    }
    return false;
  });
  assert.equal(seen, true);
  assert.deepEqual(problems, []);
});

test("of a long log only a part is drawn, and the keys reach all of it", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42&servers=3");
  await person.reach(500);
  const writes = 30;
  for (let value = 1; value <= writes; value++) {
    await person.ask({ server: "leader", key: "x", value: String(value) });
    await person.playUntil(`x=${value} is committed`, async () => (await person.committedOn(`x=${value}`)).length > 0);
  }
  const indexes = async () => (await person.entries()).map(({ index }) => index);
  const { id } = await person.leader();
  assert.ok((await indexes()).length < 3 * writes, "not all of it is drawn");
  const newest = writes + 1;
  await person.logGrid.getByRole("button", { name: new RegExp(`^${id} index ${newest}, `) }).focus();
  await page.keyboard.press("Home");
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await eventually("the first entry has the focus", async () => (await focused())?.startsWith(`${id} index 1, no-op`));
  for (let index = 2; index <= 14; index++) {
    await page.keyboard.press("ArrowRight");
    await eventually(`entry ${index} has the focus`, async () => (await focused())?.startsWith(`${id} index ${index}, `));
  }
  assert.ok(!(await indexes()).includes(newest), "what is far away is not drawn");
  await person.button(`to the newest, ${newest}`).click();
  await eventually("the newest is seen", async () => (await indexes()).includes(newest));
  assert.deepEqual(problems, []);
});

test("the log tells what the leader knows of each follower", async (t) => {
  const { person, problems } = await meet(visit, t, "#seed=42");
  await person.reach(1_000);
  const { id } = await person.leader();
  const heads = await person.logGrid.getByRole("rowheader").allTextContents();
  assert.equal(heads.length, 5);
  for (const head of heads) assert.equal(head.includes("match 1, next 2"), !head.startsWith(id), head);
  assert.deepEqual(problems, []);
});

test("an entry that a new leader overwrites is gone from the old one's log", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  await person.reach(1_000);
  const old = (await person.leader()).id;
  await person.drawAround([old]);
  await person.ask({ client: "C1", server: old, key: "y", value: "7" });
  await person.playUntil("the others elect another", async () => (await person.leader()).id !== old);
  assert.deepEqual(await person.holders("y=7"), [old]);
  await page.keyboard.press("h");
  await person.playUntil("it is overwritten", async () => (await person.holders("y=7")).length === 0);
  assert.deepEqual(problems, []);
});
