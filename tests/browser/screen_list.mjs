// Every screen of the page: the run in the address, how to get there, and what the person wants. A screen that is not in the
// list is not looked at.

import { readFile } from "node:fs/promises";

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

/** The run in which a rule is broken on purpose, at its end. */
async function openMistake(person, name) {
  const { setup, commands } = JSON.parse(await readFile(new URL(`../../static/mistakes/${name}.json`, import.meta.url)));
  const file = { name: "run.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify({ setup, commands })) };
  const [chooser] = await Promise.all([person.page.waitForEvent("filechooser"), person.button("Open").click()]);
  await chooser.setFiles(file);
  await person.playUntil("the rule is broken", async () => (await person.page.getByText("is broken on").count()) > 0);
}

/** Each screen: the run in the address, how to get there, and what the person wants. */
export const SCREENS = {
  fresh: ["#seed=42", async () => {}],
  election: ["#seed=42", async (person) => {
    await person.reach(400);
    await person.choice("Kind of mark").selectOption("elections");
    for (const _ of ["from whoever leads", "to the election"]) await person.button("Previous election").click();
    await person.slider.press("ArrowRight");
  }],
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
  message: ["#seed=42", async (person) => {
    await work(person);
    await person.page.keyboard.press("n");
  }],
  menu: ["#seed=42", async (person) => {
    await work(person);
    await person.server("S3").click({ button: "right" });
    await person.menu.waitFor();
  }],
  palette: ["#seed=42", async (person) => {
    await work(person);
    await person.page.keyboard.press("Control+k");
    await person.page.keyboard.type("disk");
  }],
  form: ["#seed=42", async (person) => {
    await work(person);
    await person.say("settings");
  }],
  "space-time": ["#seed=42", async (person) => {
    await work(person);
    await person.button("Space–time").click();
  }],
  machines: ["#seed=42", async (person) => {
    await work(person);
    await person.button("State machines").click();
  }],
  violation: ["#seed=42", async (person) => {
    await openMistake(person, "10-skip-up-to-date-check");
  }],
  wrong: ["#seed=42", async (person) => {
    await person.page.getByRole("textbox", { name: "Seed" }).fill("-1");
    await person.page.keyboard.press("Enter");
  }],
  tour: ["", async (person) => {
    await person.page.getByRole("dialog", { name: "Watch an election" }).waitFor();
  }, { tour: true }],
  "tour-crash": ["", async (person) => {
    await person.reach(600);
    await person.button("Next").click();
    await person.page.keyboard.press((await person.leader()).id.slice(1));
    await person.page.keyboard.press("c");
  }, { tour: true }],
  "tour-put": ["", async (person) => {
    for (const _ of [1, 2]) await person.button("Next").click();
  }, { tour: true }],
  "tour-end": ["", async (person) => {
    for (const _ of [1, 2, 3, 4, 5]) await person.button("Next").click();
  }, { tour: true }],
  still: ["#seed=42", work, { media: { reducedMotion: "reduce" } }],
  large: ["#seed=42", async (person) => void (await partition(person)), { large: true }],
  help: ["#seed=42", async (person) => void (await person.page.keyboard.press("?"))],
  one: ["#seed=42&servers=1", work],
  two: ["#seed=42&servers=2", work],
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
  three: ["#seed=42&servers=3", work],
  seven: ["#seed=42&servers=7", work],
  nine: ["#seed=42&servers=9", work],
  many: ["#seed=42&servers=51", work],
};
