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
