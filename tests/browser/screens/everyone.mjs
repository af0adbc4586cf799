// The first visit, and the page for whoever is not like the others.

import { RUN, partition, work } from "./moments.mjs";

const next = (times) => ["", async (person) => {
  for (let step = 0; step < times; step++) await person.button("Next").click();
}, { tour: true }];

export const EVERYONE = {
  tour: ["", async (person) => {
    await person.page.getByRole("dialog", { name: "Watch an election" }).waitFor();
  }, { tour: true }],
  "tour-crash": ["", async (person) => {
    await person.reach(600);
    await person.button("Next").click();
    await person.page.keyboard.press((await person.leader()).id.slice(1));
    await person.page.keyboard.press("c");
  }, { tour: true }],
  "tour-put": next(2),
  "tour-cut": next(3),
  "tour-back": next(4),
  "tour-end": next(5),
  still: [RUN, work, { media: { reducedMotion: "reduce" } }],
  help: [RUN, async (person) => void (await person.page.keyboard.press("?"))],
  large: [RUN, async (person) => void (await partition(person)), { large: true }],
  "large-server": [RUN, async (person) => {
    await work(person);
    await person.page.keyboard.press((await person.leader()).id.slice(1));
  }, { large: true }],
  "large-space-time": [RUN, async (person) => {
    await partition(person);
    await person.button("Space–time").click();
  }, { large: true }],
  "large-story": ["#scenario=08-figure-8", async (person) => {
    await person.page.getByRole("complementary", { name: "Story" }).waitFor();
    await person.pause();
  }, { large: true }],
  "large-compare": [`${RUN}&with=pre_vote:true`, async (person) => {
    person.ring = person.page.getByRole("group", { name: "Servers and links of A", exact: true });
    await work(person);
  }, { large: true }],
};
