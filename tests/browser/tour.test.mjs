// The first minute: a person is shown around by doing, and nothing is hidden by it, or moves.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { cutOff, shifts, violations, watchShifts } from "./looks.mjs";
import { eventually, meet } from "./person.mjs";

const SIZES = { wide: { width: 1440, height: 900 }, tablet: { width: 820, height: 1180 }, narrow: { width: 375, height: 812 } };

let visit;
before(async () => {
  visit = await startVisit();
  await watchShifts(visit.context);
});
after(() => visit?.close());

const tour = (page) => page.getByRole("dialog", { name: /Watch an election|Crash the leader|Put a value|Cut a link|Go back in time|Now it is yours/ });

test("a first visit is shown around, step by step, by doing each thing", async (t) => {
  const { page, person, problems } = await meet(visit, t, "", { wishes: { tour: true } });
  const step = async (name) => {
    const dialog = page.getByRole("dialog", { name, exact: true });
    await dialog.waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.textContent), name, "the focus goes along");
    return dialog;
  };
  const done = (dialog, words) => dialog.getByText(words).waitFor();

  const watch = await step("Watch an election");
  await person.play();
  await done(watch, /S\d has a majority of the votes, and leads/);
  await person.pause();
  await person.button("Next").click();

  const crash = await step("Crash the leader");
  const { id } = await person.leader();
  await person.select(id);
  await person.inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await done(crash, `${id} is down.`);
  await person.button("Next").click();

  const put = await step("Put a value");
  await person.button("Send").click();
  await done(put, "Nobody leads now, so C1 waits. The others will elect a leader. Press Play to see it.");
  await person.play();
  await done(put, "It is committed: solid, on a majority. C1 has its answer.");
  await person.pause();
  await person.button("Next").click();

  const cut = await step("Cut a link");
  const others = (await person.servers()).map((server) => server.id).filter((other) => other !== id);
  await person.pressLink(others[0], others[2]);
  await done(cut, /is lost now/);
  await person.button("Next").click();

  const back = await step("Go back in time");
  await person.dragTime(0.1);
  await done(back, /The same run, earlier/);
  await person.button("Next").click();

  await step("Now it is yours");
  await person.button("Done").click();
  await tour(page).waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "cluster");

  await page.reload();
  await person.button("Help").waitFor();
  assert.equal(await tour(page).count(), 0, "it is remembered");
  await person.button("Help").click();
  await person.button("Show me around").click();
  await step("Watch an election");
  await page.keyboard.press("Escape");
  await tour(page).waitFor({ state: "detached" });
  assert.deepEqual(problems, []);
});

test("whoever comes by a link, or drives the page with a program, is not shown around", async (t) => {
  for (const suffix of ["", "#seed=7"]) {
    const { page, problems } = await meet(visit, t, suffix);
    assert.equal(await tour(page).count(), 0);
    assert.deepEqual(problems, []);
  }
});

for (const [name, size] of Object.entries(SIZES)) {
  test(`the tour hides neither the ring nor what a step is about, and axe finds nothing: ${name}`, async (t) => {
    for (const colorScheme of ["light", "dark"]) {
      const { page, person, problems } = await meet(visit, t, "", { size, media: { colorScheme }, wishes: { tour: true } });
      const found = [];
      const covered = async (step, places) => {
        const card = await tour(page).boundingBox();
        for (const place of places) {
          const { x, y } = await place();
          const inside = x > card.x && x < card.x + card.width && y > card.y && y < card.y + card.height;
          if (inside) found.push(`step ${step}: the tour lies on ${x}, ${y}`);
        }
      };
      await person.reach(500);
      // The keys of the time bar have scrolled to it.
      await page.evaluate(() => scrollTo(0, 0));
      for (let step = 1; step <= 6; step++) {
        if (step !== 3 && step !== 5) await covered(step, ["S1", "S2", "S3", "S4", "S5"].map((id) => () => person.place(id)));
        for (const problem of [...(await violations(page)), ...(await cutOff(page))]) found.push(`step ${step}: ${problem}`);
        if (step < 6) await person.button("Next").click();
      }
      assert.equal(found.join("\n"), "");
      assert.deepEqual(problems, []);
      await page.close();
    }
  });

  test(`nothing shifts while the page loads and the run goes on: ${name}`, async (t) => {
    for (const options of [{ size }, { size, wishes: { tour: true } }, { size, media: { reducedMotion: "reduce" } }]) {
      const { page, person, problems } = await meet(visit, t, "", options);
      await person.play();
      await eventually("somebody leads and commits", async () => (await person.committedOn("no-op")).length >= 3);
      assert.deepEqual(await shifts(page), []);
      assert.deepEqual(problems, []);
      await page.close();
    }
  });
}
