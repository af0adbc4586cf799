// Every screen, light and dark, wide and narrow: axe finds nothing, and nothing is cut off.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { cutOff, violations } from "./looks.mjs";
import { meet } from "./person.mjs";
import { SCREENS } from "./screen_list.mjs";

/** Tests of their own look at these in more ways. */
const ELSEWHERE = ["fresh", "partition", "events", "server", "help", "tour", "tour-crash", "tour-put", "tour-end", "one", "nine", "many"];

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 375, height: 812 } };

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

for (const name of Object.keys(SCREENS).filter((name) => !ELSEWHERE.includes(name))) {
  test(`axe finds nothing, and nothing is cut off: ${name}`, async (t) => {
    const [suffix, go, { media, ...wishes } = {}] = SCREENS[name];
    const found = [];
    const { page, person, problems } = await meet(visit, t, suffix, { size: SIZES.wide, media, wishes });
    await person.pause();
    await go(person);
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        for (const problem of [...(await violations(page)), ...(await cutOff(page))]) found.push(`${size}, ${colorScheme}: ${problem}`);
      }
    }
    assert.equal(found.join("\n"), "");
    assert.deepEqual(problems, []);
  });
}
