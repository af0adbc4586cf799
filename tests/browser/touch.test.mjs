// With fingers alone: what the mouse does by pressing, by the right button and by drawing.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lineAround } from "./geometry.mjs";
import { startVisit } from "./harness.mjs";
import { box, centre, eventually, meet } from "./person.mjs";

const PHONE = { width: 375, height: 812 };
const TABLET = { width: 820, height: 1180 };

let visit;
before(async () => {
  visit = await startVisit({ hasTouch: true });
});
after(() => visit?.close());

/** A page in which somebody leads, standing still, and a finger. */
async function settled(t, size) {
  const met = await meet(visit, t, "#seed=42", { size });
  const { page, person } = met;
  await person.reach(1_000);
  const leader = (await person.leader()).id;
  const others = (await person.servers()).map(({ id }) => id).filter((id) => id !== leader);
  const devtools = await page.context().newCDPSession(page);
  const touch = (type, at) =>
    devtools.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [{ x: at.x, y: at.y }] : [] });
  const finger = {
    /** Both at once: on a busy machine, one after the other might be a long press. */
    tap: (at) => Promise.all([touch("touchStart", at), touch("touchEnd")]),
    press: async (thing) => {
      await person.look(thing);
      await finger.tap(await centre(thing));
    },
    /** Stays until the menu is there. */
    stay: async (at) => {
      await touch("touchStart", at);
      await person.menu.waitFor();
      await touch("touchEnd");
    },
    /** Comes to rest before it is lifted: after a fling, browsers take the next touch for its end. */
    draw: async (from, to, steps = 8) => {
      await touch("touchStart", from);
      for (let step = 1; step <= steps; step++) {
        const part = step / steps;
        await touch("touchMove", { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part });
      }
      for (let rest = 0; rest < 3; rest++) {
        await page.waitForTimeout(60);
        await touch("touchMove", to);
      }
      await touch("touchEnd");
    },
    /** Chooses from the menu that comes when the finger stays. */
    choose: async (at, name, group) => {
      await finger.stay(at);
      if (group) await finger.press(person.menu.getByRole("menuitem", { name: group, exact: true }));
      await finger.press(person.menu.getByRole("menuitem", { name, exact: true }));
      await person.menu.waitFor({ state: "detached" });
    },
  };
  return { ...met, leader, others, finger };
}

/** A place on a link where nothing else is. */
async function onLink(person, one, other) {
  await person.look(person.ring);
  const link = person.link(one, other);
  const [from, to] = [await person.place(one), await person.place(other)];
  for (const part of [0.5, 0.42, 0.58, 0.35, 0.65, 0.3, 0.7]) {
    const at = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    if (await link.evaluate((element, { x, y }) => element.contains(document.elementFromPoint(x, y)), at)) return at;
  }
  return assert.fail(`the link ${one}–${other} can be touched nowhere`);
}

for (const [name, size] of Object.entries({ phone: PHONE, tablet: TABLET })) {
  test(`links are cut and mended, one way too, messages dropped, clients and entries asked of: ${name}`, async (t) => {
    const { page, person, problems, leader, others, finger } = await settled(t, size);
    const [one, two] = others;
    await finger.tap(await onLink(person, one, two));
    await eventually("it is cut", async () => (await person.cuts()).length === 1);
    await page.keyboard.press("Escape");
    await finger.tap(await onLink(person, one, two));
    await eventually("it is mended", async () => (await person.cuts()).length === 0);
    await page.keyboard.press("Escape");
    const [a, b] = [one, two].sort();
    await finger.choose(await onLink(person, a, b), `Cut ${b} → ${a}`);
    assert.equal((await person.links())[`${a}–${b}`], `cut from ${b} to ${a}`);
    await page.keyboard.press("Escape");

    // A message, wherever one is under way and nothing lies on it.
    const places = () =>
      person.ring.evaluate((ring) =>
        [...ring.querySelectorAll('[id^="packet-"]')].flatMap((packet) => {
          const { x, y, width, height } = packet.getBoundingClientRect();
          const at = { x: x + width / 2, y: y + height / 2 };
          return packet.contains(document.elementFromPoint(at.x, at.y)) ? [at] : [];
        }),
      );
    const [message] = await eventually("a message is in reach", async () => {
      await finger.press(person.button("One event forward"));
      await person.look(person.ring);
      const found = await places();
      return found.length > 0 && found;
    });
    await finger.choose(message, "Drop");
    assert.ok((await person.told()).includes("A message is taken away."));
    await page.keyboard.press("Escape");

    await person.look(person.ring);
    const client = person.ring.locator("text").filter({ hasText: /^C1$/ });
    await finger.choose(await centre(client), "Ask twenty things");
    await eventually("it asks", async () => (await person.requests()).length > 0);
    await page.keyboard.press("Escape");

    const entry = person.logGrid.getByRole("button", { name: new RegExp(`^${leader} index 1, `) });
    await person.look(entry);
    await finger.choose(await centre(entry), "Flip a bit in it");
    assert.ok((await person.told()).includes(`A bit flips on the disk of ${leader}.`));
    assert.deepEqual(problems, []);
  });
}

test("a line is drawn with a finger, upright or across, and parts those on its two sides", async (t) => {
  const { person, problems, finger } = await settled(t, TABLET);
  await person.look(person.ring);
  const names = (await person.servers()).map(({ id }) => id);
  const places = await Promise.all(names.map(async (id) => ({ id, ...(await person.place(id)) })));
  for (const ids of [["S1"], ["S2", "S3"], ["S1", "S5"]]) {
    await finger.draw(...lineAround(ids, places, await box(person.ring)));
    await eventually("the links are cut", async () => (await person.cuts()).length > 0);
    for (const [link, state] of Object.entries(await person.links())) {
      const crossing = link.split("–").filter((id) => ids.includes(id)).length === 1;
      assert.equal(state, crossing ? "cut" : "connected", `${link} when ${ids} are parted from the others`);
    }
    await finger.press(person.heal);
    await eventually("they are mended", async () => (await person.cuts()).length === 0);
    await person.look(person.ring);
  }
  assert.deepEqual(problems, []);
});

test("on a phone a line goes across the ring, and up and down a finger scrolls the page and cuts nothing", async (t) => {
  const { page, person, problems, finger } = await settled(t, PHONE);
  await page.evaluate(() => scrollTo(0, 0));
  const { x, y, width, height } = await box(person.ring);
  const places = await Promise.all(["S1", "S2", "S3", "S4", "S5"].map((id) => person.place(id)));
  const upper = places.toSorted((one, other) => one.y - other.y);
  const between = (upper[1].y + upper[2].y) / 2;
  await finger.draw({ x: x + 4, y: between }, { x: x + width - 4, y: between });
  await eventually("the upper two are parted from the others", async () => (await person.cuts()).length === 6);
  await finger.press(person.heal);
  await eventually("they are mended", async () => (await person.cuts()).length === 0);
  await page.evaluate(() => scrollTo(0, 0));
  await finger.draw({ x: x + 3, y: y + height - 30 }, { x: x + 3, y: y + 30 });
  assert.deepEqual(await person.cuts(), []);
  assert.deepEqual(problems, []);
});

test("time follows a finger, and a rule that is touched says what it states", async (t) => {
  const { page, person, problems, finger } = await settled(t, PHONE);
  await person.look(person.slider);
  const [thumb, track] = [await centre(person.slider), await person.track()];
  await finger.draw(thumb, { x: track.x + track.width * 0.2, y: thumb.y });
  await eventually("it is earlier", async () => (await person.now()) < 900);
  const chip = page.getByRole("button", { name: /^Log Matching .*checks, it holds$/ });
  await finger.press(chip);
  await page.getByRole("tooltip").filter({ visible: true }).getByText("§5.3").waitFor();
  assert.deepEqual(problems, []);
});
