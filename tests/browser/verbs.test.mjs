// What can be done to servers, links and messages: from their menus, with the mouse and with keys.

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

test("whatever can be done to a server is done from its menu, and told", async (t) => {
  const { person, problems, leader, others } = await settled(t);
  const [one, two] = others;
  const steps = [
    [one, "Pause", undefined, `${one} is paused.`],
    [one, "Resume", undefined, `${one} goes on.`],
    [one, "Isolate", undefined, `${one} is cut off from the others.`],
    [one, "Heal its links", undefined, `The link between ${one} and ${leader} is mended.`],
    [one, "Slow the disk", "Disk", `The disk of ${one} is changed.`],
    [one, "Stall the disk", "Disk", `The disk of ${one} is changed.`],
    [one, "Fill the disk", "Disk", `The disk of ${one} is changed.`],
    [one, "Let fsync lie", "Disk", `The disk of ${one} is changed.`],
    [one, "Repair the disk", "Disk", `The disk of ${one} is changed.`],
    [one, "Fast by a tenth", "Clock", `The clock of ${one} goes too fast from now on.`],
    [one, "Slow by a tenth", "Clock", `The clock of ${one} goes too slow from now on.`],
    [one, "Let it run right", "Clock", `The clock of ${one} goes right again.`],
    [one, "Set back", "Clock", `The clock of ${one} is set back.`],
    [one, "Set forward", "Clock", `The clock of ${one} is set forward.`],
    [one, "Take a snapshot", "Log and snapshots", `${one} is told to take a snapshot.`],
    [one, "Ask for a snapshot", "Log and snapshots", `${one} is told to ask its leader for a snapshot.`],
    [one, "Forget the leader", "Log and snapshots", `${one} is made to forget who leads.`],
    [two, "Make it a learner", "Membership", `${leader} is asked to change the cluster: ${two} learns.`],
    [one, "End its process", "Other crashes", `The process of ${one} is ended.`],
    [one, "Flip a bit", "Disk", `A bit flips on the disk of ${one}.`],
    [one, "Wipe the disk", "Disk", `The disk of ${one} is wiped.`],
    [one, "Restart", undefined, `${one} is started again.`],
    [one, "Crash", undefined, `The power of ${one} fails.`],
  ];
  for (const [server, name, group] of steps) await person.choose(person.server(server), name, group);
  const told = await person.told();
  for (const [, name, , sentence] of steps) assert.ok(told.includes(sentence), `${name}: ${told.join("\n")}`);
  assert.deepEqual(problems, []);
});

test("memberships change: promoted, replaced, removed, and the leadership is handed over", async (t) => {
  const { person, problems, leader, others } = await settled(t);
  const [one, two, three] = others;
  await person.choose(person.server(one), "Make it leader", "Membership");
  await person.playUntil("it leads", async () => (await person.leader())?.id === one);
  const settle = async (time = 500) => {
    const at = Math.ceil((await person.now()) / 10) * 10 + time;
    await person.reach(at);
  };
  await settle();
  await person.choose(person.server(two), "Make it a learner", "Membership");
  await settle();
  await person.choose(person.server(two), "Make it a voter", "Membership");
  await settle();
  await person.choose(person.server(three), "Replace it", "Membership");
  await settle(120);
  assert.equal((await person.servers()).length, 6);
  // Nobody tells a server that it was removed: it would disturb the others with its elections.
  await person.choose(person.server(three), "Crash");
  await settle();
  assert.equal(await person.say("add learner"), "Add a server as a learner");
  await settle();
  assert.equal((await person.servers()).length, 7);
  await person.choose(person.server(leader), "Remove it", "Membership");
  await settle();
  const told = await person.told();
  for (const what of [`${two} learns`, `${two} votes`, `S6 votes, ${three} leaves`, "S7 learns", `${leader} leaves`]) {
    const sentence = `${one} is asked to change the cluster: ${what}.`;
    assert.ok(told.includes(sentence), `${sentence}\n${told.join("\n")}`);
  }
  const members = (await person.entries()).filter(({ what }) => what.startsWith("members")).map(({ what }) => what);
  assert.ok(members.some((what) => what.includes("6") && what.includes("learner 7")), members.join("\n"));
  assert.deepEqual(problems, []);
});

test("whatever can be done to a link is done from its menu", async (t) => {
  const { page, person, problems } = await settled(t);
  const link = person.link("S1", "S2");
  const open = async () => {
    await link.focus();
    await page.keyboard.press("a");
    await person.menu.waitFor();
  };
  const choose = async (name, group) => {
    await open();
    if (group) await person.menu.getByRole("menuitem", { name: group, exact: true }).click();
    await person.menu.getByRole("menuitem", { name, exact: true }).click();
    await person.menu.waitFor({ state: "detached" });
  };
  await choose("Cut S1 → S2");
  assert.equal((await person.links())["S1–S2"], "cut from S1 to S2");
  await choose("Cut S2 → S1");
  assert.equal((await person.links())["S1–S2"], "cut");
  await choose("Heal both ways");
  assert.deepEqual(await person.cuts(), []);
  await choose("Stop everything on it");
  await choose("Let it go on");
  await choose("Slow", "How it carries");
  await choose("Lose every third", "How it carries");
  await choose("Double every third", "How it carries");
  await choose("As at first", "How it carries");
  const told = await person.told();
  assert.ok(told.includes("Everything on the link between S1 and S2 is stopped."));
  assert.ok(told.includes("The link between S1 and S2 goes on."));
  assert.equal(told.filter((words) => words === "The link between S1 and S2 is changed.").length, 4);
  assert.deepEqual(problems, []);
});

test("a message is dropped, doubled, held, let go, delayed and delivered, all with the keyboard", async (t) => {
  const { page, person, problems } = await settled(t);
  const under = () => person.inspector.getByRole("heading", { name: "Message" });
  const facts = async () => (await person.facts()).State;
  const next = async () => {
    await page.keyboard.press("n");
    await under().waitFor();
  };
  const press = (name) => person.inspector.getByRole("button", { name, exact: true }).press("Enter");
  for (let times = 0; times < 3; times++) await next();
  await press("Hold");
  await eventually("it is held", async () => (await facts()) === "held");
  await press("Let it move on");
  await eventually("it is under way", async () => (await facts()) === "under way");
  await press("Duplicate");
  await press("Delay by 50 ms");
  await press("Drop");
  await eventually("it is lost", async () => (await facts()) === "lost");
  // What is lost cannot be helped, and that is said.
  await press("Deliver now");
  await eventually("it is refused", async () => (await person.alert.innerText()).includes("is not under way"));
  const told = await person.told();
  const acts = ["is held", "goes on", "is doubled", "is delayed", "is taken away"];
  for (const act of acts) assert.ok(told.includes(`A message ${act}.`), `${act}\n${told.join("\n")}`);
  assert.deepEqual(problems, []);
});
