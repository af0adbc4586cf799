// Scenarios: chosen from the library, told beside the run, and handed on by a short link.

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
const story = (page) => page.getByRole("complementary", { name: "Story" });
const library = (page) => page.getByRole("dialog", { name: "Scenarios and broken rules" });
const options = (page) => library(page).getByRole("option");
const title = (page, name) => story(page).getByRole("heading", { name, exact: true });

/** The list that comes with the page, as whoever wrote it sees it. */
async function index() {
  const response = await fetch(`${visit.url}scenarios/index.json`);
  return response.json();
}

/** Opens the library with its key. */
async function openLibrary(page) {
  await page.keyboard.press("o");
  await options(page).first().waitFor();
}

test("the library has all scenarios, in their groups, each with what to look for", async (t) => {
  const { page, problems } = await meet(visit, t, "#seed=42&servers=5");
  const { groups, scenarios } = await index();
  assert.equal(new Set(scenarios.map(({ number }) => number)).size, 34);
  await page.getByRole("button", { name: "Scenarios", exact: true }).click();
  await options(page).first().waitFor();
  for (const { group, name } of groups) {
    const inside = library(page).getByRole("group", { name, exact: true });
    const texts = await inside.getByRole("option").allInnerTexts();
    const expected = scenarios.filter((scenario) => scenario.group === group);
    assert.equal(texts.length, expected.length, name);
    for (const { number, title: words, look } of expected) {
      assert.ok(texts.some((text) => text.includes(`${number}. ${words}`) && text.includes(look)), words);
    }
  }
  await page.keyboard.press("Escape");
  await library(page).waitFor({ state: "detached" });
  assert.deepEqual(problems, []);
});

test("a scenario is found by typing, chosen with the keyboard, and told step by step", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42&servers=5");
  await openLibrary(page);
  await page.keyboard.type("figure 8 §5.4.2");
  await eventually("three fit", async () => (await options(page).count()) === 3);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await title(page, "8. Figure 8, (a) to (d)").waitFor();
  assert.equal(await hash(page), "#scenario=08-figure-8");
  assert.equal((await person.servers()).length, 5);
  const steps = story(page).getByRole("list", { name: "Steps" });
  const first = steps.getByRole("listitem").filter({ hasText: "(b) S5 leads term 3" }).first();
  await first.getByRole("button", { name: /^Go to / }).click();
  await eventually("that step is the current one", async () => (await first.getAttribute("aria-current")) === "step");
  const s5 = (await person.servers()).find(({ id }) => id === "S5");
  assert.deepEqual([s5.role, s5.term], ["leader", 3]);
  assert.deepEqual(problems, []);
});

test("every scenario opens, and comes out as it should", async (t) => {
  const { page, problems } = await meet(visit, t, "#seed=42&servers=5");
  for (const { file, number, title: words } of (await index()).scenarios) {
    const link = `#scenario=${file.replace(".json", "")}`;
    await page.evaluate((to) => (location.hash = to), link);
    await title(page, `${number}. ${words}`).waitFor({ timeout: 10_000 });
    const outcome = story(page).getByRole("note", { name: "What comes of it" });
    assert.match(await outcome.innerText(), /^Everything came out as it should\./, file);
    assert.equal(await story(page).getByText("not looked at").count(), 0, file);
    assert.equal(await hash(page), link);
  }
  assert.deepEqual(problems, []);
});

test("a number is enough of a link, and a moment may follow", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#scenario=7&at=500");
  await title(page, "7. Fast backup").waitFor();
  assert.equal(await person.now(), 500);
  await eventually("the link is whole", async () => (await hash(page)) === "#scenario=07-fast-backup");
  assert.deepEqual(problems, []);
});

test("whoever acts in a scenario has a run of their own, and the way back", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#scenario=7&at=500");
  await title(page, "7. Fast backup").waitFor();
  await page.keyboard.press("3");
  await page.keyboard.press("c");
  await eventually("the address holds the run", async () => (await hash(page)).startsWith("#run=1."));
  await page.keyboard.press("Escape");
  await person.button("Back to the story").click();
  await eventually("it is the story again", async () => (await hash(page)) === "#scenario=07-fast-backup");
  assert.ok((await person.servers()).every(({ role }) => role !== "crashed"));
  assert.deepEqual(problems, []);
});

test("from one scenario to the next, and out of them", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#scenario=01-first-election");
  await title(page, "1. First election").waitFor();
  await person.button("Next scenario").click();
  await title(page, "2. Leader crash").waitFor();
  await person.button("Previous scenario").click();
  await title(page, "1. First election").waitFor();
  await person.button("Close story").click();
  await person.inspector.getByRole("heading", { name: "Overview" }).waitFor();
  assert.deepEqual(problems, []);
});

test("a scenario that there is not is named, and nothing changes", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=7&servers=3");
  for (const [link, says] of [
    ["#scenario=99", /No scenario is called “99”/],
    ["#scenario=../README", /“\.\.\/README” is not a scenario; allowed is/],
  ]) {
    await page.evaluate((to) => (location.hash = to), link);
    await eventually(`${says} is said`, async () => says.test(await person.alert.innerText()));
    assert.equal((await person.servers()).length, 3);
    await eventually("the address is that of the run", async () => (await hash(page)) === "#seed=7&servers=3");
  }
  assert.deepEqual(problems, []);
});

test("a scenario in a file is told, and one that is spoilt is named with its line", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42&servers=5");
  const text = await (await fetch(`${visit.url}scenarios/05-partition.json`)).text();
  const give = async (name, content) => {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), person.button("Open").click()]);
    await chooser.setFiles({ name, mimeType: "application/json", buffer: Buffer.from(content) });
  };
  await give("mine.json", text.replace('"title"', '"titel"'));
  const says = /mine\.json: It cannot be shown: line 4, column 9: unknown field `titel`/;
  await eventually("the line is said", async () => says.test(await person.alert.innerText()));
  assert.equal(await story(page).count(), 0);
  await give("mine.json", text.replace("Partition 2 / 3", "Mine"));
  await title(page, "5. Mine").waitFor();
  await eventually("the address holds all of it", async () => (await hash(page)).startsWith("#run=1."));
  assert.deepEqual(problems, []);
});
