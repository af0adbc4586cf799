// What else is on the screen: memberships, snapshots, the diagram, state machines, what is wrong; and numbers of servers.

import { RUN, openMistake, partition, told, untilMessage, wait, work } from "./moments.mjs";

export const PANELS = {
  learner: [RUN, async (person) => {
    await work(person);
    await person.say("add a server as a learner");
    await wait(person, 400);
  }],
  joint: ["#scenario=18-joint-consensus", async (person) => {
    await told(person, "All five have the joint membership");
  }],
  snapshot: ["#scenario=25-snapshot", async (person) => {
    await told(person, "S5 comes back.");
    await untilMessage(person, /snapshot/i);
  }],
  "space-time": [RUN, async (person) => {
    await work(person);
    await person.button("Space–time").click();
  }],
  "space-time-message": [RUN, async (person) => {
    await partition(person);
    await person.button("Space–time").click();
    const diagram = person.page.getByRole("application", { name: "Space-time diagram" });
    for (const key of ["-", "-", "ArrowDown", "ArrowDown", "ArrowDown"]) await diagram.press(key);
  }],
  machines: [RUN, async (person) => {
    await work(person);
    await person.button("State machines").click();
  }],
  violation: ["#seed=42", async (person) => void (await openMistake(person, "10-skip-up-to-date-check"))],
  wrong: ["#seed=42", async (person) => {
    await person.page.getByRole("textbox", { name: "Seed" }).fill("-1");
    await person.page.keyboard.press("Enter");
  }],
  one: ["#seed=42&servers=1&at=1000", work],
  two: ["#seed=42&servers=2&at=1000", work],
  three: ["#seed=42&servers=3&at=1000", work],
  seven: ["#seed=42&servers=7&at=1000", work],
  nine: ["#seed=42&servers=9&at=1000", work],
  many: ["#seed=42&servers=51&at=1000", work],
};
