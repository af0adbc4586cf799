// Stories, what is kept, and two clusters side by side.

import { RUN, told, wait, work } from "./moments.mjs";

async function library(person, key, words) {
  await person.page.keyboard.press(key);
  const dialog = person.page.getByRole("dialog", { name: "Scenarios and broken rules" });
  await dialog.getByRole("option").first().waitFor();
  if (words) await person.page.keyboard.type(words);
}

/** Two clusters that differ in one setting. */
const TWO = `${RUN}&with=pre_vote:true`;

/** What is done in one of two is done in the ring of the first. */
function inA(person) {
  person.ring = person.page.getByRole("group", { name: "Servers and links of A", exact: true });
}

/** A server is cut off in both, and comes back. */
async function parted(person) {
  inA(person);
  const leader = (await person.leader()).id;
  await person.drawAround([(await person.servers()).map(({ id }) => id).find((id) => id !== leader)]);
  await wait(person, 900);
}

export const STORIES = {
  library: ["#seed=42", async (person) => void (await library(person, "o"))],
  "library-found": ["#seed=42", async (person) => void (await library(person, "o", "figure 8"))],
  "library-none": ["#seed=42", async (person) => void (await library(person, "o", "paxos"))],
  gallery: ["#seed=42", async (person) => void (await library(person, "b"))],
  scenario: ["#scenario=08-figure-8", async (person) => void (await told(person, "(b) S5 leads term 3"))],
  "scenario-begins": ["#scenario=05-partition", async (person) => void (await told(person))],
  "scenario-left": ["#scenario=05-partition&at=500", async (person) => {
    await told(person);
    await person.page.keyboard.press("3");
    await person.page.keyboard.press("c");
    await person.page.keyboard.press("Escape");
  }],
  "not-linearizable": ["#scenario=27-stale-read", async (person) => void (await told(person, "It is told 1"))],
  mistake: ["#mistake=15-trust-expired-lease", async (person) => {
    await told(person);
    const outcome = person.page.getByRole("note", { name: "What comes of it" });
    await outcome.getByRole("button", { name: /^Go to / }).click();
  }],
  "mistake-kept": ["#mistake=10-skip-up-to-date-check", async (person) => {
    await told(person);
    await person.button("Keep to the rules").click();
  }],
  save: [RUN, async (person) => {
    await work(person);
    await person.page.keyboard.press("s");
  }],
  offer: ["#seed=7&servers=3&at=600", async (person) => {
    await work(person);
    const [plain] = person.page.url().split("#");
    await person.page.goto(plain);
    await person.page.getByRole("group", { name: "Last time" }).waitFor();
    await person.pause();
  }],
  compare: [TWO, parted],
  "compare-same": ["#seed=42&with=pre_vote:true&at=100", async () => {}],
  "compare-server": [TWO, async (person) => {
    await parted(person);
    await person.page.getByRole("group", { name: "Servers and links of B", exact: true }).getByRole("button", { name: /^S1, / }).click();
  }],
  "compare-broken": ["#seed=42&with=mistake:skip-up-to-date-check&at=1000", async (person) => {
    inA(person);
    const leader = (await person.leader()).id;
    const [behind, other] = (await person.servers()).map(({ id }) => id).filter((id) => id !== leader);
    await person.drawAround([behind, other]);
    await person.ask({ server: "leader", key: "x", value: "1" });
    await wait(person, 100);
    await person.page.keyboard.press("h");
    await person.say(`time out ${behind} now`);
    const card = person.page.getByRole("group", { name: "B", exact: true });
    await person.playUntil("a rule is broken in B", async () => /✗/.test(await card.innerText()));
  }],
  "compare-space-time": [TWO, async (person) => {
    await parted(person);
    await person.button("Space–time").click();
  }],
};
