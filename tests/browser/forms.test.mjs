// What takes more than a press: links, disks, clocks, settings, rules, sides of a split, what clients ask.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
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

test("latency, loss and doubling of one link, and of all, are filled in", async (t) => {
  const { person, problems, leader } = await settled(t);
  const other = leader === "S1" ? "S2" : "S1";
  const [a, b] = [leader, other].sort();
  await person.link(a, b).focus();
  await person.page.keyboard.press("a");
  await person.menu.getByRole("menuitem", { name: "How it carries" }).click();
  await person.menu.getByRole("menuitem", { name: "Latency and loss…" }).click();
  const form = person.form(`Link ${a}–${b}`);
  await form.waitFor();
  assert.equal(await form.getByRole("textbox", { name: "Shortest latency" }).inputValue(), "8");
  await form.getByRole("textbox", { name: "Lost" }).fill("100");
  await form.getByRole("button", { name: "Change" }).click();
  await form.waitFor({ state: "detached" });
  const at = await person.now();
  await person.reach(Math.ceil(at / 10) * 10 + 300);
  await person.button("Events").click();
  await person.events.getByRole("checkbox", { name: "every message and write" }).check();
  assert.ok((await person.sentences()).some(({ words }) => words.endsWith("is lost on its way.")));
  await person.button("Close events").click();

  assert.equal(await person.say("latency all"), "Set latency and loss of all links…");
  const all = person.form("All links");
  await all.getByRole("textbox", { name: "Longest latency" }).fill("5");
  await all.getByRole("button", { name: "Change" }).click();
  await eventually("what is wrong is said", async () => (await person.alert.innerText()).includes("latency_max"));
  await all.getByRole("textbox", { name: "Longest latency" }).fill("nothing");
  await all.getByRole("button", { name: "Change" }).click();
  await eventually("it is said", async () => (await person.alert.innerText()).includes("“nothing” is not a number"));
  await all.getByRole("textbox", { name: "Longest latency" }).fill("30");
  await all.getByRole("button", { name: "Change" }).click();
  await all.waitFor({ state: "detached" });
  assert.ok((await person.told()).includes("All links are changed."));
  assert.deepEqual(problems, []);
});

test("a disk, a clock and a crash that comes later are filled in", async (t) => {
  const { person, problems, leader } = await settled(t);
  assert.equal(await person.say(`set the disk ${leader}`), `Set the disk of ${leader}…`);
  const disk = person.form(`Disk of ${leader}`);
  await disk.getByRole("textbox", { name: "Longest write" }).fill("40");
  await disk.getByRole("checkbox", { name: "fsync lies" }).check();
  await disk.getByRole("button", { name: "Change" }).click();
  await disk.waitFor({ state: "detached" });

  await person.say(`set the clock ${leader}…`);
  const clock = person.form(`Clock of ${leader}`);
  await clock.getByRole("textbox", { name: "Too fast by" }).fill("-5");
  await clock.getByRole("textbox", { name: "Set forward by" }).fill("-20.5");
  await clock.getByRole("button", { name: "Change" }).click();
  await clock.waitFor({ state: "detached" });

  await person.say(`middle ${leader}`);
  const crash = person.form(`Crash ${leader} in the middle`);
  await crash.getByRole("textbox", { name: "After" }).fill("2");
  await crash.getByRole("button", { name: "Crash it then" }).click();
  await crash.waitFor({ state: "detached" });
  await person.playUntil("it crashes", async () => (await person.see(leader)).role === "crashed");
  const told = await person.told();
  for (const sentence of [
    `The disk of ${leader} is changed.`,
    `The clock of ${leader} goes too slow from now on.`,
    `The clock of ${leader} is set back.`,
    `${leader} is to crash in the middle of what it does.`,
  ]) {
    assert.ok(told.includes(sentence), `${sentence}\n${told.join("\n")}`);
  }
  assert.deepEqual(problems, []);
});

test("the network is split without a mouse, with a bridge between the sides", async (t) => {
  const { person, problems } = await settled(t);
  await person.say("split");
  const form = person.form("Split the network");
  const sides = { S1: "left", S2: "left", S3: "both: a bridge", S4: "right", S5: "right" };
  for (const [id, side] of Object.entries(sides)) {
    await form.getByRole("combobox", { name: id }).selectOption(side);
  }
  await form.getByRole("button", { name: "Split" }).click();
  await form.waitFor({ state: "detached" });
  assert.deepEqual(await person.cuts(), ["S1–S4", "S1–S5", "S2–S4", "S2–S5"]);
  assert.equal(await person.say("mend everything"), "Mend everything");
  assert.deepEqual(await person.cuts(), []);
  assert.deepEqual(problems, []);
});

test("settings are changed for all servers, and for one", async (t) => {
  const { person, problems, others } = await settled(t);
  await person.say("checkquorum");
  const all = person.form("Settings of all servers");
  await all.getByRole("checkbox", { name: "PreVote" }).check();
  await all.getByRole("checkbox", { name: "CheckQuorum" }).check();
  await all.getByRole("textbox", { name: "Snapshot after entries" }).fill("4");
  await all.getByRole("button", { name: "Change" }).click();
  await all.waitFor({ state: "detached" });
  assert.equal(await person.leader(), undefined, "they have started anew");
  await person.playUntil("somebody leads", () => person.leader());
  const [one] = others;
  await person.choose(person.server(one), "Settings…", "Settings and rules");
  const form = person.form(`Settings of ${one}`);
  assert.equal(await form.getByRole("checkbox", { name: "PreVote" }).isChecked(), true);
  await form.getByRole("checkbox", { name: "Leases" }).check();
  await form.getByRole("checkbox", { name: "Leader stickiness" }).uncheck();
  await form.getByRole("button", { name: "Change" }).click();
  await eventually("it is refused", async () => (await person.alert.innerText()).includes("leader_stickiness"));
  await form.getByRole("combobox", { name: "For" }).selectOption("all servers");
  await all.waitFor();
  await person.page.keyboard.press("Escape");
  await all.waitFor({ state: "detached" });
  const told = await person.told();
  const changed = told.filter((words) => words.startsWith("The settings of "));
  assert.equal(changed.length, 5, "the one that was refused changed nothing");
  assert.deepEqual(problems, []);
});

test("a rule is broken by name, and kept again", async (t) => {
  const { person, problems } = await settled(t);
  assert.equal(await person.say("break a rule…"), "Break a rule…");
  const form = person.form("Rules that all servers break");
  assert.equal(await form.getByRole("checkbox").count(), 24);
  await form.getByRole("heading", { name: "Two leaders in one term" }).waitFor();
  const behind = form.getByRole("checkbox", { name: "Votes go to candidates whose logs are behind." });
  await behind.check();
  await form.getByRole("button", { name: "Change" }).click();
  await form.waitFor({ state: "detached" });
  assert.ok((await person.told()).includes("S1 makes mistakes from now on: skip-up-to-date-check."));
  await person.say("break a rule…");
  assert.equal(await behind.isChecked(), true);
  await person.button("Cancel").click();
  await person.say("keep to all rules");
  assert.ok((await person.told()).includes("S1 keeps to all rules again."));
  assert.deepEqual(problems, []);
});

test("a client puts, adds, compares, deletes and reads, once or in a session", async (t) => {
  const { person, problems } = await settled(t);
  const outcome = async (asked) => {
    await person.playUntil(asked, async () => !(await person.request(asked))?.outcome.startsWith("waiting"));
    return (await person.request(asked)).outcome;
  };
  await person.ask({ server: "leader", op: "put", key: "x", value: "1" });
  assert.match(await outcome("put x=1"), /^committed at/);
  await person.choice("without an answer").selectOption("in a session");
  await person.ask({ client: "C1", op: "add", key: "x", value: "5" });
  assert.match(await outcome("add x+5"), /^6, committed at/);
  await person.field("Expected").waitFor({ state: "detached" });
  await person.choice("Operation").selectOption("set if");
  await person.field("Expected").fill("7");
  await person.ask({ key: "x", value: "8" });
  assert.match(await outcome("set x=8 if 7"), /^not as expected/);
  await person.ask({ op: "delete", key: "x" });
  assert.match(await outcome("delete x"), /^committed at/);
  await person.ask({ op: "read", key: "x" });
  assert.match(await outcome("read x"), /^no value, read at/);
  await person.ask({ op: "lease read", key: "x" });
  assert.match(await outcome("read x by lease"), /has no leases/);
  await person.ask({ op: "local read", key: "x" });
  assert.match(await outcome("read x unchecked"), /^no value, read at/);
  assert.ok((await person.told()).includes("C1 asks again in a session from now on if it gets no answer."));
  assert.deepEqual(problems, []);
});
