// Menus and the palette, by mouse, keys and finger; why something cannot be done; undo, redo and chaos.

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

test("chaos goes on until it is ended, and then everything is mended", async (t) => {
  const { person, problems } = await settled(t);
  await person.choice("Chaos").selectOption("wild");
  await person.play();
  await eventually("much goes wrong", async () => (await person.now()) > 3_000);
  const before = (await person.told()).filter((words) => /^The power of|^The link|^The network|^The disk| is paused\.$| is cut off|^A message is/.test(words)).length;
  assert.ok(before >= 3, String(before));
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

test("the menu opens with the right button, the menu key and a, and gives the focus back", async (t) => {
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
  for (const key of ["ContextMenu", "Shift+F10", "a"]) {
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
  assert.ok((await person.told()).includes("A bit flips on the disk of S1."));
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
  await person.menu.getByRole("menuitem", { name: "Time out now" }).press("Enter");
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
  await field.fill("crash s2");
  const chosen = page.getByRole("listbox", { name: "What can be done" }).getByRole("option", { selected: true });
  await chosen.filter({ hasText: "Its power fails, and" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await chosen.filter({ hasText: "Crash S2 in the middle…" }).waitFor();
  await page.keyboard.press("ArrowUp");
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

test("whatever is done with the mouse is done by typing, with the keyboard alone", async (t) => {
  const { person, problems, leader } = await settled(t);
  assert.equal(leader, "S1", "seed 42 elects it");
  const steps = [
    ["crash s2", "Crash S2", "The power of S2 fails."],
    ["wipe s2", "Wipe the disk of S2", "The disk of S2 is wiped."],
    ["restart s2", "Restart S2", "S2 is started again."],
    ["pause s3", "Pause S3", "S3 is paused."],
    ["resume s3", "Resume S3", "S3 goes on."],
    ["isolate s4", "Isolate S4", "S4 is cut off from the others."],
    ["rejoin s4", "Heal the links of S4", "The link between S4 and S1 is mended."],
    ["slow disk s5", "Slow the disk of S5", "The disk of S5 is changed."],
    ["stall s5", "Stall the disk of S5", "The disk of S5 is changed."],
    ["repair disk s5", "Repair the disk of S5", "The disk of S5 is changed."],
    ["clock fast s3", "Let the clock of S3 run fast", "The clock of S3 goes too fast from now on."],
    ["cut link s1 s2", "Cut the link S1–S2", "The link between S1 and S2 is cut."],
    ["heal link s1 s2", "Heal the link S1–S2", "The link between S1 and S2 is mended."],
    ["asymmetric s3 s4", "Cut S3 → S4", "The link from S3 to S4 is cut."],
    ["lose every third s3 s5", "Let the link S3–S5 lose every third message", "The link between S3 and S5 is changed."],
    ["heal all", "Heal all links", "All links are mended."],
    ["snapshot s3", "Let S3 take a snapshot", "S3 is told to take a snapshot."],
    ["learner s4", "Make S4 a learner", "S1 is asked to change the cluster: S4 learns."],
    ["time out s5", "Time out S5 now", "The election timer of S5 is made to run out."],
    ["fill disk s3", "Fill the disk of S3", "The disk of S3 is changed."],
  ];
  for (const [words, name] of steps) assert.equal(await person.say(words), name);
  const told = await person.told();
  for (const [words, , sentence] of steps) assert.ok(told.includes(sentence), `${words}: ${sentence}\n${told.join("\n")}`);
  assert.deepEqual(problems, []);
});

test("a message and a client are pressed with the right button, and a message with the left", async (t) => {
  const { page, person, problems } = await settled(t);
  await person.look(person.ring);
  const reachable = () =>
    person.ring.evaluate((ring) =>
      [...ring.querySelectorAll('[id^="packet-"]')].flatMap((packet) => {
        const { x, y, width, height } = packet.getBoundingClientRect();
        const [left, top] = [x + width / 2, y + height / 2];
        return packet.contains(document.elementFromPoint(left, top)) ? [{ id: packet.id, at: [left, top] }] : [];
      }),
    );
  const { id } = await eventually("a message is in reach of the mouse", async () => {
    await person.button("One event forward").click();
    return (await reachable())[0];
  });
  // Where it is now: a second future, which begins with the first thing that is done, needs room of its own.
  const press = async (options) => page.mouse.click(...(await reachable()).find((message) => message.id === id).at, options);
  await press();
  await person.inspector.getByRole("heading", { name: "Message" }).waitFor();
  for (const name of ["Hold", "Drop"]) {
    await press({ button: "right" });
    await person.menu.getByRole("menuitem", { name, exact: true }).click();
    await person.menu.waitFor({ state: "detached" });
  }
  await eventually("it is lost", async () => (await person.facts()).State === "lost");
  await person.selectNothing();
  await person.ring.locator("text").filter({ hasText: /^C2$/ }).click({ button: "right", force: true });
  await person.menu.getByRole("menuitem", { name: "Ask twenty things", exact: true }).click();
  await eventually("it asks", async () => (await person.requests()).length > 0);
  const told = await person.told();
  for (const words of ["A message is held.", "A message is taken away."]) assert.ok(told.includes(words), told.join("\n"));
  assert.deepEqual(problems, []);
});
