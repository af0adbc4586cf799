// Which run it is: the seed and the number of servers, on the page and in the address.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";
import { assertSame } from "./picture.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

const hash = (page) => page.evaluate(() => location.hash);
const seedOf = (person) => person.field("Seed").inputValue();
const ALLOWED = { seed: /0 to 18446744073709551615/, servers: /1 to 51/ };

test("the address says which run it is, and the page shows it", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=7&servers=3");
  assert.equal(await seedOf(person), "7");
  assert.equal(await person.choice("Servers").inputValue(), "3");
  assert.deepEqual((await person.servers()).map(({ id }) => id), ["S1", "S2", "S3"]);
  assert.equal(Object.keys(await person.links()).length, 3);
  assert.equal(await hash(page), "#seed=7&servers=3");
  assert.deepEqual(problems, []);
});

test("without an address there is a run all the same, and then there is an address", async (t) => {
  const { page, person, problems } = await meet(visit, t, "");
  assert.equal((await person.servers()).length, 5);
  assert.equal(await hash(page), `#seed=${await seedOf(person)}&servers=5`);
  assert.deepEqual(problems, []);
});

test("a seed that is typed begins another run, which the address names", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  await person.reach(500);
  await person.field("Seed").fill("7");
  await person.field("Seed").press("Enter");
  await eventually("the address changes", async () => (await hash(page)) === "#seed=7&servers=5");
  assert.equal(await person.now(), 0);
  assert.equal(await person.end(), 0);
  await page.reload();
  await eventually("it is the same run", async () => (await seedOf(person)) === "7");
  await person.field("Seed").fill("18446744073709551615");
  await person.field("Seed").press("Enter");
  await eventually("the largest seed is a seed", async () => (await hash(page)) === "#seed=18446744073709551615&servers=5");
  assert.deepEqual(problems, []);
});

test("an address that is changed by hand begins that run", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  await page.evaluate(() => {
    location.hash = "#seed=9&servers=4";
  });
  await eventually("there are four servers", async () => (await person.servers()).length === 4);
  assert.equal(await seedOf(person), "9");
  await person.choice("Servers").selectOption("3");
  await eventually("there are three", async () => (await person.servers()).length === 3);
  assert.equal(await hash(page), "#seed=9&servers=3");
  assert.deepEqual(problems, []);
});

test("the number of servers that is shown is the number there is, whoever changed it last", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  for (const count of [4, 7, 4, 5]) {
    if (count === 7) await page.evaluate(() => (location.hash = "#seed=42&servers=7"));
    else await person.choice("Servers").selectOption(String(count));
    await eventually(`there are ${count}`, async () => (await person.servers()).length === count);
    assert.equal(await person.choice("Servers").inputValue(), String(count));
  }
  await page.evaluate(() => (location.hash = "#seed=42&servers=4"));
  await eventually("there are four", async () => (await person.servers()).length === 4);
  assert.equal(await person.choice("Servers").inputValue(), "4");
  assert.deepEqual(problems, []);
});

test("the same seed is the same run, in every page", async (t) => {
  const runs = [];
  for (const seed of [42, 42, 43]) {
    const { person } = await meet(visit, t, `#seed=${seed}`);
    await person.reach(800);
    assert.ok(await person.leader());
    runs.push(await person.picture());
  }
  assertSame(runs[1], runs[0]);
  assert.notDeepEqual(runs[2], runs[0], "another seed is another run");
});

test("a new seed can be drawn", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  await person.button("New seed").click();
  await eventually("another seed", async () => (await seedOf(person)) !== "42");
  assert.match(await seedOf(person), /^\d+$/);
  assert.equal(await hash(page), `#seed=${await seedOf(person)}&servers=5`);
  assert.deepEqual(problems, []);
});

test("what is typed and is no seed is named, with what is allowed, and changes nothing", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  await person.reach(400);
  const before = await person.words();
  for (const given of ["abc", "-1", "18446744073709551616", "1.5", ""]) {
    const field = person.field("Seed");
    await field.fill(given);
    await field.press("Enter");
    const said = await eventually(`“${given}” is named`, async () => {
      const text = await person.alert.innerText();
      return text.includes(`“${given}”`) && text;
    });
    assert.match(said, ALLOWED.seed);
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    const beside = await field.evaluate((input) => document.getElementById(input.getAttribute("aria-describedby"))?.textContent);
    assert.match(beside, ALLOWED.seed, "the field is described by it");
    assert.equal(await hash(page), "#seed=42&servers=5");
    assert.equal(await person.now(), 400);
    assertSame(await person.words(), before);
  }
  await person.field("Seed").fill("42");
  await person.field("Seed").press("Enter");
  await eventually("the words go away", async () => (await person.alert.innerText()).trim() === "");
  assert.equal(await person.now(), 400, "the seed it had is no other run");
  assert.deepEqual(problems, []);
});

test("nothing moves when there is something to say", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  await person.reach(200);
  for (const [width, height] of [[1440, 900], [1280, 800], [1024, 700]]) {
    await page.setViewportSize({ width, height });
    const before = await person.picture();
    const given = `9999999999999999${width}`;
    await person.field("Seed").fill(given);
    await person.field("Seed").press("Enter");
    await eventually("it is said", async () => (await person.alert.innerText()).includes(given));
    assertSame(await person.picture(), before, `at ${width} × ${height}`);
    await person.button("Dismiss").click();
  }
  assert.deepEqual(problems, []);
});

const BAD = [
  ["seed=abc", "“abc”", ALLOWED.seed],
  ["seed=-1", "“-1”", ALLOWED.seed],
  ["seed=18446744073709551616", "“18446744073709551616”", ALLOWED.seed],
  ["servers=0", "“0”", ALLOWED.servers],
  ["servers=10000", "“10000”", ALLOWED.servers],
  ["cluster=5", "`cluster=5`", /seed=….*servers=…/],
];

test("an address that cannot be is named, with what is allowed, and the run goes on", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=7&servers=3");
  await person.reach(400);
  const before = await person.words();
  for (const [bad, named, allowed] of BAD) {
    await page.evaluate((text) => {
      location.hash = text;
    }, `#${bad}`);
    const said = await eventually(`${named} is named`, async () => {
      const text = await person.alert.innerText();
      return text.includes(named) && text;
    });
    assert.match(said, allowed);
    assert.equal(await hash(page), "#seed=7&servers=3");
    assertSame(await person.words(), before);
  }
  assert.deepEqual(problems, []);
});

test("a page that is opened with an address that cannot be says so, and shows a run", async (t) => {
  for (const [bad, named, allowed] of BAD) {
    const { page, person, problems } = await meet(visit, t, `#${bad}`);
    const said = await person.alert.innerText();
    assert.ok(said.includes(named), said);
    assert.match(said, allowed);
    assert.equal((await person.servers()).length, 5);
    assert.deepEqual(problems, []);
    await page.close();
  }
});
