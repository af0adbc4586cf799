// What cannot be done is refused in words and changes nothing; and the page never dies silently.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shot, startVisit } from "./harness.mjs";
import { eventually, meet } from "./person.mjs";
import { assertSame } from "./picture.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

/** Does what the page cannot do, and gives what it says; everything else has to be as it was. */
async function refused(person, act) {
  const before = await person.words();
  await act();
  const said = await eventually("it is said", async () => (await person.alert.innerText()).trim());
  assertSame(withoutFields(await person.words()), withoutFields(before), "nothing changes");
  return said;
}

/** What can be typed may have changed, as it was typed. */
const withoutFields = (lines) => lines.filter((line) => !/textbox|combobox|option/.test(line));

test("a key without a letter is refused", async (t) => {
  const { person, problems } = await meet(visit, t);
  await person.reach(400);
  const said = await refused(person, () => person.ask({ key: "", value: "1" }));
  assert.match(said, /key has 0 bytes; allowed are 1 to 64/);
  const get = await refused(person, async () => {
    await person.button("Dismiss").click();
    await person.ask({ op: "get", key: "" });
  });
  assert.match(get, /key has 0 bytes; allowed are 1 to 64/);
  assert.deepEqual(problems, []);
});

test("a value that is too long is refused, and can be mended", async (t) => {
  const { person, problems } = await meet(visit, t);
  await person.reach(400);
  const long = "ü".repeat(40);
  const said = await refused(person, () => person.ask({ key: "x", value: long }));
  assert.match(said, /value has 80 bytes; allowed are 0 to 64/);
  assert.equal(await person.field("Value").inputValue(), long, "what was typed is still there");
  await person.ask({ value: "ü".repeat(32) });
  assert.equal((await person.requests()).length, 1);
  await eventually("the words go away", async () => (await person.alert.innerText()).trim() === "");
  assert.deepEqual(problems, []);
});

test("a client that waits asks nothing else, and keeps what it wanted to ask", async (t) => {
  const { person, problems } = await meet(visit, t);
  await person.reach(400);
  await person.ask({ client: "C2", key: "x", value: "1" });
  const said = await refused(person, () => person.ask({ client: "C2", key: "x", value: "7" }));
  assert.match(said, /C2 still waits for an answer/);
  assert.equal(await person.field("Value").inputValue(), "7", "what was typed is still there");
  assert.deepEqual((await person.requests()).map(({ asked }) => asked), ["put x=1"]);
  assert.deepEqual(problems, []);
});

test("a key pressed at the wrong moment is answered in words", async (t) => {
  const { page, person, problems } = await meet(visit, t);
  await person.reach(400);
  const { id } = await person.leader();
  await person.select(id);
  assert.match(await refused(person, () => page.keyboard.press("t")), new RegExp(`${id} leads already`));
  await page.keyboard.press("c");
  assert.match(await refused(person, () => page.keyboard.press("t")), new RegExp(`${id} is down; restart it first`));
  assert.deepEqual(problems, []);
});

test("if the program fails, the page says so, with the seed and what was done", async (t) => {
  const { page, person, problems } = await meet(visit, t, "#seed=7&servers=3");
  await person.reach(400);
  await person.select("S2");
  await person.button("Crash").click();
  await person.ask({ client: "C1", key: "x", value: "1" });
  // A translator or an extension changes the page behind the program's back, which cannot go on from there.
  await page.getByRole("list", { name: "Requests" }).getByRole("listitem").evaluate((row) => row.remove());
  await person.ask({ client: "C2", key: "lost", value: "1" });

  const failure = page.getByRole("alert").filter({ hasText: "Raftarium stopped" });
  await failure.waitFor();
  await shot(page, "failure");
  const words = await failure.innerText();
  assert.match(words, /seed, 7\b/);
  const run = JSON.parse(words.slice(words.indexOf("{\"setup\"")));
  assert.equal(run.setup.seed, 7);
  assert.equal(run.setup.servers, 3);
  const commands = run.commands.map(({ command }) => JSON.stringify(command));
  assert.equal(commands.length, 3);
  for (const [place, part] of ["Crash", "x", "lost"].entries()) {
    assert.ok(commands[place].includes(`"${part}"`), `${commands[place]} has ${part}`);
  }
  assert.ok(await page.getByRole("button", { name: "Copy the report" }).isVisible());
  assert.ok(problems.some((problem) => problem.includes("seed 7, 3 servers")), "the console has the report too");

  const quiet = problems.length;
  await page.keyboard.press("h");
  await page.keyboard.press("Space");
  assert.equal(problems.length, quiet, "what failed is not called again");
  await page.getByRole("button", { name: "Start anew" }).click();
  await person.button("Pause").waitFor();
  assert.equal((await person.servers()).length, 3);
});

test("a program that does not arrive is missed in words", async (t) => {
  const ways = {
    "no network": (route) => route.abort(),
    "not on the host": (route) => route.fulfill({ status: 404, contentType: "text/plain", body: "not found" }),
    "not what was asked for": (route) => route.fulfill({ contentType: "application/wasm", body: "half a program" }),
  };
  // A browser that has kept the page would not ask for it.
  const first = await startVisit({ serviceWorkers: "block" });
  t.after(() => first.close());
  for (const [way, answer] of Object.entries(ways)) {
    for (const file of ["**/*.wasm", "**/*.js"]) {
      if (file === "**/*.js" && way === "not what was asked for") continue;
      const page = await first.context.newPage();
      await page.route(file, answer);
      await page.goto(first.url);
      const said = await eventually(`${file}, ${way}: it is said`, async () => {
        const alert = page.getByRole("alert");
        return (await alert.count()) > 0 && (await alert.innerText());
      });
      assert.match(said, /could not start/);
      assert.match(said, /reload/);
    }
  }
});
