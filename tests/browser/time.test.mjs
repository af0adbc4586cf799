// Time: it runs, stands, goes event by event, is dragged both ways; and acting in the past makes another future.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";
import { centre, eventually, meet } from "./person.mjs";
import { assertSame } from "./picture.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

test("time runs by itself until the space bar stops it, and then stands", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  assert.equal(await person.isPlaying(), true);
  await eventually("time goes by", async () => (await person.now()) > 0);
  await page.keyboard.press("Space");
  assert.equal(await person.isPlaying(), false);
  const stopped = await person.now();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Home");
  assert.equal(await person.now(), 0);
  assert.equal(await person.end(), stopped, "what was seen is still known");
  await page.keyboard.press("Space");
  await eventually("time goes by again", async () => (await person.now()) > 0);
  assert.deepEqual(problems, []);
});

test("one event forward and one back are the same picture", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(300);
  const pictures = [await person.picture()];
  const moments = [await person.now()];
  for (let step = 0; step < 5; step++) {
    await person.button("One event forward").click();
    moments.push(await person.now());
    pictures.push(await person.picture());
  }
  assert.deepEqual(moments, moments.toSorted((one, other) => one - other));
  assert.notDeepEqual(pictures[5], pictures[0]);
  for (const step of [4, 3, 2, 1]) {
    await person.button("One event back").click();
    assert.equal(await person.now(), moments[step]);
    assertSame(await person.picture(), pictures[step]);
  }
  await page.getByRole("heading", { name: "Cluster" }).click();
  await page.keyboard.press("ArrowRight");
  assertSame(await person.picture(), pictures[2]);
  await page.keyboard.press("ArrowLeft");
  assertSame(await person.picture(), pictures[1]);
  assert.deepEqual(problems, []);
});

test("the speed is chosen from a list, or with [ and ]", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.pause();
  const speed = person.choice("Speed");
  const chosen = () => speed.evaluate((select) => select.selectedOptions[0].label);
  const all = await speed.evaluate((select) => [...select.options].map((option) => option.label));
  const last = all.length - 1;
  assert.equal(all[last], "1×", "the fastest is as fast as it is");
  await speed.selectOption("1×");
  await page.getByRole("heading", { name: "Cluster" }).click();
  await page.keyboard.press("[");
  assert.equal(await chosen(), all[last - 1]);
  await page.keyboard.press("]");
  assert.equal(await chosen(), "1×");
  for (const _ of all) await page.keyboard.press("[");
  assert.equal(await chosen(), all[0], "it ends at the slowest");
  assert.deepEqual(problems, []);
});

test("as many steps are made as keys are pressed, however fast they come and however busy the page is", async (t) => {
  const { person, problems } = await meet(visit, t);
  await person.reach(700);
  await person.slider.press("Home");
  // All of them before the page can draw once, as on a machine that has much else to do.
  const press = (keys) =>
    person.slider.evaluate((slider, all) => {
      for (const key of all) slider.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }, keys);
  await press([...Array(2).fill("PageUp"), ...Array(12).fill("ArrowRight"), ...Array(3).fill("ArrowLeft")]);
  await eventually("590 ms", async () => (await person.now()) === 590);
  await press(["Home", "ArrowRight", "ArrowRight", "ArrowLeft"]);
  await eventually("10 ms", async () => (await person.now()) === 10);
  assert.deepEqual(problems, []);
});

test("the time bar goes both ways with its keys, and not beyond what is known", async (t) => {
  const { person, problems } = await meet(visit, t);
  await person.reach(700);
  const end = await person.end();
  const keys = [
    ["ArrowLeft", 690],
    ["ArrowDown", 680],
    ["ArrowRight", 690],
    ["ArrowUp", 700],
    ["PageDown", 450],
    ["PageUp", 700],
    ["Home", 0],
    ["ArrowLeft", 0],
    ["End", end],
    ["PageUp", end],
  ];
  for (const [key, at] of keys) {
    await person.slider.press(key);
    assert.equal(await person.now(), at, key);
  }
  assert.match(await person.slider.getAttribute("aria-valuetext"), /^\d+\.\d{3} s of \d+\.\d{3} s$/);
  assert.deepEqual(problems, []);
});

test("the thumb of the time bar follows the mouse, back and forth", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(1_200);
  await person.slider.press("End");
  const end = await person.end();
  const track = await person.track();
  const perPixel = end / ((await centre(person.slider)).x - track.x);
  for (const part of [0.1, 0.3, 0.05, 0.45, 0.2]) {
    await person.dragTime(part);
    const thumb = await centre(person.slider);
    assert.ok(Math.abs(thumb.x - (track.x + track.width * part)) <= 2, `the thumb is under the mouse at ${part}`);
    const expected = track.width * part * perPixel;
    assert.ok(Math.abs((await person.now()) - expected) <= 2 * perPixel + 1, `the time is that of ${part}`);
    assert.equal(await person.end(), end);
  }
  await person.dragTime(1);
  assert.equal(await person.now(), end, "there is nothing to see beyond what is known");
  await page.mouse.click(track.x + track.width * 0.25, track.y + track.height / 2);
  const thumb = await centre(person.slider);
  assert.ok(Math.abs(thumb.x - (track.x + track.width * 0.25)) <= 2, "a press on the bar goes there");
  assert.deepEqual(problems, []);
});

test("taking the thumb stops time, and it stays where it was let go", async (t) => {
  const { person, problems } = await meet(visit, t);
  await person.reach(600);
  await person.play();
  await person.dragTime(0.1);
  assert.equal(await person.isPlaying(), false);
  const at = await person.now();
  await person.page.mouse.move(10, 10);
  assert.equal(await person.now(), at, "it follows the mouse only while it is held");
  assert.deepEqual(problems, []);
});

test("the list of events tells the story, and each sentence leads to its moment", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(1_000);
  const leader = await person.leader();
  await person.button("Events").click();
  const elected = `${leader.id} is elected leader of term ${leader.term}.`;
  const sentences = await person.sentences();
  const election = sentences.find(({ words }) => words === elected);
  assert.ok(election, sentences.map(({ words }) => words).join("\n"));
  assert.ok(sentences.every(({ at }, place) => place === 0 || at >= sentences[place - 1].at));

  await person.events.getByRole("button", { name: elected }).click();
  assert.equal(await person.now(), election.at);
  assert.equal((await person.leader()).id, leader.id);
  assert.deepEqual((await person.sentences()).at(-1).at, election.at, "what comes after has not happened yet");
  await page.getByRole("heading", { name: "Cluster" }).click();
  await page.keyboard.press("e");
  await person.events.waitFor({ state: "detached" });
  assert.deepEqual(problems, []);
});

test("a request's time leads to the moment in which it was made", async (t) => {
  const { person, problems } = await meet(visit, t);
  await person.reach(500);
  await person.ask({ key: "x", value: "1" });
  await person.playUntil("it is committed", async () => (await person.committedOn("x=1")).length === 5);
  await person.button("Go to 0.500 s").click();
  assert.equal(await person.now(), 500);
  assert.deepEqual(await person.holders("x=1"), []);
  assert.match((await person.request("put x=1")).outcome, /^waiting/);
  assert.deepEqual(problems, []);
});

test("whoever acts in the past makes another future, of which nothing is known yet", async (t) => {
  const { person, problems } = await meet(visit, t);
  await person.reach(500);
  await person.ask({ key: "x", value: "1" });
  await person.playUntil("it is committed", async () => (await person.committedOn("x=1")).length === 5);
  await person.seek(400);
  assert.deepEqual(await person.requests(), [], "it is not asked yet");
  const end = await person.end();
  assert.ok(end > 500);
  await person.slider.press("End");
  assert.equal((await person.requests()).length, 1, "looking changes nothing");

  await person.seek(400);
  const leader = await person.leader();
  await person.select(leader.id);
  await person.button("Crash").click();
  assert.equal(await person.end(), 400, "nothing is known beyond now");
  await person.playUntil("another leads", async () => (await person.leader())?.id !== leader.id && person.leader());
  await person.reach(1_500);
  assert.deepEqual(await person.requests(), []);
  assert.deepEqual(await person.holders("x=1"), []);
  assert.deepEqual(problems, []);
});
