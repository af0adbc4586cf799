// How a person gets to the moments that screens are about.

import { readFile } from "node:fs/promises";
import { eventually } from "../person.mjs";

/** Goes to a screen of the list, where time stands still. A tour and a story begin by themselves. */
export async function goTo(person, [suffix, go, wishes = {}]) {
  const begins = wishes.tour || /^#(scenario|mistake)=/.test(suffix);
  if (!begins) await person.pause();
  await go(person);
  if (wishes.tour) await person.pause();
}

/** A run in which somebody leads. What is opened at a moment knows nothing after it, so whoever acts there forks nothing. */
export const RUN = "#seed=42&at=600";

/** Lets this many milliseconds go by, event by event: nothing after them is known. */
export async function wait(person, ms) {
  await person.page.evaluate(() => document.activeElement.blur());
  const until = (await person.now()) + ms;
  while ((await person.now()) < until) {
    for (let times = 0; times < 10; times++) await person.page.keyboard.press("ArrowRight");
  }
}

/** A few things are committed. */
export async function work(person) {
  for (const [key, value] of [["x", "1"], ["y", "2"], ["colour", "green"]]) {
    await person.ask({ server: "leader", key, value });
    await wait(person, 60);
  }
}

/** The id of a server that follows, and of another one if `not` is given. */
export async function follower(person, not) {
  return (await person.servers()).find(({ id, role }) => role === "follower" && id !== not).id;
}

/** Lets this many milliseconds go by in one go: whoever acts then forks what came after. */
const atLast = async (person, ms) => person.reach(Math.floor(((await person.now()) + ms) / 10) * 10);

/** Two leaders, one of them cut off, and both are asked. */
export async function partition(person, goOn = atLast) {
  await work(person);
  const { id } = await person.leader();
  await person.drawAround([id]);
  await person.ask({ client: "C1", server: id, key: "y", value: "7" });
  await person.ask({ client: "C2", server: "leader", key: "z", value: "4" });
  await goOn(person, 600);
  return id;
}

/** The old leader's entry of the partition is selected there, where it cannot be committed. */
export async function uncommitted(person) {
  const id = await partition(person);
  await person.logGrid.getByRole("button", { name: new RegExp(`^${id} index .*, y=7`) }).click();
}

/** Gives the page a file, as whoever opens one does. */
export async function openFile(person, name, text) {
  const [chooser] = await Promise.all([person.page.waitForEvent("filechooser"), person.button("Open").click()]);
  await chooser.setFiles({ name, mimeType: "application/json", buffer: Buffer.from(text) });
}

/** The run in which a rule is broken on purpose, at its end. */
export async function openMistake(person, name) {
  const { setup, commands } = JSON.parse(await readFile(new URL(`../../../static/mistakes/${name}.json`, import.meta.url)));
  await openFile(person, "run.json", JSON.stringify({ setup, commands }));
  // It is read while nobody waits for it, and begins anew.
  const seed = person.field("Seed");
  await eventually("the run is there", async () => (await seed.inputValue()) === String(setup.seed));
  await person.playUntil("the rule is broken", async () => (await person.page.getByText("is broken on").count()) > 0);
}

/** The story of the address has come, and stands still: at the step that says `words`, or where it began. */
export async function told(person, words) {
  const story = person.page.getByRole("complementary", { name: "Story" });
  await story.waitFor();
  await person.pause();
  if (words === undefined) return;
  const step = story.getByRole("list", { name: "Steps" }).getByRole("listitem").filter({ hasText: words });
  await step.first().getByRole("button", { name: /^Go to / }).first().click();
}

/** Goes on event by event until a message of this kind is under way, and selects it. */
export async function untilMessage(person, kind) {
  for (let times = 0; times < 400; times++) {
    const names = await person.ring.locator("title").allTextContents();
    if (names.some((name) => kind.test(name))) break;
    await person.page.keyboard.press("ArrowRight");
  }
  for (let times = 0; times < 40; times++) {
    await person.page.keyboard.press("n");
    if (kind.test(await person.inspector.innerText())) return;
  }
  throw new Error(`no message is ${kind}`);
}

/** Terms upon terms: each server leads in its turn. */
export async function manyTerms(person, count) {
  for (let turn = 0; turn < count; turn++) {
    await person.say(`time out ${await follower(person)} now`);
    await wait(person, 60);
    await person.ask({ client: `C${(turn % 3) + 1}`, server: "leader", key: "k", value: `${turn}` });
    await wait(person, 50);
  }
}
