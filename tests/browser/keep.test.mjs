// What this machine remembers from one visit to the next, and what is taken along as files.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

const hash = (page) => page.evaluate(() => location.hash);
const offer = (page) => page.getByRole("group", { name: "Last time" });

/** A run in which S2 crashed at 500 ms, left at 1,200 ms. */
async function leave(t) {
  const { page, person } = await meet(visit, t, "#seed=7&servers=3");
  await person.reach(500);
  await page.keyboard.press("2");
  await page.keyboard.press("c");
  await person.reach(1_200);
  await eventually("the address holds the run", async () => (await hash(page)).startsWith("#run=1."));
  const link = await hash(page);
  await page.close({ runBeforeUnload: true });
  return link;
}

test("the last run is offered at the next visit, and gone on with", async (t) => {
  const link = await leave(t);
  const { page, person, problems } = await meet(visit, t, "");
  await offer(page).waitFor();
  assert.match(await offer(page).innerText(), /seed 7, 3 servers, 1 thing was done, at 1\.200 s/);
  assert.equal((await person.servers()).length, 5, "nothing is shown unasked");
  await person.button("Go on where you were").click();
  await eventually("it is shown", async () => (await person.servers()).length === 3);
  assert.equal(await person.now(), 1_200);
  await eventually("the address is the same", async () => (await hash(page)) === link);
  assert.equal(await offer(page).count(), 0);
  assert.deepEqual(problems, []);
});

test("a link says what to show, whatever was there the last time", async (t) => {
  await leave(t);
  const { page, person, problems } = await meet(visit, t, "#seed=9&servers=4");
  assert.equal((await person.servers()).length, 4);
  assert.equal(await offer(page).count(), 0);
  assert.deepEqual(problems, []);
});

test("who does not want the last run is not asked again in this visit", async (t) => {
  await leave(t);
  const { page, person, problems } = await meet(visit, t, "");
  await person.button("No, thanks").click();
  await offer(page).waitFor({ state: "detached" });
  assert.equal((await person.servers()).length, 5);
  assert.deepEqual(problems, []);
});

test("speed, panels and the kind of mark are as they were left", async (t) => {
  const first = await meet(visit, t, "#seed=1&servers=3");
  await first.page.keyboard.press("[");
  await first.page.keyboard.press("m");
  const speed = await first.person.choice("Speed").inputValue();
  await eventually("it is kept", () => first.page.evaluate(() => localStorage.getItem("raftarium-settings")?.includes("machines")));
  const next = await meet(visit, t, "#seed=1&servers=3");
  assert.equal(await next.person.choice("Speed").inputValue(), speed);
  await next.page.getByRole("region", { name: "Keys and values" }).waitFor();
  await next.page.evaluate(() => localStorage.clear());
  assert.deepEqual([...first.problems, ...next.problems], []);
});
