// The run itself: what happens to servers, links, logs and time.

import { RUN, manyTerms, partition, wait, work } from "./moments.mjs";

export const CLUSTER = {
  fresh: ["#seed=42", async () => {}],
  election: ["#seed=42", async (person) => {
    await person.reach(400);
    await person.choice("Kind of mark").selectOption("elections");
    for (const _ of ["from whoever leads", "to the election"]) await person.button("Previous election").click();
    await person.slider.press("ArrowRight");
  }],
  work: [RUN, work],
  partition: [RUN, async (person) => void (await partition(person))],
  overwritten: [RUN, async (person) => {
    const id = await partition(person, wait);
    await person.page.keyboard.press("h");
    const gone = async () => !(await person.holders("y=7")).includes(id);
    await person.playUntil("the old leader's entry is overwritten", gone);
  }],
  branches: [RUN, async (person) => {
    await work(person);
    await person.seek(500);
    await person.page.keyboard.press((await person.leader()).id.slice(1));
    await person.page.keyboard.press("c");
    await person.selectNothing();
    await person.reach(1_200);
  }],
  ills: [RUN, async (person) => {
    await work(person);
    const { id } = await person.leader();
    const [one, two, three, four] = (await person.servers()).map((server) => server.id).filter((other) => other !== id);
    for (const words of [`pause ${one}`, `fill the disk of ${two}`, `stall the disk of ${three}`, `let the clock of ${four} run fast`]) {
      await person.say(words);
    }
    await person.ask({ server: "leader", key: "x", value: "9" });
    await wait(person, 60);
  }],
  chaos: ["#seed=42", async (person) => {
    await person.reach(500);
    await person.choice("Chaos").selectOption("wild");
    await person.reach(3_000);
  }],
  terms: [RUN, async (person) => void (await manyTerms(person, 9))],
  values: [RUN, async (person) => {
    for (const [client, key, value] of [["C1", "greeting", "good evening, ladies and gentlemen"], ["C2", "answer", "42"], ["C3", "path", "/usr/share/dict/words"]]) {
      await person.ask({ client, server: "leader", key, value });
      await wait(person, 20);
    }
    await wait(person, 200);
    await person.field("Key").fill("x");
    await person.field("Value").fill("1");
  }],
};
