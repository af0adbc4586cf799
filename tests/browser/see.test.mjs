// What is seen of servers, links, disks, logs and answers, in words that everybody gets: each noun of the picture once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit({ viewport: { width: 1440, height: 900 } });
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

/** Chooses from the menu of a link, which is opened with the keyboard. */
async function toLink({ page, person }, one, other, name, group) {
  await person.link(one, other).focus();
  await page.keyboard.press("a");
  await person.menu.waitFor();
  if (group) await person.menu.getByRole("menuitem", { name: group, exact: true }).click();
  await person.menu.getByRole("menuitem", { name, exact: true }).click();
  await person.menu.waitFor({ state: "detached" });
}

const step = (person) => person.button("One event forward").click();
const round = (ms) => Math.ceil(ms / 10) * 10;

test("a link says how it carries: in the ring, by its name, and in the inspector", async (t) => {
  const met = await settled(t);
  const { page, person, problems } = met;
  const [a, b] = ["S1", "S2"];
  const state = async () => (await person.links())["S1–S2"];
  await toLink(met, a, b, "Slow", "How it carries");
  assert.equal(await state(), "connected, slow");
  await toLink(met, a, b, "Stop everything on it");
  assert.equal(await state(), "connected, stopped, slow");
  await person.inspector.getByRole("heading", { name: "Link S1–S2" }).waitFor({ state: "detached" });
  await person.link(a, b).press("Enter");
  assert.equal(await state(), "cut, stopped, slow");
  assert.equal((await person.facts())["Both ways"], "60 to 120 ms, stands still");
  await person.link(a, b).press("Enter");

  // One way only: each direction is told by itself.
  await toLink(met, a, b, "Latency and loss…", "How it carries");
  const form = person.form("Link S1–S2");
  await form.getByRole("combobox", { name: "Direction" }).selectOption("S2 → S1");
  await form.getByRole("textbox", { name: "Lost" }).fill("25");
  await form.getByRole("button", { name: "Change" }).click();
  await form.waitFor({ state: "detached" });
  assert.equal(await state(), "connected, stopped, slow, messages lost from S2 to S1");
  const facts = await person.facts();
  assert.equal(facts["S1 → S2"], "60 to 120 ms, stands still");
  assert.match(facts["S2 → S1"], /^60 to 120 ms, loses 25 %, stands still$/);
  await person.selectNothing();
  assert.equal(await person.say("mend everything"), "Mend everything");
  assert.equal(await state(), "connected");

  // What all links do is said once.
  await person.say("latency all");
  const all = person.form("All links");
  await all.getByRole("textbox", { name: "Doubled" }).fill("5");
  await all.getByRole("button", { name: "Change" }).click();
  await page.getByText("All links: messages doubled").waitFor();
  assert.ok(Object.values(await person.links()).every((words) => words === "connected, messages doubled"));
  assert.deepEqual(problems, []);
});

test("a server says what is unusual about it: paused, its disk, its clock, a rule that it breaks", async (t) => {
  const { person, problems, others } = await settled(t);
  const [one, two, three] = others;
  await person.choose(person.server(one), "Pause");
  assert.match((await person.see(one)).more, /, paused/);
  await person.select(one);
  await person.inspector.getByText("follower, paused").waitFor();
  await person.choose(person.server(two), "Slow the disk", "Disk");
  await person.choose(person.server(two), "Let fsync lie", "Disk");
  assert.match((await person.see(two)).more, /, disk loses what it says is safe, disk slow$/);
  await person.select(two);
  assert.equal((await person.facts()).Disk, "idle, 50 to 100 ms each, fsync lies");
  await person.choose(person.server(three), "Fast by a tenth", "Clock");
  await person.choose(person.server(three), "Break a rule…", "Settings and rules");
  const form = person.form(`Rules that ${three} breaks`);
  await form.getByRole("checkbox", { name: "Votes go to candidates whose logs are behind." }).check();
  await form.getByRole("button", { name: "Change" }).click();
  await form.waitFor({ state: "detached" });
  assert.match((await person.see(three)).more, /, breaks a rule, clock drifts$/);
  await person.select(three);
  const { Clock, Breaks, Runs } = await person.facts();
  assert.deepEqual([Clock, Breaks, Runs], ["10 % too fast", "skip-up-to-date-check", "plain Raft"]);
  assert.deepEqual(problems, []);
});

test("who learns, joins and leaves is seen while it does", async (t) => {
  const { person, problems, leader, others } = await settled(t);
  const [one, two] = others;
  await person.choose(person.server(one), "Make it a learner", "Membership");
  await person.reach(1_300);
  assert.match((await person.see(one)).more, /, learner$/);
  await person.select(one);
  assert.equal((await person.facts()).Belongs, "learner");
  await person.choose(person.server(two), "Replace it", "Membership");
  const seen = new Set();
  await eventually("one joins and the other leaves", async () => {
    for (const { id, more } of await person.servers()) if (more) seen.add(`${id}${more}`);
    await step(person);
    return seen.has("S6, joining") && seen.has(`${two}, leaving`);
  });
  assert.equal((await person.see(leader)).role, "leader");
  assert.deepEqual(problems, []);
});

test("what a server waits for stands beside it, a write is seen on its way to the disk, and a leader's lease in words", async (t) => {
  const { page, person, problems, leader } = await settled(t);
  const waits = () => person.ring.locator("text").filter({ hasText: /^(election|heartbeat) in \d+ ms$/ });
  assert.equal(await waits().count(), 5);
  assert.equal(await waits().filter({ hasText: "heartbeat" }).count(), 1);
  await person.select(leader);
  assert.equal("Lease" in (await person.facts()), false, "it has no leases");
  await person.ask({ server: "leader", key: "x", value: "1" });
  await eventually("it writes", async () => {
    await step(person);
    return (await person.facts()).Disk === "1 write under way";
  });
  await eventually("it has written", async () => {
    await step(person);
    return (await person.facts()).Disk === "idle";
  });

  await person.selectNothing();
  await person.say("checkquorum");
  const all = person.form("Settings of all servers");
  for (const name of ["CheckQuorum", "Leader stickiness", "Leases"]) await all.getByRole("checkbox", { name }).check();
  await all.getByRole("button", { name: "Change" }).click();
  await all.waitFor({ state: "detached" });
  await person.playUntil("somebody leads again", () => person.leader());
  await person.reach(round(await person.now()) + 100);
  const { id } = await person.leader();
  await person.select(id);
  const { Lease, Runs } = await person.facts();
  assert.match(Lease, /^until \d+\.\d{3} s$/);
  assert.equal(Runs, "CheckQuorum, stickiness, leases");
  // Nobody hears it any more: its lease ends, and soon its lead.
  await page.keyboard.press("i");
  await person.playUntil("its lease ends", async () => !((await person.facts()).Lease ?? "").startsWith("until"));
  assert.deepEqual(problems, []);
});

test("an entry goes from memory to disk to committed to applied, and a snapshot takes its place", async (t) => {
  const { person, problems, leader } = await settled(t);
  await person.ask({ server: "leader", key: "x", value: "1" });
  const seen = [];
  await eventually("it is applied", async () => {
    await step(person);
    const entry = (await person.entries()).find(({ server, what }) => server === leader && what === "x=1");
    const { durable, committed, applied } = entry ?? {};
    if (entry && seen.at(-1) !== `${durable} ${committed} ${applied}`) seen.push(`${durable} ${committed} ${applied}`);
    return applied;
  });
  assert.equal(seen[0], "false false false");
  assert.ok(seen.includes("true false false"), seen.join("\n"));
  assert.equal(seen.at(-1), "true true true");
  await person.choose(person.server(leader), "Take a snapshot", "Log and snapshots");
  await person.playUntil("the snapshot is there", () =>
    person.logGrid.getByText(new RegExp(`^${leader} snapshot up to index 2, term \\d+$`)).count(),
  );
  await person.select(leader);
  assert.match((await person.facts()).Snapshot, /^up to 2 \(term \d+\)$/);
  assert.deepEqual(problems, []);
});

test("every rule says what it states and how often it was checked, to whoever points at it or comes by Tab", async (t) => {
  const { page, person, problems } = await settled(t);
  const rules = page.getByRole("region", { name: "Rules checked after every event" });
  const more = rules.getByRole("button", { name: /more$/ });
  if (await more.isVisible()) await more.click();
  // Whatever the mouse rests on shows its statement, too.
  await page.mouse.move(1, 1);
  const chips = rules.getByRole("button", { name: /checks, it holds$/ });
  const names = await chips.allInnerTexts();
  assert.ok(names.length >= 13, names.join("\n"));
  for (const chip of await chips.all()) {
    await chip.focus();
    const statement = rules.getByRole("tooltip").filter({ visible: true });
    await eventually("one statement is shown", async () => (await statement.count()) === 1);
    assert.match(await statement.innerText(), /^[A-Z].*\. .*\.$/s);
  }
  const count = async () => Number(/([\d,]+) checks/.exec(await chips.first().textContent())[1].replace(",", ""));
  const before_ = await count();
  await step(person);
  assert.ok((await count()) > before_);
  assert.deepEqual(problems, []);
});

test("of answers that one copy of the data cannot give the first is marked, and the rule that is broken leads there", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#mistake=14-read-before-term-committed");
  const outcome = page.getByRole("complementary", { name: "Story" }).getByRole("note", { name: "What comes of it" });
  await outcome.getByRole("button", { name: /^Go to / }).click();
  const marked = (await person.requests()).filter(({ outcome: words }) => words.includes("the first answer that is not linearizable"));
  assert.equal(marked.length, 1);
  const at = await person.now();
  await person.slider.press("End");
  const chip = page.getByRole("button", { name: /^Linearizability .*broken$/ });
  await chip.click();
  assert.equal(await person.now(), at);
  await person.slider.press("Home");
  assert.equal((await person.requests()).some(({ outcome: words }) => words.includes("linearizable")), false);
  assert.deepEqual(problems, []);
});

test("every fault is marked, and a leader that steps down; one goes from the one to the next", async (t) => {
  const { person, problems, leader, others } = await settled(t);
  const [one, two] = others;
  const acts = [
    [1_000, one, "Slow the disk", "Disk"],
    [1_100, one, "Fast by a tenth", "Clock"],
    [1_200, two, "Pause"],
  ];
  for (const [at, server, name, group] of acts) {
    await person.reach(at);
    await person.choose(person.server(server), name, group);
  }
  await person.reach(1_300);
  await person.choose(person.server(others[2]), "Time out now");
  await person.playUntil("the leader gives up", async () => (await person.see(leader)).role !== "leader");
  await person.choice("Kind of mark").selectOption("faults");
  for (const [at] of acts.toReversed()) {
    await person.button("Previous fault").click();
    assert.equal(await person.now(), at);
  }
  await person.choice("Kind of mark").selectOption("elections");
  const roles = [];
  while ((await person.button("Next election").getAttribute("aria-disabled")) !== "true") {
    await person.button("Next election").click();
    roles.push((await person.see(leader)).role);
  }
  assert.ok(roles.includes("follower"), roles.join(" "));
  assert.deepEqual(problems, []);
});

test("a question is offered where it is so, and the key for questions is answered in any case", async (t) => {
  const { page, person, problems, leader, others } = await settled(t);
  const offered = async (id) => {
    await person.select(id);
    return person.inspector.getByRole("list", { name: "Questions" }).getByRole("button").allInnerTexts();
  };
  assert.ok(!(await offered(others[0])).includes("Why did it step down?"));
  await person.selectNothing();
  await page.keyboard.press("w");
  await eventually("it is said how it is", async () => (await person.alert.innerText()).includes(`${leader} leads term`));
  await person.choose(person.server(others[0]), "Time out now");
  await person.playUntil("the leader gives up", async () => (await person.see(leader)).role !== "leader");
  assert.ok((await offered(leader)).includes("Why did it step down?"));
  assert.deepEqual(problems, []);
});

test("a message that is pointed at in the ring is lit in the log and in the diagram", async (t) => {
  const { page, person, problems } = await settled(t);
  await person.button("Space–time").click();
  const diagram = page.getByRole("application", { name: "Space-time diagram" });
  await diagram.waitFor();
  const isLit = (place) => place.evaluate((element) => getComputedStyle(element).getPropertyValue("--lit").trim() !== "");
  const picture = async () => (await diagram.screenshot()).toString("base64");
  await person.ask({ server: "leader", key: "x", value: "1" });
  const brings = person.ring.locator("title").filter({ hasText: /^1 entry, S\d to S\d/ }).first();
  await eventually("an entry is under way", async () => {
    await step(person);
    return (await brings.count()) > 0;
  });
  const [, to] = /to (S\d)/.exec(await brings.textContent());
  const row = person.logGrid.getByRole("rowheader", { name: new RegExp(`^${to}`) });
  await page.getByRole("heading", { name: "Log", exact: true }).hover();
  const before_ = await picture();
  assert.equal(await picture(), before_, "it stands still");
  const { x, y, width, height } = await brings.locator("xpath=..").boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await eventually("its receiver's row is lit", () => isLit(row));
  await eventually("its line is lit", async () => (await picture()) !== before_);
  assert.deepEqual(problems, []);
});
