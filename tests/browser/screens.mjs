// Pictures of every screen: 375, 1440 and 1920 px wide, light and dark. Run by `cargo xtask screenshots`.

import { shot, startVisit } from "./harness.mjs";
import { Person } from "./person.mjs";
import { SCREENS } from "./screen_list.mjs";

const SIZES = [
  { width: 375, height: 812 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
];

const chosen = (list, all) => (list ? list.split(",").filter((one) => all.includes(one)) : all);
const names = chosen(process.env.RAFTARIUM_SCREENS, Object.keys(SCREENS));
const widths = chosen(process.env.RAFTARIUM_WIDTHS, SIZES.map(({ width }) => `${width}`));
const schemes = chosen(process.env.RAFTARIUM_SCHEMES, ["light", "dark"]);
const visit = await startVisit();
try {
  for (const size of SIZES.filter(({ width }) => widths.includes(`${width}`))) {
    for (const colorScheme of schemes) {
      for (const name of names) {
        const [suffix, go, { media, ...wishes } = {}] = SCREENS[name];
        const { page, problems } = await visit.open(suffix, { size, media: { colorScheme, ...media }, wishes });
        const person = new Person(page);
        if (!wishes.tour) await person.pause();
        await go(person);
        await page.evaluate(() => scrollTo(0, 0));
        const whole = size.width < 760 && (await page.getByRole("dialog").count()) === 0;
        console.log(await shot(page, `${name}-${size.width}-${colorScheme}`, { fullPage: whole }));
        if (problems.length > 0) throw new Error(`${name}: ${problems.join("\n")}`);
        await page.close();
      }
    }
  }
} finally {
  await visit.close();
}
