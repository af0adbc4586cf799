// What a person selects and asks: inspector and answers.

import { RUN, follower, partition, uncommitted, work } from "./moments.mjs";

export const ASKING = {
  server: [RUN, async (person) => {
    await work(person);
    await person.page.keyboard.press((await person.leader()).id.slice(1));
  }],
  follower: [RUN, async (person) => {
    await partition(person);
    await person.page.keyboard.press((await follower(person)).slice(1));
  }],
  entry: [RUN, async (person) => {
    await work(person);
    await person.logGrid.getByRole("button", { name: /^S2 index 2, / }).click();
  }],
  link: [RUN, async (person) => {
    await work(person);
    await person.pressLink("S1", "S3");
  }],
  crashed: [RUN, async (person) => {
    await work(person);
    await person.page.keyboard.press((await follower(person)).slice(1));
    await person.page.keyboard.press("c");
  }],
  message: [RUN, async (person) => {
    await work(person);
    await person.page.keyboard.press("n");
  }],
  events: [RUN, async (person) => {
    await partition(person);
    await person.button("Events").click();
  }],
  rule: [RUN, async (person) => {
    await work(person);
    await person.button(/^Leader Completeness/, { exact: false }).focus();
  }],
  why: [RUN, async (person) => {
    await uncommitted(person);
    await person.page.keyboard.press("w");
    await person.answer();
  }],
  "why-server": [RUN, async (person) => {
    await partition(person);
    await person.say(`why ${await follower(person)} not the leader`);
    await person.answer();
  }],
};
