// Links: cut and mended one by one, all at once, along a line, and around a server; with the mouse and with keys.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { box, eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

async function standing(t) {
  const met = await meet(visit, t, "#seed=42");
  await met.person.reach(500);
  return met;
}

test("a press cuts a link both ways, and another mends it", async (t) => {
  const { person, problems } = await standing(t);
  await person.pressLink("S1", "S3");
  assert.deepEqual(await person.cuts(), ["S1–S3"]);
  assert.equal((await person.links())["S1–S3"], "cut");
  await person.inspector.getByRole("heading", { name: "Link S1–S3" }).waitFor();
  await person.heal.waitFor();
  await person.pressLink("S1", "S3");
  assert.deepEqual(await person.cuts(), []);
  await person.heal.waitFor({ state: "detached" });
  assert.deepEqual(problems, []);
});

test("one direction of a link can be cut", async (t) => {
  const { person, problems } = await standing(t);
  await person.pressLink("S1", "S3");
  await person.button("Heal S3 → S1").click();
  assert.equal((await person.links())["S1–S3"], "cut from S1 to S3");
  await person.button("Cut S3 → S1").click();
  assert.equal((await person.links())["S1–S3"], "cut");
  await person.button("Heal both ways").click();
  assert.equal((await person.links())["S1–S3"], "connected");
  assert.deepEqual(problems, []);
});

test("what is on a link when it is cut is lost", async (t) => {
  const { page, person, problems } = await standing(t);
  const leader = (await person.leader()).id;
  const follower = leader === "S1" ? "S2" : "S1";
  await person.pressLink(leader, follower);
  await page.keyboard.press("e");
  await person.events.getByRole("checkbox", { name: "every message and write" }).check();
  await person.playUntil("a heartbeat is lost", async () => {
    const sentences = await person.sentences();
    return sentences.some(({ words }) => words === `A message of ${leader} (heartbeat) is lost: the link is cut.`);
  });
  assert.deepEqual(problems, []);
});

test("links are cut and mended with the keyboard alone", async (t) => {
  const { page, person, problems } = await standing(t);
  const { keyboard } = page;
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? "");
  await page.getByRole("link", { name: "Skip to the cluster" }).press("Enter");
  await keyboard.press("Tab");
  await keyboard.press("Tab");
  assert.equal(await focused(), "Link S1–S2, connected");
  await keyboard.press("ArrowRight");
  await keyboard.press("ArrowDown");
  assert.equal(await focused(), "Link S1–S4, connected");
  await keyboard.press("Enter");
  assert.equal(await focused(), "Link S1–S4, cut");
  await keyboard.press("Space");
  assert.equal(await focused(), "Link S1–S4, connected");
  assert.equal(await person.isPlaying(), false, "the space bar belongs to what has the focus");
  await keyboard.press("Enter");
  await keyboard.press("ArrowLeft");
  await keyboard.press("Enter");
  assert.deepEqual(await person.cuts(), ["S1–S3", "S1–S4"]);
  await keyboard.press("h");
  assert.deepEqual(await person.cuts(), []);
  assert.deepEqual(problems, []);
});

test("a server is isolated through the inspector, alone or with others, and everything is mended", async (t) => {
  const { person, problems } = await standing(t);
  await person.select("S2");
  await person.button("Isolate S2").click();
  assert.deepEqual(await person.cuts(), ["S1–S2", "S2–S3", "S2–S4", "S2–S5"]);
  assert.equal((await person.see("S2")).cutOff, true);
  await person.inspector.getByRole("button", { name: "Heal all" }).click();
  assert.deepEqual(await person.cuts(), []);

  await person.inspector.getByRole("checkbox", { name: "S4" }).check();
  await person.button("Cut off S2 and S4").click();
  assert.deepEqual(await person.cuts(), ["S1–S2", "S1–S4", "S2–S3", "S2–S5", "S3–S4", "S4–S5"]);
  await person.heal.click();
  assert.deepEqual(await person.cuts(), []);
  assert.equal((await person.see("S2")).cutOff, false);
  assert.deepEqual(problems, []);
});

test("a line parts those on its two sides, whichever they are", async (t) => {
  const { person, problems } = await standing(t);
  for (const ids of [["S1"], ["S2", "S3"], ["S4", "S5"], ["S1", "S5"]]) {
    await person.drawAround(ids);
    await eventually("the links are cut", async () => (await person.cuts()).length > 0);
    const crossing = (link) => link.split("–").filter((id) => ids.includes(id)).length === 1;
    const links = Object.entries(await person.links());
    for (const [link, state] of links) {
      assert.equal(state, crossing(link) ? "cut" : "connected", `${link} when ${ids} are parted from the others`);
    }
    await person.heal.click();
  }
  assert.deepEqual(problems, []);
});

test("a line that parts nobody says so, and cuts nothing", async (t) => {
  const { person, problems } = await standing(t);
  const picture = await box(person.ring);
  const y = picture.y + picture.height - 4;
  await person.draw({ x: picture.x + picture.width * 0.4, y }, { x: picture.x + picture.width * 0.9, y });
  await eventually("it is said", async () => (await person.alert.innerText()).includes("one side"));
  assert.deepEqual(await person.cuts(), []);
  assert.deepEqual(problems, []);
});
