// The page for everybody: with a keyboard, a screen reader, a small screen, and without motion.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shot, startVisit } from "./harness.mjs";
import { cutOff, violations } from "./looks.mjs";
import { eventually, meet } from "./person.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 375, height: 812 } };

for (const [name, size] of Object.entries(SIZES)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`axe finds nothing, and nothing is cut off: ${name}, ${colorScheme}`, async (t) => {
      const { page, person, problems } = await meet(visit, t, "#seed=42", { size, media: { colorScheme } });
      const found = [];
      const check = async (moment) => {
        for (const problem of [...(await violations(page)), ...(await cutOff(page))]) found.push(`${moment}: ${problem}`);
        await page.evaluate(() => scrollTo(0, 0));
        await shot(page, `access-${name}-${colorScheme}-${moment}`);
      };
      await person.pause();
      await person.slider.press("Home");
      await check("fresh");

      await person.reach(800);
      const { id } = await person.leader();
      await person.ask({ server: "leader", key: "x", value: "1" });
      await person.reach(1_000);
      await person.drawAround([id]);
      assert.equal((await person.cuts()).length, 4);
      await person.ask({ client: "C1", server: id, key: "answer", value: "42" });
      await person.reach(1_800);
      await check("partition");

      await person.button("Events").click();
      await person.events.waitFor();
      await check("events");
      await person.button("Close events").click();
      await page.keyboard.press(id.slice(1));
      await person.inspector.getByRole("heading", { name: id, exact: true }).waitFor();
      await check("server");
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Help" }).waitFor();
      await check("help");
      await page.keyboard.press("Escape");
      await page.getByRole("dialog", { name: "Help" }).waitFor({ state: "detached" });

      assert.equal(found.join("\n"), "");
      assert.deepEqual(problems, []);
    });
  }
}

test("however many servers there are, nothing is cut off", async (t) => {
  const found = [];
  const sizes = { ...SIZES };
  sizes.laptop = { width: 1280, height: 800 };
  for (const [name, size] of Object.entries(sizes)) {
    for (const count of [1, 2, 9, 51]) {
      const { page, person, problems } = await meet(visit, t, `#seed=42&servers=${count}`, { size });
      await person.reach(400);
      for (const client of ["C1", "C2", "C3"]) await person.ask({ client, key: "answer", value: "42" });
      if (count > 1 && count < 10) await person.drawAround(["S1"]);
      for (const problem of await cutOff(page)) found.push(`${name}, ${count} servers: ${problem}`);
      assert.deepEqual(problems, []);
      await page.close();
    }
  }
  assert.equal(found.join("\n"), "");
});

test("in a window of any size the page goes on", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(400);
  await person.pressLink("S1", "S3");
  await person.ask({ key: "x", value: "1" });
  for (const [width, height] of [[1, 1], [60, 800], [800, 60], [100, 100], [4000, 300], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.deepEqual(problems, [], `${width} × ${height}`);
  }
  assert.deepEqual(await person.cuts(), ["S1–S3"]);
});

test("Tab reaches everything once, in the order in which it is read", async (t) => {
  const { page, problems } = await meet(visit, t, "#seed=42", { media: { reducedMotion: "reduce" } });
  const stops = [];
  for (let times = 0; times < 60; times++) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const { activeElement: element } = document;
      if (element === document.body) return "";
      const label = element.labels?.[0]?.textContent;
      return element.getAttribute("aria-label") ?? label ?? element.textContent.trim();
    });
    if (name === "" || name === stops[0]) break;
    stops.push(name);
  }
  const expected = [
    /^Skip to the cluster/,
    /^Seed$/,
    /^New seed$/,
    /^Servers$/,
    /theme$/,
    /^Help$/,
    /^S1, /,
    /^Link S1–S2/,
    /^Play$/,
    /^Speed$/,
    /^Events$/,
    /^Moment$/,
    /^Log entries$/,
    /^Election Safety/,
    /^Client$/,
    /^Key$/,
    /^Value$/,
    /^Send$/,
  ];
  let from = 0;
  for (const pattern of expected) {
    const place = stops.findIndex((stop, at) => at >= from && pattern.test(stop));
    assert.ok(place >= 0, `${pattern} comes after ${stops[from - 1]} in\n${stops.join("\n")}`);
    from = place + 1;
  }
  assert.equal(new Set(stops).size, stops.length, `nothing comes twice in\n${stops.join("\n")}`);
  assert.deepEqual(problems, []);
});

test("a screen reader hears of an election and of a commit, and of nothing that ticks", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=42");
  const said = page.getByRole("status", { name: "What happens" });
  assert.equal(await said.getAttribute("aria-live"), "polite");
  const heard = [];
  await person.play();
  await eventually("the election is said", async () => {
    heard.push(await said.textContent());
    return heard.some((words) => /S\d is elected leader of term \d+|S\d leads term \d+/.test(words));
  });
  await person.ask({ key: "x", value: "1" });
  await eventually("the answer is said", async () => /C1 learns: committed at \d+/.test(await said.textContent()));
  await person.pause();
  // Whatever else has the role of a status would be read out at every change, and the time changes all the while.
  const others = await page.getByRole("status").evaluateAll((all) =>
    all.filter((one) => one.getAttribute("aria-live") !== "off").map((one) => one.getAttribute("aria-label")),
  );
  assert.deepEqual(others, ["What happens"]);
  assert.deepEqual(problems, []);
});

test("whoever wants less motion gets a page that stands still until they say otherwise", async (t) => {
  const { person, problems } = await meet(visit, t, "#seed=42", { media: { reducedMotion: "reduce" } });
  assert.equal(await person.isPlaying(), false);
  assert.equal(await person.now(), 0);
  await person.playUntil("somebody leads", () => person.leader());
  assert.deepEqual(problems, []);
});

test("the help is a dialog that takes the keys, and gives the focus back", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.pause();
  const at = await person.now();
  await person.button("Help").focus();
  await page.keyboard.press("Enter");
  const help = page.getByRole("dialog", { name: "Help" });
  await help.waitFor();
  await page.keyboard.press("ArrowRight");
  assert.equal(await person.now(), at);
  assert.equal(await help.evaluate((dialog) => dialog.contains(document.activeElement)), true);
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.equal(await focused(), "Help");
  assert.deepEqual(problems, []);
});
