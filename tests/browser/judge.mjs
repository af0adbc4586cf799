// Judges screens: light and dark, wide and narrow, axe finds nothing, and nothing is cut off.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { cutOff, violations } from "./looks.mjs";
import { meet } from "./person.mjs";
import { goTo } from "./screens/moments.mjs";

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 375, height: 812 } };

/** A test for each of the screens. */
export function judge(screens) {
  let visit;
  before(async () => {
    visit = await startVisit();
  });
  after(() => visit?.close());

  for (const [name, screen] of Object.entries(screens)) {
    const [suffix, , { media, ...wishes } = {}] = screen;
    test(`axe finds nothing, and nothing is cut off: ${name}`, async (t) => {
      const found = [];
      const { page, person, problems } = await meet(visit, t, suffix, { size: SIZES.wide, media, wishes });
      await goTo(person, screen);
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
}
