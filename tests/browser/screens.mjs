// Pictures of every screen: 375, 1440 and 1920 px wide, light and dark. Run by `cargo xtask screenshots`; a screen that is
// not in the list below is not looked at.

import { shot, startVisit } from "./harness.mjs";
import { Person } from "./person.mjs";

const SIZES = [
  { width: 375, height: 812 },
  { width: 1440, height: 900 },
  { width: 1920, height: 1080 },
];

/** Somebody leads, and a few things are committed. */
async function work(person) {
  await person.reach(600);
  for (const [key, value] of [["x", "1"], ["y", "2"], ["colour", "green"]]) {
    await person.ask({ server: "leader", key, value });
    await person.reach((Math.floor((await person.now()) / 10) + 15) * 10);
  }
}

/** Two leaders, one of them cut off, and both are asked. */
async function partition(person) {
  await work(person);
  const { id } = await person.leader();
  await person.drawAround([id]);
  await person.ask({ client: "C1", server: id, key: "y", value: "7" });
  await person.ask({ client: "C2", server: "leader", key: "z", value: "4" });
  const cut = await person.now();
  await person.reach((Math.floor(cut / 10) + 70) * 10);
  return id;
}

/** Each screen: the run in the address, and how to get there. */
const SCREENS = {
  fresh: ["#seed=42", async () => {}],
  election: ["#seed=42", async (person) => void (await person.playUntil("somebody asks for votes", async () => (await person.servers()).some(({ role }) => role === "candidate")))],
  work: ["#seed=42", work],
  partition: ["#seed=42", async (person) => void (await partition(person))],
  overwritten: [
    "#seed=42",
    async (person) => {
      const id = await partition(person);
      await person.page.keyboard.press("h");
      const gone = async () => !(await person.holders("y=7")).includes(id);
      await person.playUntil("the old leader's entry is overwritten", gone);
    },
  ],
  events: ["#seed=42", async (person) => {
    await partition(person);
    await person.button("Events").click();
  }],
  server: ["#seed=42", async (person) => {
    await work(person);
    await person.page.keyboard.press((await person.leader()).id.slice(1));
  }],
  entry: ["#seed=42", async (person) => {
    await work(person);
    await person.logGrid.getByRole("button", { name: /^S2 index 2, / }).click();
  }],
  link: ["#seed=42", async (person) => {
    await work(person);
    await person.pressLink("S1", "S3");
  }],
  crashed: ["#seed=42", async (person) => {
    await work(person);
    const follower = (await person.servers()).find(({ role }) => role === "follower").id;
    await person.page.keyboard.press(follower.slice(1));
    await person.page.keyboard.press("c");
  }],
  branches: ["#seed=42", async (person) => {
    await work(person);
    await person.seek(500);
    await person.page.keyboard.press((await person.leader()).id.slice(1));
    await person.page.keyboard.press("c");
    await person.selectNothing();
    await person.reach(1_200);
  }],
  compare: ["#seed=42&with=pre_vote:true", async (person) => {
    person.ring = person.page.getByRole("group", { name: "Servers and links of A", exact: true });
    await person.reach(600);
    const leader = (await person.leader()).id;
    await person.drawAround([(await person.servers()).map(({ id }) => id).find((id) => id !== leader)]);
    await person.reach(1_500);
  }],
  help: ["#seed=42", async (person) => void (await person.page.keyboard.press("?"))],
  one: ["#seed=42&servers=1", work],
  two: ["#seed=42&servers=2", work],
  nine: ["#seed=42&servers=9", work],
  many: ["#seed=42&servers=51", work],
};

const only = process.env.RAFTARIUM_SCREENS?.split(",");
const names = Object.keys(SCREENS).filter((name) => !only || only.includes(name));
const visit = await startVisit();
try {
  for (const size of SIZES) {
    for (const colorScheme of ["light", "dark"]) {
      for (const name of names) {
        const [suffix, go] = SCREENS[name];
        const { page, problems } = await visit.open(suffix, { size, media: { colorScheme } });
        const person = new Person(page);
        await person.pause();
        await go(person);
        await page.evaluate(() => scrollTo(0, 0));
        const file = await shot(page, `${name}-${size.width}-${colorScheme}`, { fullPage: size.width < 760 });
        console.log(file);
        if (problems.length > 0) throw new Error(`${name}: ${problems.join("\n")}`);
        await page.close();
      }
    }
  }
} finally {
  await visit.close();
}
