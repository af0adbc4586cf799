// The gallery of broken rules: each mistake of the lab in its smallest run, with and without it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

const story = (page) => page.getByRole("complementary", { name: "Story" });
const outcome = (page) => story(page).getByRole("note", { name: "What comes of it" });
const banner = (page) => page.getByRole("alert").filter({ hasText: "is broken on" });
const title = (page, name) => story(page).getByRole("heading", { name, exact: true });

async function mistakes() {
  const response = await fetch(`${visit.url}mistakes/index.json`);
  return (await response.json()).mistakes;
}

test("the gallery has all mistakes, each with its rule, where that is from, and how soon it is found", async (t) => {
  const { page, problems } = await meet(visit, t, "#seed=42&servers=5");
  await page.keyboard.press("b");
  const options = page.getByRole("dialog", { name: "Scenarios and broken rules" }).getByRole("option");
  await options.first().waitFor();
  const texts = await options.allInnerTexts();
  const all = await mistakes();
  assert.equal(all.length, 24);
  assert.equal(texts.length, 24);
  for (const { title: words, rule, section, finds } of all) {
    assert.ok(texts.some((text) => [words, rule, section, finds].every((part) => text.includes(part))), words);
  }
  await page.keyboard.type("exactly once");
  await eventually("one fits", async () => (await options.count()) === 1);
  await page.keyboard.press("Enter");
  await title(page, all[15].title).waitFor();
  assert.deepEqual(problems, []);
});

test("every mistake opens a little before its harm, which comes, and does not if the rules are kept", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42&servers=5");
  for (const { file, title: words, finds } of await mistakes()) {
    const link = `#mistake=${file.replace(".json", "")}`;
    await page.evaluate((to) => (location.hash = to), link);
    await title(page, words).waitFor({ timeout: 10_000 });
    assert.equal(await banner(page).count(), 0, `${file}: it is not broken yet`);
    const found = outcome(page).getByRole("button", { name: /^Go to / });
    const safety = !finds.startsWith("Liveness");
    if (safety) {
      assert.ok((await outcome(page).innerText()).startsWith(`${finds} is broken: `), file);
      await found.click();
      await banner(page).waitFor({ timeout: 5_000 });
      assert.ok((await banner(page).innerText()).startsWith(`${finds} is broken on `), file);
    }
    await person.button("Keep to the rules").click();
    await eventually("the rules are kept", async () => (await outcome(page).innerText()).startsWith("With the rules kept"));
    await found.click();
    assert.equal(await banner(page).count(), 0, `${file}: with the rules kept`);
    await person.button("Break the rule", { exact: true }).click();
    await eventually("the link is short again", async () => (await page.evaluate(() => location.hash)) === link);
  }
  assert.deepEqual(problems, []);
});

test("the banner leads to the moment at which the rule is broken", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#mistake=skip-up-to-date-check");
  await story(page).waitFor();
  await page.keyboard.press("Space");
  await banner(page).waitFor({ timeout: 20_000 });
  await page.keyboard.press("Space");
  const link = banner(page).getByRole("button", { name: /^Go to / });
  const moment = await link.innerText();
  await page.keyboard.press("Home");
  await eventually("it is not broken at the beginning", async () => (await banner(page).count()) === 0);
  await outcome(page).getByRole("button", { name: /^Go to / }).click();
  await eventually("it is broken there", async () => `${((await person.now()) / 1_000).toFixed(3)} s` === moment);
  assert.deepEqual(problems, []);
});
