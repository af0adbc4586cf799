// What this machine remembers from one visit to the next, and what is taken along as files.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";
import { assertSame } from "./picture.mjs";

/** Somebody who was here before. */
const AGAIN = { wishes: { again: true } };

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
  const { page, person, problems } = await meet(visit, t, "", AGAIN);
  await offer(page).waitFor();
  assert.match(await offer(page).innerText(), /seed 7, 3 servers, 1 thing was done, at 1\.200 s/);
  await eventually("nothing else is shown unasked", async () => (await person.servers()).length === 5);
  await person.button("Go on where you were").click();
  await eventually("it is shown", async () => (await person.servers()).length === 3);
  assert.equal(await person.now(), 1_200);
  await eventually("the address is the same", async () => (await hash(page)) === link);
  assert.equal(await offer(page).count(), 0);
  assert.deepEqual(problems, []);
});

test("a link says what to show, whatever was there the last time", async (t) => {
  await leave(t);
  const { page, person, problems } = await meet(visit, t, "#seed=9&servers=4", AGAIN);
  await eventually("the link is shown", async () => (await person.servers()).length === 4);
  assert.equal(await offer(page).count(), 0);
  assert.deepEqual(problems, []);
});

test("who does not want the last run is not asked again in this visit", async (t) => {
  await leave(t);
  const { page, person, problems } = await meet(visit, t, "", AGAIN);
  await person.button("No, thanks").click();
  await offer(page).waitFor({ state: "detached" });
  await eventually("the run is a new one", async () => (await person.servers()).length === 5);
  assert.deepEqual(problems, []);
});

test("speed, panels and the kind of mark are as they were left", async (t) => {
  const first = await meet(visit, t, "#seed=1&servers=3");
  await first.page.keyboard.press("[");
  await first.page.keyboard.press("m");
  const speed = await first.person.choice("Speed").inputValue();
  await eventually("it is kept", () => first.page.evaluate(() => localStorage.getItem("raftarium-settings")?.includes("machines")));
  const next = await meet(visit, t, "#seed=1&servers=3", AGAIN);
  assert.equal(await next.person.choice("Speed").inputValue(), speed);
  await next.page.getByRole("region", { name: "Keys and values" }).waitFor();
  await next.page.evaluate(() => localStorage.clear());
  assert.deepEqual([...first.problems, ...next.problems], []);
});

/** Saves what is shown in one of the ways that are offered, and gives the file's name and what is in it. */
async function save({ page, person }, name) {
  await person.button("Save…").click();
  const choice = page.getByRole("dialog", { name: "Save as" }).getByRole("button", { name });
  const [download] = await Promise.all([page.waitForEvent("download"), choice.click()]);
  await person.alert.filter({ hasText: "could not" }).waitFor({ state: "detached" });
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Gives the page a file by its button. */
async function give({ page, person }, name, content) {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), person.button("Open").click()]);
  await chooser.setFiles({ name, mimeType: "application/json", buffer: Buffer.from(content) });
}

test("a trace has everything that happened, and opens as its run; one that was changed is refused", async (t) => {
  const met = await meet(visit, t, "#scenario=07-fast-backup&at=600");
  const { page, person, problems } = met;
  await page.getByRole("complementary", { name: "Story" }).waitFor();
  const { name, bytes } = await save(met, /^Trace/);
  assert.equal(name, "raftarium-42-trace.json");
  const text = bytes.toString();
  const trace = JSON.parse(text);
  assert.deepEqual([trace.version, trace.until, trace.run.setup.servers], [1, 600, 7]);
  assert.ok(trace.records.length > 100 && trace.records.every(({ id }, place) => id === place));
  assert.ok(trace.records.every(({ id, cause }) => cause === null || cause < id));
  assert.match(trace.hash, /^[0-9a-f]{16}$/);

  await give(met, "trace.json", text.replace(trace.hash, "0123456789abcdef"));
  const says = new RegExp(`trace\\.json: .*0123456789abcdef, and its run gives ${trace.hash}`);
  await eventually("it is refused", async () => says.test(await person.alert.innerText()));
  await give(met, "trace.json", text);
  await eventually("it is a run of one's own", async () => (await hash(page)).startsWith("#run=1."));
  assert.equal(await person.now(), 600);
  assert.equal((await person.servers()).length, 7);
  assert.deepEqual(problems, []);
});

test("a run is saved as a scenario, and opened elsewhere it comes to the same state", async (t) => {
  const met = await meet(visit, t, "#seed=42&servers=3");
  const { page, person, problems } = met;
  await person.reach(900);
  await person.ask({ key: "x", value: "1" });
  await person.reach(1_200);
  // Two things at once: the second a moment after the first.
  for (const key of ["2", "c", "1", "i"]) await page.keyboard.press(key);
  await person.reach(2_000);
  await person.selectNothing();
  const words = await person.words();
  const { name, bytes } = await save(met, /^Scenario/);
  assert.equal(name, "raftarium-42-scenario.json");
  const text = bytes.toString();
  const { title, look, steps, end } = JSON.parse(text);
  assert.equal(title, "3 servers, seed 42");
  assert.match(look, /^At the end: .*S2 is down/);
  assert.deepEqual(steps.map((step) => step.do).filter(Boolean), [
    [{ put: { client: 1, key: "x", value: "1" } }],
    [{ crash: "S2" }, { isolate: "S1" }],
  ]);
  assert.equal(steps.at(-1).at, 2_000);
  assert.ok(end.some((condition) => condition.not?.up === "S2"));

  const other = await meet(visit, t, "#seed=7&servers=5");
  await give(other, name, text);
  const story = other.page.getByRole("complementary", { name: "Story" });
  await story.getByRole("heading", { name: title, exact: true }).waitFor();
  const outcome = story.getByRole("note", { name: "What comes of it" });
  assert.match(await outcome.innerText(), /^Everything came out as it should\./);
  const told = await story.getByRole("list", { name: "Steps" }).innerText();
  for (const words of ["S1 leads in term 1.", "The power of S2 fails.", "S1 is cut off from the others.", "S2 is down"]) {
    assert.ok(told.includes(words), `${words} is not in ${told}`);
  }
  await other.person.reach(2_000);
  await story.getByRole("button", { name: "Close story" }).click();
  await other.person.selectNothing();
  // What would be asked next belongs to the person.
  await other.person.field("Value").fill(await person.field("Value").inputValue());
  assertSame(await other.person.words(), words);

  // What is changed in the file, and no longer so, is told.
  await give(other, "changed.json", text.replace('"is": "1" }', '"is": "2" }'));
  await eventually("it is told", async () => /^It did not come out as it should, in the end: .* x = 2/.test(await outcome.innerText()));
  await give(other, "wrong.json", text.replace('"crash"', '"crush"'));
  const line = text.split("\n").findIndex((one) => one.includes('"crash"')) + 1;
  const says = new RegExp(`wrong\\.json: It cannot be shown: line ${line}, column \\d+: unknown variant `);
  await eventually("the line is named", async () => says.test(await other.person.alert.innerText()));
  assert.deepEqual([...problems, ...other.problems], []);
});

for (const link of ["#scenario=05-partition&at=400", "#seed=3&servers=21&at=400"]) {
  test(`a picture of ${link} is whole without the page`, async (t) => {
    const met = await meet(visit, t, link);
    const { page, person, problems } = met;
    if (link.includes("scenario")) await page.getByRole("complementary", { name: "Story" }).waitFor();
    const servers = (await person.servers()).map(({ id }) => id);
    const svg = (await save(met, /^Picture .SVG/)).bytes.toString();
    const png = (await save(met, /^Picture .PNG/)).bytes;
    assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    for (const foreign of ["var(", "light-dark(", "color-mix(", "oklab(", "class="]) {
      assert.ok(!svg.includes(foreign), `${foreign} is known to the page only`);
    }
    // Alone in an empty page, it has the names of all servers, and is drawn.
    const other = await visit.context.newPage();
    t.after(() => other.close());
    await other.setContent(svg);
    const texts = await other.locator("svg text").allTextContents();
    for (const id of servers) assert.ok(texts.some((text) => text.includes(id)), id);
    const size = await other.evaluate(async (bytes) => {
      const { width, height } = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
      return { width, height };
    }, [...png]);
    const { width, height } = await other.locator("svg").first().boundingBox();
    assert.deepEqual(size, { width: width * 3, height: height * 3 });
    assert.deepEqual(problems, []);
  });
}
