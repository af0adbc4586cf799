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
    [one, "Pause", undefined, `You pause ${one}.`],
    [one, "Resume", undefined, `You let ${one} go on.`],
    [one, "Isolate", undefined, `You cut ${one} off from the others.`],
    [one, "Heal its links", undefined, `You mend the link between ${one} and ${leader}.`],
    [one, "Slow the disk", "Disk", `You change the disk of ${one}.`],
    [one, "Stall the disk", "Disk", `You change the disk of ${one}.`],
    [one, "Fill the disk", "Disk", `You change the disk of ${one}.`],
    [one, "Let fsync lie", "Disk", `You change the disk of ${one}.`],
    [one, "Repair the disk", "Disk", `You change the disk of ${one}.`],
    [one, "Fast by a tenth", "Clock", `You let the clock of ${one} go too fast.`],
    [one, "Slow by a tenth", "Clock", `You let the clock of ${one} go too slow.`],
    [one, "Let it run right", "Clock", `You let the clock of ${one} go right.`],
    [one, "Set back", "Clock", `You set the clock of ${one} back.`],
    [one, "Set forward", "Clock", `You set the clock of ${one} forward.`],
    [one, "Take a snapshot", "Log and snapshots", `You let ${one} take a snapshot.`],
    [one, "Ask for a snapshot", "Log and snapshots", `You let ${one} ask its leader for a snapshot.`],
    [one, "Forget the leader", "Log and snapshots", `You let ${one} forget who leads.`],
    [two, "Make it a learner", "Membership", `You ask ${leader} to change the cluster: ${two} learns.`],
    [one, "End its process", "Other crashes", `You end the process of ${one}.`],
    [one, "Flip a bit", "Disk", `You flip a bit on the disk of ${one}.`],
    [one, "Wipe the disk", "Disk", `You wipe the disk of ${one}.`],
    [one, "Restart", undefined, `You restart ${one}.`],
    [one, "Crash", undefined, `You crash ${one}.`],
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
    const sentence = `You ask ${one} to change the cluster: ${what}.`;
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
  assert.ok(told.includes("You stop everything on the link between S1 and S2."));
  assert.ok(told.includes("You let the link between S1 and S2 go on."));
  assert.equal(told.filter((words) => words === "You change the link between S1 and S2.").length, 4);
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
  const acts = ["hold a message", "let a message go on", "double a message", "delay a message", "drop a message"];
  for (const act of acts) assert.ok(told.includes(`You ${act}.`), `${act}\n${told.join("\n")}`);
  assert.deepEqual(problems, []);
});
