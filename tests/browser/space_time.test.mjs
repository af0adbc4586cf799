// The space-time diagram, its links with ring and log, the jumps from mark to mark, and the state machines.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { shot, startVisit } from "./harness.mjs";
import { box, eventually, meet } from "./person.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

/** A page at 700 ms of seed 42, with `x=1` committed, and the diagram open. */
async function opened(t, options = { size: { width: 1440, height: 1100 } }) {
  const met = await meet(visit, t, "#seed=42", options);
  const { page, person } = met;
  await person.reach(500);
  await person.ask({ key: "x", value: "1" });
  await person.reach(700);
  await person.button("Space–time").click();
  const diagram = page.getByRole("application", { name: "Space-time diagram" });
  await diagram.waitFor();
  return { ...met, diagram, caption: page.getByRole("status", { name: "Pointed at" }) };
}

/** Whether the light is on an element. */
const isLit = (place) => place.evaluate((element) => getComputedStyle(element).getPropertyValue("--lit").trim() !== "");

/** What the diagram shows, as seen on the screen. */
const seen = async (diagram) => (await diagram.screenshot()).toString("base64");

/** The moments that the diagram's summary names: from, to. */
async function stretch(diagram) {
  const words = await diagram.evaluate(
    (element) => document.getElementById(element.getAttribute("aria-describedby")).textContent,
  );
  return /From (\d+\.\d{3}) s to (\d+\.\d{3}) s/.exec(words).slice(1).map(Number);
}

test("a server that is pointed at or has the focus is lit in the ring, the log and the diagram", async (t) => {
  const { page, person, diagram, problems } = await opened(t);
  const row = person.logGrid.getByRole("rowheader", { name: /^S3/ });
  const before = await seen(diagram);
  assert.equal(await isLit(row), false);
  await person.server("S3").hover();
  await eventually("the row is lit", () => isLit(row));
  assert.equal(await isLit(person.server("S3")), true);
  assert.equal(await isLit(person.server("S1")), false);
  assert.notEqual(await seen(diagram), before, "its lane is lit");
  await page.getByRole("heading", { name: "Log", exact: true }).hover();
  await eventually("the light is off", async () => !(await isLit(row)));

  await person.server("S3").focus();
  await eventually("the row is lit", () => isLit(row));
  await person.slider.focus();
  await eventually("the light is off", async () => !(await isLit(row)));

  // And from the diagram: the second of eight lanes is S2's.
  const { x, y, width, height } = await box(diagram);
  await page.mouse.move(x + 10, y + 18 + ((height - 38) / 8) * 1.5);
  await eventually("S2 is lit", () => isLit(person.server("S2")));
  assert.ok(width > 300);
  assert.deepEqual(problems, []);
});

test("an entry that is pointed at is lit with its copies, and so are the messages that brought it", async (t) => {
  const { person, diagram, problems } = await opened(t);
  const cell = (server) => person.logGrid.getByRole("button", { name: new RegExp(`^${server} index 2, x=1`) });
  const before = await seen(diagram);
  await cell("S1").hover();
  await eventually("the copies are lit", () => isLit(cell("S5")));
  assert.equal(await isLit(person.logGrid.getByRole("button", { name: /^S1 index 1, / })), false);
  assert.notEqual(await seen(diagram), before);
  assert.deepEqual(problems, []);
});

test("messages are gone through with the keys, told in words, lit, and selected", async (t) => {
  const { page, person, diagram, caption, problems } = await opened(t);
  await diagram.focus();
  await page.keyboard.press("ArrowDown");
  const first = await eventually("a message is told", () => caption.textContent());
  assert.match(first, /^.+, [SC]\d to [SC]\d, sent at \d\.\d{3} s, (arrived|lost|arrives) at \d\.\d{3} s$/);
  await page.keyboard.press("ArrowDown");
  const second = await eventually("another is told", async () => {
    const words = await caption.textContent();
    return words !== first && words;
  });
  await page.keyboard.press("ArrowUp");
  await eventually("the first is told again", async () => (await caption.textContent()) === first);
  const [, from, to] = /, ([SC]\d) to ([SC]\d), /.exec(first);
  for (const id of [from, to].filter((name) => name.startsWith("S"))) {
    assert.equal(await isLit(person.logGrid.getByRole("rowheader", { name: new RegExp(`^${id}`) })), true, id);
  }
  await page.keyboard.press("Enter");
  await person.inspector.getByRole("heading", { name: "Message" }).waitFor();
  assert.equal((await person.facts()).From, from);
  assert.notEqual(first, second);

  // Go through them until one has brought x=1: then its cell is lit.
  const cells = person.logGrid.getByRole("button", { name: /^S\d index 2, x=1/ });
  await diagram.focus();
  const litCell = async () => {
    await page.keyboard.press("ArrowDown");
    const all = await cells.all();
    return (await Promise.all(all.map(isLit))).filter(Boolean).length === 1;
  };
  await eventually("a message has brought an entry", litCell);
  assert.match(await caption.textContent(), /^(append|request|1 entry)/);
  assert.deepEqual(problems, []);
});

test("the diagram is panned and zoomed with keys, buttons, wheel and mouse, and goes back to now", async (t) => {
  const { page, person, diagram, problems } = await opened(t);
  const start = await stretch(diagram);
  assert.ok(start[0] < 0.7 && 0.7 < start[1]);
  const after = async (act) => {
    const [before] = [await stretch(diagram)];
    await act();
    return eventually("the stretch is another", async () => {
      const now = await stretch(diagram);
      return String(now) !== String(before) && now;
    });
  };
  const key = (name) => () => diagram.press(name);
  const length = ([from, to]) => to - from;
  const wider = await after(key("-"));
  assert.ok(length(wider) > length(start));
  const closer = await after(key("+"));
  assert.ok(Math.abs(length(closer) - length(start)) < 0.002);
  const earlier = await after(key("ArrowLeft"));
  assert.ok(earlier[0] < closer[0] && earlier[1] < closer[1]);
  assert.equal(await person.now(), 700, "panning is not going back in time");
  await after(key("0"));
  const again = await stretch(diagram);
  assert.ok(again[0] < 0.7 && 0.7 < again[1]);
  assert.ok(length(await after(() => person.button("Zoom in").click())) < length(again));

  await person.look(diagram);
  const { x, y, width, height } = await box(diagram);
  await page.mouse.move(x + width / 2, y + height - 8);
  const wheeled = await after(() => page.mouse.wheel(0, 300));
  const dragged = await after(() =>
    person.draw({ x: x + width / 2, y: y + height - 8 }, { x: x + width / 2 + 120, y: y + height - 8 }),
  );
  assert.ok(dragged[0] < wheeled[0], "what was on the left comes into sight");
  assert.ok(Math.abs(length(dragged) - length(wheeled)) < 0.002);
  assert.equal(await person.now(), 700);
  await after(() => person.button("Follow now").click());
  assert.deepEqual(problems, []);
});

test("a press in the diagram goes to that moment, and on a name selects the server", async (t) => {
  const { page, person, diagram, problems } = await opened(t);
  await person.look(diagram);
  const [from, to] = await stretch(diagram);
  const { x, y, width, height } = await box(diagram);
  await page.mouse.click(x + 40 + (width - 40) / 2, y + height - 5);
  const expected = ((from + to) / 2) * 1_000;
  await eventually("the moment is gone to", async () => Math.abs((await person.now()) - expected) < 5);
  await page.mouse.click(x + 10, y + 18 + ((height - 38) / 8) * 3.5);
  await person.inspector.getByRole("heading", { name: "S4", exact: true }).waitFor();
  assert.deepEqual(problems, []);
});

test("from mark to mark, by kind, with buttons and keys", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(600);
  const { id } = await person.leader();
  await person.select(id);
  await person.button("Crash").click();
  await person.playUntil("another leads", async () => (await person.leader())?.id !== id && person.leader());
  await person.choice("Kind of mark").selectOption("crashes");
  await person.button("Previous crash").click();
  assert.equal((await person.see(id)).role, "crashed");
  assert.equal(Math.abs((await person.now()) - 600) <= 1, true);
  assert.equal(await person.button("Previous crash").getAttribute("aria-disabled"), "true");
  await person.button("Previous crash").press("Enter");
  await eventually("it is said that there is none", async () => (await person.alert.innerText()).includes("No earlier crash"));

  await person.choice("Kind of mark").selectOption("elections");
  await person.slider.press("Home");
  await page.getByRole("heading", { name: "Cluster" }).click();
  await page.keyboard.press(".");
  const election = await person.now();
  assert.ok((await person.servers()).some(({ role }) => role === "candidate"));
  await page.keyboard.press(".");
  assert.ok((await person.now()) > election);
  assert.ok(await person.leader(), "the next mark is that of the leader");
  await page.keyboard.press(",");
  assert.equal(await person.now(), election);
  assert.deepEqual(problems, []);
});

test("the state machines stand where the logs do, and lag is marked", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(500);
  await person.ask({ key: "x", value: "1" });
  await person.button("State machines").click();
  const table = page.getByRole("region", { name: "Keys and values" });
  const rows = async () => (await table.getByRole("row").allTextContents()).slice(1);
  const values = async () => (await table.getByRole("columnheader", { name: "x" }).count()) === 1 && (await rows());
  let lagged = false;
  await eventually("all have applied it", async () => {
    await person.button("One event forward").click();
    const all = await values();
    lagged ||= Boolean(all) && all.some((row) => row.includes("not as on the server"));
    return all && all.every((row) => !row.includes("not as on the server"));
  });
  assert.ok(lagged, "the leader applies first");
  const prints = (await rows()).map((row) => /[0-9a-f]{8}/.exec(row)[0]);
  assert.equal(new Set(prints).size, 1);
  await page.getByRole("heading", { name: "Cluster" }).click();
  await page.keyboard.press("m");
  await person.logGrid.waitFor();
  assert.deepEqual(problems, []);
});

for (const [name, size] of Object.entries({ wide: { width: 1440, height: 900 }, narrow: { width: 375, height: 812 } })) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing with the diagram and the state machines open: ${name}, ${colorScheme}`, async (t) => {
      const { page, person, problems } = await opened(t, { size, media: { colorScheme } });
      await person.button("State machines").click();
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" "))}`), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is too wide");
      await shot(page, `space-time-${name}-${colorScheme}`, { fullPage: true });
      assert.deepEqual(problems, []);
    });
  }
}
