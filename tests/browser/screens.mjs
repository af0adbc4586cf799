// Pictures of every screen: 375, 1440 and 1920 px wide, light and dark. Run by `cargo xtask screenshots`.

import { shot, startVisit } from "./harness.mjs";
import { Person } from "./person.mjs";
import { SCREENS } from "./screen_list.mjs";
import { goTo } from "./screens/moments.mjs";

const SIZES = [
  { width: 375, height: 812 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
];

/** Whether a dialog or a sheet from below lies over the page, so that a picture of all of it would be none of what is seen. */
const coversTheRest = () =>
  [...document.querySelectorAll("dialog[open], aside")].some((one) => getComputedStyle(one).position === "fixed");

const chosen = (list, all) => (list ? list.split(",").filter((one) => all.includes(one)) : all);
const names = chosen(process.env.RAFTARIUM_SCREENS, Object.keys(SCREENS));
const widths = chosen(process.env.RAFTARIUM_WIDTHS, SIZES.map(({ width }) => `${width}`));
const schemes = chosen(process.env.RAFTARIUM_SCHEMES, ["light", "dark"]);
const visit = await startVisit();
try {
  for (const size of SIZES.filter(({ width }) => widths.includes(`${width}`))) {
    for (const name of names) {
      const [suffix, , { media, ...wishes } = {}] = SCREENS[name];
      const { page, problems } = await visit.open(suffix, { size, media: { colorScheme: schemes[0], ...media }, wishes });
      await goTo(new Person(page), SCREENS[name]);
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        await page.evaluate(() => scrollTo(0, 0));
        const whole = size.width < 760 && !(await page.evaluate(coversTheRest));
        console.log(await shot(page, `${name}-${size.width}-${colorScheme}`, { fullPage: whole }));
      }
      if (problems.length > 0) throw new Error(`${name}: ${problems.join("\n")}`);
      await page.close();
    }
  }
} finally {
  await visit.close();
}
