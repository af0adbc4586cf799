// Why: what a person sees can be asked about, and the answer leads to where it came about.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shot, startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

/** A page in which somebody leads, standing still. */
async function settled(t, options) {
  const met = await meet(visit, t, "#seed=42", options);
  await met.person.reach(1_000);
  const leader = (await met.person.leader()).id;
  const others = (await met.person.servers()).map(({ id }) => id).filter((id) => id !== leader);
  return { ...met, leader, others };
}

/** The same, and the leader is cut off with an entry that nobody else has. */
async function isolated(t, options) {
  const met = await settled(t, options);
  const { person, leader } = met;
  await person.select(leader);
  await person.button("Isolate").click();
  await person.ask({ server: leader, key: "x", value: "1" });
  await person.playUntil("it has the entry", async () => (await person.holders("x=1")).length > 0);
  return met;
}

const entry = (person, leader) => person.logGrid.getByRole("button", { name: new RegExp(`^${leader} index 2, x=1`) });

test("why is this not committed: from the inspector of the entry", async (t) => {
  const { page, person, problems, leader } = await isolated(t);
  await entry(person, leader).click();
  await person.inspector.getByRole("button", { name: "Why is it not committed?" }).click();
  const { question, causes } = await person.answer();
  assert.equal(question, `Why is entry 2 on ${leader} not committed?`);
  assert.match(causes[0].words, /1 of 5 voters; a majority is 3 \(§5\.3\)\.$/);
  const cut = causes.find(({ words }) => words.includes("the network is cut there"));
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Why is entry 2/);
  const asked = await person.now();

  await person.follow(/the network is cut there/);
  await eventually("it is that moment", async () => Math.floor((await person.now())) === Math.floor(cut.at));
  await person.inspector.getByRole("heading", { name: /^Link / }).waitFor();
  assert.equal((await person.answer()).question, question, "the answer stays");
  await person.inspector.getByRole("button", { name: /where it was asked$/ }).click();
  await eventually("it is the moment again", async () => (await person.now()) === asked);
  await person.inspector.getByRole("heading", { name: `Index 2 on ${leader}` }).waitFor();
  await person.button("Close answer").click();
  assert.equal(await person.inspector.getByRole("list", { name: "Causes" }).count(), 0);
  assert.deepEqual(problems, []);
});

test("why is this server not a candidate: from its menu", async (t) => {
  const { person, problems, leader, others } = await settled(t);
  const [one] = others;
  await person.choose(person.server(one), "Why is it not a candidate?", "Why?");
  const { question, causes } = await person.answer();
  assert.equal(question, `Why is ${one} not a candidate?`);
  assert.match(causes[0].words, new RegExp(`has just heard from ${leader}`));
  assert.ok(causes.some(({ words, at }) => words.startsWith("Its election timer runs until") && at > causes[0].at));
  await person.follow(/was elected leader/);
  await person.inspector.getByRole("heading", { name: leader, exact: true }).waitFor();
  await eventually("it is when it was elected", async () => (await person.leader())?.id === leader);
  assert.deepEqual(problems, []);
});

test("why did it vote no: from the palette, with the keyboard alone", async (t) => {
  const { page, person, problems, leader, others } = await settled(t);
  const [one, two] = others;
  await person.select(one);
  await page.keyboard.press("t");
  await person.playUntil("it has asked", async () => (await person.told()).some((words) => words.startsWith(`${two} puts aside`)));
  assert.equal(await person.say(`why ${two} vote no`), `Why did ${two} vote no?`);
  const { question, causes } = await person.answer();
  assert.equal(question, `Why did ${two} vote no?`);
  assert.match(causes[0].words, new RegExp(`puts aside what ${one} asks .* it hears from ${leader}.*\\(§4\\.2\\.3`));
  assert.ok(causes.some(({ words }) => words === `The election timer of ${one} is made to run out.`));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  const first = causes[0].at;
  await page.keyboard.press("Enter");
  await eventually("it is when it said so", async () => Math.floor(await person.now()) === Math.floor(first));
  assert.deepEqual(problems, []);
});

test("why did this leader step down: with a key, and from the list of its requests why there is no answer", async (t) => {
  const { page, person, problems, leader } = await isolated(t);
  await person.playUntil("it has stepped down", async () => (await person.see(leader)).role !== "leader");
  await person.select(leader);
  await person.inspector.getByRole("button", { name: "Why did it step down?" }).click();
  const { causes } = await person.answer();
  assert.match(causes[0].words, /has not heard from a majority in time \(§6\.2 of the dissertation\)\.$/);
  assert.ok(causes.some(({ words }) => words.includes("the network was cut")));
  await person.server(leader).focus();
  await page.keyboard.press("w");
  await eventually("another answer", async () => /^Why is S\d (not )?a candidate\?$/.test((await person.answer()).question));
  await person.page.getByRole("button", { name: /^Why put x=1 of C1: / }).click();
  await eventually("it is answered", async () => (await person.answer()).question === "Why has this request no answer?");
  assert.ok((await person.answer()).causes.some(({ words }) => words.includes("made it entry 2")));
  assert.deepEqual(problems, []);
});

test("what is not so is said, and nothing else changes", async (t) => {
  const { person, problems, others } = await settled(t);
  const [one] = others;
  const before = await person.picture();
  assert.equal(await person.say(`why ${one} step down`), `Why did ${one} step down?`);
  await eventually("it is said", async () => (await person.alert.innerText()).includes(`${one} has not stepped down`));
  assert.deepEqual(await person.picture(), before);
  assert.deepEqual(problems, []);
});

for (const [name, size] of Object.entries({ wide: { width: 1440, height: 900 }, narrow: { width: 375, height: 812 } })) {
  for (const colorScheme of ["light", "dark"]) {
    test(`an answer is on the screen: ${name}, ${colorScheme}`, async (t) => {
      const { page, person, problems, leader } = await isolated(t, { size, media: { colorScheme } });
      await entry(person, leader).click();
      await page.keyboard.press("w");
      await person.answer();
      const causes = person.inspector.getByRole("list", { name: "Causes" });
      const { x, y, width } = await causes.boundingBox();
      assert.ok(x >= 0 && x + width <= size.width && y >= 0 && y < size.height);
      await shot(page, `why-${name}-${colorScheme}`);
      assert.deepEqual(problems, []);
    });
  }
}
