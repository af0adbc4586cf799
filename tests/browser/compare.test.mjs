// Two clusters side by side that differ in one thing, as a person compares them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { shot, startVisit } from "./harness.mjs";
import { Person, eventually, meet } from "./person.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

/** One of the two, seen as if it were alone. */
function side(page, letter) {
  const person = new Person(page);
  person.ring = page.getByRole("group", { name: `Servers and links of ${letter}`, exact: true });
  person.logGrid = page.getByRole("region", { name: `Log entries of ${letter}`, exact: true });
  return person;
}

const strip = (page) => page.getByRole("region", { name: "Comparison" });
const card = (page, letter) => strip(page).getByRole("group", { name: letter, exact: true });

/** Opens the form, fills it in, and gives both sides. */
async function compare(page, { rule, setting } = {}) {
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  const form = page.getByRole("form", { name: "Compare with" });
  await form.waitFor();
  if (rule) {
    await form.getByRole("combobox", { name: "They differ in" }).selectOption("one broken rule");
    await form.getByRole("combobox", { name: "In B, servers break it" }).selectOption(rule);
  } else if (setting) {
    await form.getByRole("combobox", { name: "Setting" }).selectOption(setting);
  }
  await form.getByRole("button", { name: "Compare" }).click();
  await strip(page).waitFor();
  return [side(page, "A"), side(page, "B")];
}

const terms = async (person) => Math.max(...(await person.servers()).map(({ term }) => term));
const commits = async (person) => Object.values(await person.logs()).map((log) => log.filter((entry) => !entry.endsWith("?")).length);

test("with PreVote a server that comes back from a partition leaves the term as it is, without it does not", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(1_000);
  const [a, b] = await compare(page);
  assert.match(await card(page, "A").innerText(), /PreVote off/);
  assert.match(await card(page, "B").innerText(), /PreVote on/);
  const [before, beforeB] = [await terms(a), await terms(b)];
  const leads = (await a.leader()).id;
  assert.equal((await b.leader()).id.length, 2);
  const alone = (await a.servers()).map(({ id }) => id).find((id) => id !== leads);

  // Drawn in one, cut in both.
  await a.drawAround([alone]);
  assert.equal((await a.cuts()).length, 4);
  assert.deepEqual(await b.cuts(), await a.cuts());
  await person.playUntil("it tries again and again", async () => (await terms(a)) > before + 2);
  await page.keyboard.press("h");
  assert.deepEqual(await b.cuts(), []);
  const end = Math.ceil((await person.now()) / 10) * 10 + 1_000;
  await person.reach(end);
  assert.ok((await terms(a)) > before + 2);
  assert.equal(await terms(b), beforeB, "nobody was disturbed");

  // Where they part is a link, and both are there.
  const parting = strip(page).getByRole("button", { name: /^Go to / }).first();
  const at = Number(/([\d.]+) s/.exec(await parting.innerText())[1]) * 1_000;
  await parting.click();
  assert.equal(await person.now(), Math.floor(at));
  assert.match(await strip(page).innerText(), /A: .* starts an election .*B: .* asks whether it could win/s);

  // The address holds all of it.
  await eventually("the address says so", () => page.url().includes("&with=pre_vote:true"));
  const { page: again, problems: none } = await visit.open(page.url().slice(page.url().indexOf("#")));
  t.after(() => again.close());
  const whoever = new Person(again);
  await whoever.pause();
  await strip(again).waitFor();
  await whoever.reach(end);
  assert.deepEqual(await side(again, "A").servers(), await (async () => {
    await person.seek(end);
    return a.servers();
  })());
  assert.deepEqual(await side(again, "B").servers(), await b.servers());
  assert.deepEqual([...problems, ...none], []);
});

test("one broken rule: what A refuses, B does, and only B's rules are broken", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(1_000);
  const [a, b] = await compare(page, { rule: "Votes go to candidates whose logs are behind." });
  const leads = (await a.leader()).id;
  const [behind, other] = (await a.servers()).map(({ id }) => id).filter((id) => id !== leads);
  await a.drawAround([behind, other]);
  await person.ask({ server: "leader", key: "x", value: "1" });
  await person.playUntil("it is committed in both", async () =>
    (await a.committedOn("x=1")).length > 0 && (await b.committedOn("x=1")).length > 0);
  // The one that has nothing of it wants to lead, and asks those that have it before their leader can tell it.
  await page.keyboard.press("h");
  await b.choose(b.server(behind), "Time out now");
  await person.playUntil("a rule is broken in B", async () => /✗/.test(await card(page, "B").innerText()));
  assert.match(await card(page, "B").innerText(), /is broken/);
  assert.match(await card(page, "A").innerText(), /rules hold/);
  assert.ok((await commits(a)).every((count) => count >= 1));

  // What is wrong in B is looked at there, and then alone.
  await b.server(behind).click();
  assert.equal(await card(page, "B").getByRole("button", { name: "Inspect B" }).getAttribute("aria-pressed"), "true");
  await card(page, "B").getByRole("button", { name: "Keep B" }).click();
  await strip(page).waitFor({ state: "detached" });
  assert.match(await page.getByRole("alert").filter({ hasText: "is broken on" }).innerText(), /Leader Completeness/);
  await eventually("the address is that of B alone", () => !page.url().includes("&with="));
  assert.deepEqual(problems, []);
});

test("a comparison is begun, looked at and left with the keyboard, and what cannot be is told", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(100);
  assert.equal(await person.say("compare with"), "Compare with…");
  const form = page.getByRole("form", { name: "Compare with" });
  await form.waitFor();
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  await person.say("compare with");
  await form.getByRole("checkbox", { name: "PreVote in B" }).press("Space");
  await form.getByRole("button", { name: "Compare" }).press("Enter");
  await eventually("it is no difference", async () => (await person.alert.first().innerText()).includes("so already"));
  await form.getByRole("combobox", { name: "Setting" }).selectOption("Heartbeat every");
  await form.getByRole("textbox", { name: "Heartbeat every in B" }).fill("9000");
  await form.getByRole("button", { name: "Compare" }).press("Enter");
  await eventually("it cannot be", async () => (await person.alert.first().innerText()).includes("cannot be `9000`"));
  await form.getByRole("textbox", { name: "Heartbeat every in B" }).fill("20");
  await form.getByRole("button", { name: "Compare" }).press("Enter");
  await strip(page).waitFor();
  assert.match(await card(page, "B").innerText(), /Heartbeat every: 20 ms/);

  // Nothing has happened yet; it is found where they part.
  await strip(page).getByRole("button", { name: "Go to where they part" }).press("Enter");
  await eventually("they part", async () => /They part at/.test(await strip(page).innerText()));
  const [a, b] = [side(page, "A"), side(page, "B")];
  await page.keyboard.press("ArrowLeft");
  assert.deepEqual(await a.servers(), await b.servers(), "before it, both are the same");
  await card(page, "A").getByRole("button", { name: "Keep A" }).press("Enter");
  await strip(page).waitFor({ state: "detached" });
  await eventually("the address is plain again", () => page.url().endsWith("#seed=42&servers=5"));
  assert.deepEqual(problems, []);
});

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 375, height: 812 } };

for (const [name, size] of Object.entries(SIZES)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing in a comparison and in its form: ${name}, ${colorScheme}`, async (t) => {
      const { page, person, problems } = await meet(visit, t, "#seed=42", { size, media: { colorScheme } });
      await person.reach(600);
      const found = [];
      const check = async (moment) => {
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
        for (const { id, nodes } of violations) found.push(`${moment}: ${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) found.push(`${moment}: ${wide} px too wide`);
        await page.evaluate(() => scrollTo(0, 0));
        await shot(page, `compare-${moment}-${name}-${colorScheme}`, { fullPage: name === "narrow" });
      };
      await page.getByRole("button", { name: "Compare", exact: true }).click();
      await page.getByRole("form", { name: "Compare with" }).waitFor();
      await check("form");
      await page.getByRole("button", { name: "Cancel" }).click();
      const [a] = await compare(page);
      const leads = (await a.leader()).id;
      const alone = (await a.servers()).map(({ id }) => id).find((id) => id !== leads);
      await a.drawAround([alone]);
      await person.ask({ server: "leader", key: "x", value: "1" });
      await person.reach(2_000);
      await check("rings");
      assert.deepEqual(found, []);
      assert.deepEqual(problems, []);
    });
  }
}
