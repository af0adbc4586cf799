// Less motion, large type, fingers, ears: what the page does for whoever comes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { cutOff, tooSmall, violations } from "./looks.mjs";
import { eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

test("without motion, a message stands at one end and then at the other, and its way is lit", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42", { media: { reducedMotion: "reduce" } });
  assert.equal(await person.isPlaying(), false);
  await person.reach(500);
  // Each message by its id: the places where it is seen, as steps go by.
  const places = () =>
    person.ring.evaluate((ring) =>
      [...ring.querySelectorAll('[id^="packet-"]')].map((packet) => [packet.id, packet.getAttribute("transform"), packet.querySelector("path") !== null]),
    );
  const seen = new Map();
  for (let times = 0; times < 120; times++) {
    for (const [id, place, lit] of await places()) {
      assert.ok(lit, `the way of ${id} is lit`);
      seen.set(id, (seen.get(id) ?? new Set()).add(place));
    }
    await person.slider.press("ArrowRight");
  }
  assert.ok(seen.size > 4, `${seen.size} messages were seen`);
  for (const [id, all] of seen) assert.ok(all.size <= 2, `${id} was at ${[...all].join(" and ")}`);
  assert.ok([...seen.values()].some((all) => all.size === 2));

  await page.emulateMedia({ reducedMotion: "no-preference" });
  await person.slider.press("ArrowLeft");
  await eventually("messages travel again", async () => (await places()).every(([, , lit]) => !lit) || (await places()).length === 0);
  assert.deepEqual(problems, []);
});

test("on a phone nothing that is pressed is smaller than a finger", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42", { size: { width: 375, height: 812 } });
  const found = [];
  const check = async (moment) => found.push(...(await tooSmall(page)).map((problem) => `${moment}: ${problem}`));
  await person.reach(500);
  await person.ask({ key: "x", value: "1" });
  await person.reach(700);
  await check("fresh");
  await page.keyboard.press("1");
  await check("server");
  await page.keyboard.press("Escape");
  await person.server("S2").click({ button: "right" });
  await person.menu.waitFor();
  await check("menu");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await check("help");
  assert.equal(found.join("\n"), "");
  assert.deepEqual(problems, []);
});

test("large type is chosen in the help, kept, and cuts nothing off", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42", { size: { width: 1920, height: 1080 } });
  const height = () => page.evaluate(() => Number.parseFloat(getComputedStyle(document.body).fontSize));
  const usual = await height();
  await person.button("Help").click();
  await page.getByRole("checkbox", { name: "Large type, for a projector" }).check();
  await page.keyboard.press("Escape");
  assert.ok((await height()) >= usual * 1.2);
  await person.reach(500);
  await person.ask({ key: "x", value: "1" });
  await person.reach(700);
  assert.deepEqual([...(await violations(page)), ...(await cutOff(page))], []);
  await page.reload();
  await person.button("Help").waitFor();
  assert.ok((await height()) >= usual * 1.2, "it is kept");
  await person.button("Help").click();
  await page.getByRole("checkbox", { name: "Large type, for a projector" }).uncheck();
  assert.equal(await height(), usual);
  assert.deepEqual(problems, []);
});

test("a screen reader hears a whole election, votes and all, or only its outcome", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  const said = page.getByRole("status", { name: "What happens" });
  const heard = [];
  const listen = async (words) => {
    heard.push(await said.textContent());
    return heard.some((all) => words.test(all));
  };
  await person.play("1/20×");
  await eventually("an election begins", () => listen(/S\d heard no leader in time, and starts an election for term \d/));
  await eventually("votes are said", () => listen(/S\d.* votes? for S\d in term \d/));
  await eventually("its end is said", () => listen(/S\d is elected leader of term \d/));
  await person.pause();

  await person.button("Help").click();
  await page.getByRole("combobox", { name: "Screen readers say" }).selectOption("nothing");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Help" }).waitFor({ state: "detached" });
  const before_ = await said.textContent();
  const { id } = await person.leader();
  await page.keyboard.press(id.slice(1));
  await page.keyboard.press("c");
  await person.playUntil("another leads", async () => ![undefined, id].includes((await person.leader())?.id));
  const after_ = await said.textContent();
  assert.ok(after_ === before_ || !after_.includes(id), after_);
  assert.deepEqual(problems, []);
});
