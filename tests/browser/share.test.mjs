// A run is handed on: the address, a link, a file; and taken from each of them.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";
import { assertSame } from "./picture.mjs";

let visit;
before(async () => {
  visit = await startVisit();
  await visit.context.grantPermissions(["clipboard-read", "clipboard-write"]);
});
after(() => visit?.close());

const hash = (page) => page.evaluate(() => location.hash);
const told = (page) => page.getByRole("status", { name: "What happens" });

/** A run in which S2 crashed at 500 ms, looked at 1,200 ms. */
async function crashed(t) {
  const met = await meet(visit, t, "#seed=42&servers=5");
  await met.person.reach(500);
  await met.page.keyboard.press("2");
  await met.page.keyboard.press("c");
  await met.person.reach(1_200);
  await eventually("the address holds the run", async () => (await hash(met.page)).startsWith("#run=1."));
  return met;
}

/** Saves the run with two keys: it is what is offered first. */
async function save(page) {
  await page.keyboard.press("s");
  await page.getByRole("dialog", { name: "Save as" }).waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  return download;
}

test("the address holds what was done, and another page that is opened with it does the same", async (t) => {
  const { page, person, problems } = await crashed(t);
  const address = await hash(page);
  const other = await meet(visit, t, address);
  assert.equal(await hash(other.page), address);
  await other.person.reach(1_200);
  await other.page.keyboard.press("2");
  assertSame(await other.person.words(), await person.words());
  assert.deepEqual([...problems, ...other.problems], []);
});

test("a link that is copied leads to the moment, and the copying is told", async (t) => {
  const { page, person, problems } = await crashed(t);
  await person.button("Copy link").focus();
  await page.keyboard.press("Enter");
  await eventually("it is told", async () => (await told(page).textContent()).includes("The link is copied."));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(link.startsWith(`${visit.url}#run=1.`) && link.endsWith("&at=1200"), link);
  const other = await meet(visit, t, link.slice(visit.url.length));
  assert.equal(await other.person.now(), 1_200);
  await other.page.keyboard.press("2");
  assertSame(await other.person.words(), await person.words());
  assert.deepEqual([...problems, ...other.problems], []);
});

test("a run is saved as a file, and the file is opened", async (t) => {
  const { page, person, problems } = await crashed(t);
  const download = await save(page);
  assert.equal(download.suggestedFilename(), "raftarium-42.json");
  const file = await download.path();
  const run = JSON.parse(await readFile(file, "utf8"));
  assert.deepEqual([run.setup.seed, run.commands.length, run.at], [42, 1, 1_200]);

  const other = await meet(visit, t, "#seed=7&servers=3");
  const [chooser] = await Promise.all([other.page.waitForEvent("filechooser"), other.person.button("Open").click()]);
  await chooser.setFiles(file);
  await eventually("it is shown", async () => (await other.person.servers()).length === 5);
  assert.equal(await other.person.now(), 1_200);
  await other.page.keyboard.press("2");
  assertSame(await other.person.words(), await person.words());
  await eventually("the address follows", async () => (await hash(other.page)) === (await hash(page)));
  assert.deepEqual([...problems, ...other.problems], []);
});

test("a file that is no run is named, with what is wrong, and changes nothing", async (t) => {
  const { page, person, problems } = await crashed(t);
  const [before_, address] = [await person.words(), await hash(page)];
  const folder = path.dirname(await (await save(page)).path());
  for (const [text, reason] of [
    ["hello", /no-run\.json: It cannot be shown: line 1, column 1: expected value/],
    ["{}", /it is no run; allowed are/],
    ['{"setup":{"servers":52},"commands":[]}', /^no-run\.json: The run cannot be shown: servers is 52; allowed are 1 to 51\.$/],
    ['{"setup":{},"commands":[{"at":1,"command":{"Crash":{"server":9}}}]}', /command 0: .*S9.*S1 to S5/],
  ]) {
    const file = path.join(folder, "no-run.json");
    await writeFile(file, text);
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), person.button("Open").click()]);
    await chooser.setFiles(file);
    await eventually(`${reason} is said`, async () => reason.test(await person.alert.innerText()));
    assertSame(await person.words(), before_);
    assert.equal(await hash(page), address);
  }
  assert.deepEqual(problems, []);
});

test("a link that is not whole is named, and the run goes on", async (t) => {
  const { page, person, problems } = await crashed(t);
  const address = await hash(page);
  await page.evaluate((text) => (location.hash = text), address.slice(0, -2));
  await eventually("it is said", async () => (await person.alert.innerText()).includes("the link is not whole"));
  assert.equal(await hash(page), address);
  assert.equal(await person.now(), 1_200);
  assert.deepEqual(problems, []);
});
