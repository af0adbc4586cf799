// Everything that can be done: from menus, with the palette, in forms, with keys, with a finger; and why not.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { centre, eventually, meet } from "./person.mjs";

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
  const settle = async () => {
    const at = Math.ceil((await person.now()) / 10) * 10 + 500;
    await person.reach(at);
  };
  await settle();
  await person.choose(person.server(two), "Make it a learner", "Membership");
  await settle();
  await person.choose(person.server(two), "Make it a voter", "Membership");
  await settle();
  await person.choose(person.server(three), "Replace it", "Membership");
  await settle();
  assert.equal((await person.servers()).length, 6);
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
    await page.keyboard.press("m");
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

test("latency, loss and doubling of one link, and of all, are filled in", async (t) => {
  const { person, problems, leader } = await settled(t);
  const other = leader === "S1" ? "S2" : "S1";
  const [a, b] = [leader, other].sort();
  await person.link(a, b).focus();
  await person.page.keyboard.press("m");
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
  assert.ok((await person.told()).includes("You change all links."));
  assert.deepEqual(problems, []);
});

test("a message is dropped, doubled, held, let go, delayed and delivered, all with the keyboard", async (t) => {
  const { page, person, problems } = await settled(t);
  const under = () => person.inspector.getByRole("heading", { name: "Message" });
  await person.playUntil("something is under way", async () => {
    await page.keyboard.press("n");
    return under().isVisible();
  });
  const facts = async () => (await person.facts()).State;
  const next = async () => {
    await page.keyboard.press("n");
    await under().waitFor();
  };
  const press = (name) => person.inspector.getByRole("button", { name, exact: true }).press("Enter");
  await next();
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
    `You change the disk of ${leader}.`,
    `You let the clock of ${leader} go too slow.`,
    `You set the clock of ${leader} back.`,
    `You let ${leader} crash in the middle of what it does.`,
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
  const changed = told.filter((words) => words.includes("change the settings"));
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
  assert.ok((await person.told()).includes("You let S1 make mistakes: skip-up-to-date-check."));
  await person.say("break a rule…");
  assert.equal(await behind.isChecked(), true);
  await person.button("Cancel").click();
  await person.say("keep to all rules");
  assert.ok((await person.told()).includes("You let S1 keep to all rules."));
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
  assert.ok((await person.told()).includes("You let C1 ask again in a session if it gets no answer."));
  assert.deepEqual(problems, []);
});

test("chaos goes on until it is ended, and then everything is mended", async (t) => {
  const { person, problems } = await settled(t);
  await person.choice("Chaos").selectOption("wild");
  await person.play();
  await eventually("much goes wrong", async () => (await person.now()) > 3_000);
  const before = (await person.told()).filter((words) => words.startsWith("You ")).length;
  assert.ok(before >= 5, String(before));
  await person.choice("Chaos").selectOption("off");
  await person.pause();
  assert.deepEqual(await person.cuts(), []);
  assert.ok((await person.servers()).every(({ role }) => role !== "crashed"));
  await person.playUntil("somebody leads", () => person.leader());
  assert.deepEqual(problems, []);
});

test("undo goes back to before what was done last, redo to after it, and acting there takes its place", async (t) => {
  const { page, person, problems, others } = await settled(t);
  const [one, two] = others;
  await person.select(one);
  await page.keyboard.press("c");
  await person.select(two);
  await page.keyboard.press("u");
  await person.inspector.getByRole("button", { name: "Resume" }).waitFor();
  await page.keyboard.press("z");
  await person.inspector.getByRole("button", { name: "Pause" }).waitFor();
  assert.equal((await person.see(one)).role, "crashed");
  await page.keyboard.press("Control+z");
  assert.equal((await person.see(one)).role, "follower");
  await person.button("Undo").click();
  await eventually("there is nothing more", async () => (await person.alert.innerText()).includes("nothing to undo"));
  await person.button("Redo").click();
  assert.equal((await person.see(one)).role, "crashed");
  await page.keyboard.press("Control+Shift+z");
  await person.inspector.getByRole("button", { name: "Resume" }).waitFor();
  assert.deepEqual(problems, []);
});

test("the menu opens with the right button, the menu key and m, and gives the focus back", async (t) => {
  const { page, person, problems } = await settled(t);
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  await person.server("S2").click({ button: "right" });
  await person.menu.waitFor();
  assert.deepEqual((await person.menuItems()).slice(0, 5).map(({ name }) => name), [
    "Crash",
    "Time out now",
    "Propose…",
    "Pause",
    "Isolate",
  ]);
  await keyboard.press("Escape");
  await person.menu.waitFor({ state: "detached" });
  for (const key of ["ContextMenu", "Shift+F10", "m"]) {
    await person.server("S3").focus();
    await keyboard.press(key);
    await person.menu.waitFor();
    assert.match(await focused(), /^Crash/);
    await keyboard.press("ArrowDown");
    assert.match(await focused(), /^Time out now/);
    await keyboard.press("End");
    assert.match(await focused(), /^Settings and rules/);
    await keyboard.press("d");
    assert.match(await focused(), /^Disk/);
    await keyboard.press("ArrowRight");
    await keyboard.press("ArrowDown");
    assert.match(await focused(), /^Slow the disk/);
    await keyboard.press("ArrowLeft");
    assert.match(await focused(), /^Disk/);
    await keyboard.press("Escape");
    await person.menu.waitFor({ state: "detached" });
    assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^S3, /);
  }
  await person.logGrid.getByRole("button", { name: /^S1 index 1/ }).click({ button: "right" });
  await person.menu.getByRole("menuitem", { name: "Flip a bit in it" }).click();
  assert.ok((await person.told()).includes("You flip a bit on the disk of S1."));
  assert.deepEqual(problems, []);
});

test("time stands still under a menu", async (t) => {
  const { page, person, problems } = await settled(t);
  await person.play();
  await person.server("S2").click({ button: "right" });
  await person.menu.waitFor();
  const at = await person.now();
  await page.evaluate(() => new Promise((done) => setTimeout(done, 300)));
  assert.equal(await person.now(), at);
  await page.keyboard.press("Escape");
  await eventually("it goes on", async () => (await person.now()) > at);
  assert.deepEqual(problems, []);
});

test("what cannot be done says why, and changes nothing", async (t) => {
  const { person, problems, leader } = await settled(t);
  await person.server(leader).click({ button: "right" });
  await person.menu.waitFor();
  const items = await person.menuItems();
  assert.equal(items.find(({ name }) => name === "Time out now").refused, true);
  await person.menu.getByRole("menuitem", { name: "Time out now" }).hover();
  await person.menu.getByText(`${leader} leads already; only another server can time out.`).waitFor();
  const before = await person.picture();
  await person.menu.getByRole("menuitem", { name: "Time out now" }).click();
  await eventually("it is said", async () => (await person.alert.innerText()).includes(`${leader} leads already`));
  assert.deepEqual(await person.picture(), before);
  assert.deepEqual(problems, []);
});

test("the palette finds by any word, says what fits to nothing, and is closed without harm", async (t) => {
  const { page, person, problems } = await settled(t);
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "What to do" });
  await field.waitFor();
  await field.fill("fsync S4");
  const option = page.getByRole("option", { name: /^Let fsync of S4 lie/ });
  await option.waitFor();
  await field.fill("zzz");
  await page.getByText("Nothing that can be done is called “zzz”.").waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "detached" });
  await person.button("Do…").click();
  await field.fill("crash");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await field.waitFor({ state: "detached" });
  assert.equal((await person.see("S2")).role, "crashed");
  assert.deepEqual(problems, []);
});

test("a finger that stays opens the menu, and one that goes does what it did", async (t) => {
  const finger = await startVisit({ hasTouch: true });
  t.after(() => finger.close());
  const { page, person, problems } = await meet(finger, t, "#seed=42", { size: { width: 375, height: 812 } });
  await person.reach(400);
  const devtools = await page.context().newCDPSession(page);
  const touch = async (thing, stays) => {
    await person.look(thing);
    const { x, y } = await centre(thing);
    await devtools.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
    if (stays) await person.menu.waitFor();
    await devtools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  await touch(person.server("S2"), true);
  assert.equal((await person.see("S2")).selected, false, "the finger that is lifted presses nothing");
  await person.menu.getByRole("menuitem", { name: "Pause" }).tap();
  await person.menu.waitFor({ state: "detached" });
  await touch(person.server("S2"), false);
  await person.inspector.getByRole("button", { name: "Resume" }).waitFor();
  assert.deepEqual(problems, []);
});
