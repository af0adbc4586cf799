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
  await person.choose(person.server(leader), "Isolate");
  await person.ask({ server: leader, key: "x", value: "1" });
  await person.reach(1_100);
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
  await eventually("it is that moment", async () => Math.floor(await person.now()) === cut.at);
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
  const { page, person, problems, others } = await settled(t);
  const [one, two] = others;
  for (const id of [one, two]) await person.choose(person.server(id), "Time out now");
  await person.reach(1_050);
  assert.equal(await person.say(`why ${two} vote no`), `Why did ${two} vote no?`);
  const { question, causes } = await person.answer();
  assert.equal(question, `Why did ${two} vote no?`);
  assert.equal(causes[0].words, `${two} does not vote for ${one}: it voted for ${two} (§5.2).`);
  assert.ok(causes.some(({ words }) => words === `The election timer of ${one} is made to run out.`));
  for (const key of ["Tab", "Tab", "Enter"]) await page.keyboard.press(key);
  await eventually("it is when it said so", async () => Math.floor(await person.now()) === causes[0].at);
  assert.deepEqual(problems, []);
});

test("why did this leader step down, and why has that request no answer", async (t) => {
  const { page, person, problems, leader } = await isolated(t);
  await person.reach(1_500);
  await person.heal.click();
  await person.reach(1_800);
  await person.select(leader);
  await person.inspector.getByRole("button", { name: "Why did it step down?" }).click();
  const { causes } = await person.answer();
  assert.match(causes[0].words, /^S\d steps down as leader: S\d is in a later term \(§5\.1\)\.$/);
  assert.ok(causes.some(({ words }) => words.includes("the network was cut")), JSON.stringify(causes));
  await page.keyboard.press("w");
  await eventually("another answer", async () => (await person.answer()).question === `Why is ${leader} not a candidate?`);
  await page.getByRole("button", { name: /^Why put x=1 of C1: / }).click();
  await eventually("it is answered", async () => /^Why (has|was) this request/.test((await person.answer()).question));
  assert.ok((await person.answer()).causes.length > 0);
  await page.keyboard.press("Escape");
  await person.inspector.getByRole("heading", { name: "Overview" }).waitFor();
  assert.equal(await person.inspector.getByRole("list", { name: "Causes" }).count(), 0);
  assert.deepEqual(problems, []);
});

test("what happened is asked about where it is told, and the answer is of that moment", async (t) => {
  const { page, person, problems, leader } = await isolated(t);
  await person.reach(1_500);
  const next = await person.leader();
  await page.keyboard.press("e");
  const elected = `${next.id} is elected leader of term ${next.term}.`;
  const told = (await person.sentences()).find(({ words }) => words === elected);
  await person.events.getByRole("button", { name: `Why? ${elected}`, exact: true }).press("Enter");
  const { question, causes } = await person.answer();
  assert.equal(question, `Why is ${next.id} the leader?`);
  assert.equal(causes[0].at, told.at);
  assert.equal(Math.floor(await person.now()), told.at);
  assert.ok(causes.some(({ words }) => words.includes("the network was cut")), JSON.stringify(causes));
  assert.equal((await person.see(leader)).cutOff, true);
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
