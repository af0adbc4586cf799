// The futures that were begun and left: lanes below the time bar.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { shot, startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

const lanes = (page) => page.getByRole("region", { name: "Branches" });
const others = (page) => lanes(page).getByRole("list", { name: "Other branches" }).getByRole("listitem");

/** Waits until it has the focus. */
const focused = (place) => eventually(`${place} has the focus`, async () => (await place.count()) === 1 && place.evaluate((element) => element === document.activeElement));

/** One thing is asked at 500 ms; in another future, the leader crashed before. */
async function forked(t, options) {
  const met = await meet(visit, t, "#seed=42", options);
  const { page, person } = met;
  await person.playUntil("it is 500 ms", async () => (await person.now()) >= 500);
  assert.equal(await lanes(page).count(), 0, "one future needs no lanes");
  await person.ask({ key: "x", value: "1" });
  await person.playUntil("it is committed", async () => (await person.committedOn("x=1")).length === 5);
  const end = await person.end();
  await person.seek(400);
  const leader = (await person.leader()).id;
  await person.select(leader);
  await page.keyboard.press("c");
  await person.selectNothing();
  await person.playUntil("it is 1500 ms", async () => (await person.now()) >= 1_500);
  return { ...met, leader, end };
}

test("whoever acts in the past keeps both futures, and goes from one to the other", async (t) => {
  const { page, person, problems, leader, end } = await forked(t);
  assert.equal(await others(page).count(), 1);
  const original = lanes(page).getByRole("button", { name: /^Original/ });
  assert.match(await original.innerText(), /asks the leader: put x=1/);
  assert.deepEqual(await person.holders("x=1"), []);

  await original.focus();
  await page.keyboard.press("Enter");
  await eventually("the first future is shown", async () => (await person.end()) === end);
  const other = lanes(page).getByRole("button", { name: /^Branch 1/ });
  assert.match(await other.innerText(), new RegExp(`The power of ${leader} fails`));
  assert.equal((await person.see(leader)).role, "leader");
  assert.equal((await person.committedOn("x=1")).length, 5);
  await eventually("the focus goes along", () => page.evaluate(() => document.activeElement.textContent === "Original"));

  // Undo and redo stay in it.
  await page.keyboard.press("z");
  assert.deepEqual(await person.holders("x=1"), []);
  await page.keyboard.press("y");
  assert.notDeepEqual(await person.requests(), []);
  assert.equal(await others(page).count(), 1, "nothing new was done");

  await other.click();
  await eventually("the other future is shown", async () => (await person.see(leader)).role === "crashed");
  assert.deepEqual(problems, []);
});

test("branches are renamed and deleted with the keyboard, and deleting asks first", async (t) => {
  const { page, person, problems } = await forked(t);
  const original = lanes(page).getByRole("button", { name: /^Original/ });
  await original.focus();
  await page.keyboard.press("F2");
  const field = lanes(page).getByRole("textbox", { name: "Name of Original" });
  await focused(field);
  await page.keyboard.type("without a crash");
  await page.keyboard.press("Enter");
  const named = lanes(page).getByRole("button", { name: /^without a crash/ });
  await named.waitFor();
  await focused(named);
  await page.keyboard.press("F2");
  await focused(lanes(page).getByRole("textbox", { name: "Name of without a crash" }));
  await page.keyboard.press("Escape");
  await focused(named);
  await lanes(page).getByRole("button", { name: "Rename Branch 1" }).click();
  await focused(lanes(page).getByRole("textbox", { name: "Name of Branch 1" }));
  await page.keyboard.type("a crash");
  await page.keyboard.press("Enter");
  await lanes(page).getByRole("button", { name: "Rename a crash" }).waitFor();

  const end = await person.end();
  await named.focus();
  await page.keyboard.press("Delete");
  const sure = lanes(page).getByRole("group", { name: "Delete without a crash?" });
  // Nothing is lost by one key more.
  await focused(sure.getByRole("button", { name: "Keep" }));
  await page.keyboard.press("Enter");
  await focused(named);
  await page.keyboard.press("Delete");
  await sure.getByRole("button", { name: "Delete" }).click();
  await lanes(page).waitFor({ state: "detached" });
  assert.equal(await person.end(), end);
  assert.deepEqual(problems, []);
});

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 375, height: 812 } };

for (const [name, size] of Object.entries(SIZES)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing with many branches: ${name}, ${colorScheme}`, async (t) => {
      const { page, person, problems } = await forked(t, { size, media: { colorScheme } });
      for (const at of [1_100, 900, 700]) {
        await person.seek(at);
        await person.ask({ server: "leader", key: "y", value: String(at) });
      }
      await person.reach(1_200);
      await lanes(page).getByRole("button", { name: "Delete Original" }).click();
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" "))}`), []);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
      await page.evaluate(() => scrollTo(0, 0));
      await shot(page, `branches-${name}-${colorScheme}`, { fullPage: name === "narrow" });
      assert.deepEqual(problems, []);
    });
  }
}
