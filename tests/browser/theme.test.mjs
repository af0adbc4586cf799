// Light and dark.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

/** How light the ground of the page is, between 0 and 255. */
const lightness = (page) =>
  page.evaluate(() => {
    const channels = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).slice(0, 3).map(Number);
    return channels.reduce((sum, channel) => sum + channel, 0) / 3;
  });
const isDark = async (page) => (await lightness(page)) < 80;

test("the page is as light or dark as the system, until a person chooses; then it stays so", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42", { media: { colorScheme: "dark" } });
  assert.equal(await isDark(page), true);
  await person.button("Light theme").click();
  await eventually("it is light", async () => !(await isDark(page)));
  await page.reload();
  await person.button("Dark theme").waitFor();
  assert.equal(await isDark(page), false, "it is remembered");
  await person.button("Dark theme").click();
  await eventually("it is dark", () => isDark(page));
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await isDark(page), true, "a choice outweighs the system");
  assert.deepEqual(problems, []);
});

test("whoever chose nothing gets what the system says", async (t) => {
  const { page, problems } = await meet(visit, t, "#seed=42", { media: { colorScheme: "light" } });
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.getByRole("button", { name: "Dark theme" }).waitFor();
  assert.equal(await isDark(page), false);
  assert.deepEqual(problems, []);
});
