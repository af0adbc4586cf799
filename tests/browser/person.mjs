// What a person can see and do in the page, through roles, names, keys and the mouse; nothing here knows a class or an id.

import assert from "node:assert/strict";
import { lineAround } from "./geometry.mjs";
import { drawnIn } from "./picture.mjs";

/** How long anything may take on a busy machine before it counts as broken. */
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 40;

/**
 * Looks until `look()` gives something that is true, and gives that.
 *
 * @param {string} what Names what is waited for, when it never comes.
 */
export async function eventually(what, look) {
  const until = Date.now() + PATIENCE_MS;
  let seen;
  for (;;) {
    seen = await look();
    if (seen) return seen;
    if (Date.now() > until) assert.fail(`it never came about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/**
 * Opens the page for a test, and closes it after.
 *
 * @example
 * const { person, problems } = await meet(visit, t, "#seed=7&servers=3");
 * await person.playUntil("somebody leads", () => person.leader());
 */
export async function meet(visit, t, suffix = "#seed=42", options = {}) {
  const { page, problems } = await visit.open(suffix, options);
  t.after(() => page.close());
  page.setDefaultTimeout(PATIENCE_MS);
  return { page, problems, person: new Person(page) };
}

export class Person {
  constructor(page) {
    this.page = page;
    this.ring = page.getByRole("group", { name: "Servers and links" });
    this.logGrid = page.getByRole("region", { name: "Log entries" });
    this.inspector = page.getByRole("complementary", { name: "Inspector" });
    this.events = page.getByRole("complementary", { name: "Events" });
    this.slider = page.getByRole("slider", { name: "Moment" });
    this.alert = page.getByRole("alert");
    this.heal = page.getByRole("button", { name: "Heal all links" });
  }

  button(name, options) {
    return this.page.getByRole("button", { name, exact: true, ...options });
  }

  field(name) {
    return this.page.getByRole("textbox", { name, exact: true });
  }

  choice(name) {
    return this.page.getByRole("combobox", { name, exact: true });
  }

  // Time

  /** The moment that is looked at, in milliseconds. */
  async now() {
    return Number(await this.slider.getAttribute("aria-valuenow"));
  }

  /** How far the run is known, in milliseconds. */
  async end() {
    return Number(await this.slider.getAttribute("aria-valuemax"));
  }

  /** A button of the time bar: a server can be paused, too. */
  timeButton(name) {
    return this.page.getByRole("region", { name: "Time", exact: true }).getByRole("button", { name, exact: true });
  }

  isPlaying() {
    return this.timeButton("Pause").isVisible();
  }

  async pause() {
    if (await this.isPlaying()) await this.timeButton("Pause").click();
    await this.timeButton("Play").waitFor();
  }

  async play(speed = "1×") {
    await this.choice("Speed").selectOption(speed);
    if (!(await this.isPlaying())) await this.timeButton("Play").click();
    await this.timeButton("Pause").waitFor();
  }

  /** Lets time go by until `look()` is true, then stops it, and gives what was seen. */
  async playUntil(what, look) {
    await this.play();
    const seen = await eventually(what, look);
    await this.pause();
    return seen;
  }

  /** Goes to exactly this moment with the keys of the time bar; both numbers it takes are in milliseconds. */
  async seek(at) {
    assert.equal(at % 10, 0, "the keys go in steps of 10 ms");
    await this.slider.press("Home");
    for (let times = Math.floor(at / 250); times > 0; times--) await this.slider.press("PageUp");
    for (let times = (at % 250) / 10; times > 0; times--) await this.slider.press("ArrowRight");
    // Every key is a step, but the last one may not be drawn yet.
    await eventually(`it is ${at} ms`, async () => (await this.now()) === at);
  }

  /** Lets time go by until this moment and stops there exactly, however slow the machine is. */
  async reach(at) {
    await this.playUntil(`it is ${at} ms`, async () => (await this.now()) >= at);
    await this.seek(at);
  }

  /** Takes the thumb of the time bar with the mouse and lets it go at a part of the bar, between 0 and 1. */
  async dragTime(part) {
    await this.look(this.slider);
    const thumb = await centre(this.slider);
    const track = await this.track();
    const { mouse } = this.page;
    await mouse.move(thumb.x, thumb.y);
    await mouse.down();
    await mouse.move(track.x + track.width * part, thumb.y, { steps: 8 });
    await mouse.up();
  }

  /** The bar that the thumb moves along: the box right around it. */
  async track() {
    return box(this.slider.locator("xpath=.."));
  }

  /** Scrolls there, for the mouse reaches only what is on the screen. */
  async look(place) {
    await place.evaluate((element) => element.scrollIntoView({ block: "center", behavior: "instant" }));
  }

  // The cluster

  server(id) {
    return this.ring.getByRole("button", { name: new RegExp(`^${id}, `) });
  }

  /** What each server is called, taken apart: `{ id, role, term, cutOff, more, selected }`. */
  async servers() {
    const buttons = this.ring.getByRole("button", { name: /^S\d+, / });
    const seen = await buttons.evaluateAll((all) =>
      all.map((one) => [one.getAttribute("aria-label"), one.getAttribute("aria-pressed")]),
    );
    return seen.map(([name, pressed]) => {
      const [, id, role, term, more] = /^(S\d+), ([\w-]+), term (\d+)(.*)$/.exec(name);
      return { id, role, term: Number(term), cutOff: more.includes(", cut off"), more, selected: pressed === "true" };
    });
  }

  async see(id) {
    return (await this.servers()).find((server) => server.id === id);
  }

  /** The leader of the latest term, if anybody leads. */
  async leader() {
    const leaders = (await this.servers()).filter((server) => server.role === "leader");
    return leaders.sort((one, other) => other.term - one.term)[0];
  }

  link(one, other) {
    const [a, b] = [one, other].sort();
    return this.ring.getByRole("button", { name: new RegExp(`^Link ${a}–${b}, `) });
  }

  /** What each link is said to be: `{ "S1–S2": "connected", … }`. */
  async links() {
    const buttons = this.ring.getByRole("button", { name: /^Link / });
    const names = await buttons.evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
    return Object.fromEntries(names.map((name) => /^Link (\S+), (.*)$/.exec(name).slice(1)));
  }

  /** The links that are cut, one way or both, by name. */
  async cuts() {
    return Object.entries(await this.links()).filter(([, state]) => state.startsWith("cut")).map(([link]) => link);
  }

  /** Puts the mouse on a link where nothing else is, and presses. */
  async pressLink(one, other) {
    await this.look(this.ring);
    const link = this.link(one, other);
    const [from, to] = [await this.place(one), await this.place(other)];
    for (const part of [0.5, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7]) {
      const [x, y] = [from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part];
      if (await link.evaluate((element, at) => element.contains(document.elementFromPoint(...at)), [x, y])) {
        return this.page.mouse.click(x, y);
      }
    }
    assert.fail(`the link ${one}–${other} can be pressed nowhere`);
  }

  /** The middle of a server's disc: the largest round thing in it, whatever is written around it. */
  async place(id) {
    return this.server(id).evaluate((server) => {
      const boxes = [...server.querySelectorAll("*")].map((shape) => shape.getBoundingClientRect());
      const round = boxes.filter(({ width, height }) => Math.abs(width - height) < 1 && width > 20);
      const { x, y, width, height } = round.sort((one, other) => other.width - one.width)[0];
      return { x: x + width / 2, y: y + height / 2 };
    });
  }

  /** Draws a line with the mouse that has these servers on one side, and all others on the other. */
  async drawAround(ids) {
    await this.look(this.ring);
    const names = (await this.servers()).map((server) => server.id);
    const places = await Promise.all(names.map(async (id) => ({ id, ...(await this.place(id)) })));
    await this.draw(...lineAround(ids, places, await box(this.ring)));
  }

  async draw(from, to) {
    const { mouse } = this.page;
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move(to.x, to.y, { steps: 10 });
    await mouse.up();
  }

  // The log

  /** Every entry on the screen: `{ server, index, what, term, committed, durable, applied }`. */
  async entries() {
    const cells = this.logGrid.getByRole("button", { name: /^S\d+ index / });
    const names = await cells.evaluateAll((all) => all.map((cell) => cell.getAttribute("aria-label")));
    return names.map((name) => {
      const parts = /^(S\d+) index (\d+), (.*), term (\d+), (committed|not committed)(, not on disk yet)?(, applied)?$/.exec(name);
      const [, server, index, what, term, committed, volatile, applied] = parts;
      return {
        server,
        index: Number(index),
        what,
        term: Number(term),
        committed: committed === "committed",
        durable: !volatile,
        applied: Boolean(applied),
      };
    });
  }

  /** The servers whose log says that `what` is committed. */
  async committedOn(what) {
    const entries = await this.entries();
    return entries.filter((entry) => entry.what === what && entry.committed).map(({ server }) => server);
  }

  /** The servers whose log has `what`, committed or not. */
  async holders(what) {
    return (await this.entries()).filter((entry) => entry.what === what).map(({ server }) => server);
  }

  /** Each server's log as one line, commits included: servers that agree have the same one. */
  async logs() {
    const logs = {};
    for (const { server, index, what, term, committed } of await this.entries()) {
      (logs[server] ??= []).push(`${index}:${what}@${term}${committed ? "" : "?"}`);
    }
    return logs;
  }

  // The clients

  /** Fills in what is given, leaves the rest as it is, and sends. */
  async ask({ client, server, op, key, value }) {
    if (client) await this.choice("Client").selectOption(client);
    if (server) await this.choice("Server").selectOption(server === "leader" ? "asks the leader" : `asks ${server}`);
    if (op) await this.choice("Operation").selectOption(op);
    if (key !== undefined) await this.field("Key").fill(key);
    if (value !== undefined) await this.field("Value").fill(value);
    await this.button("Send").click();
  }

  /** What was asked, newest first, as a person reads it: `C1 put x=1 committed at 2`. */
  async requests() {
    const rows = this.page.getByRole("list", { name: "Requests" }).getByRole("listitem");
    const texts = await rows.evaluateAll((all) =>
      all.map((row) => [...row.children].filter((part) => !part.ariaHidden).map((part) => part.textContent.trim())),
    );
    return texts.map(([client, asked, outcome, at]) => ({ client, asked, outcome, at: milliseconds(at) }));
  }

  /** The latest request for `asked`. */
  async request(asked) {
    return (await this.requests()).find((request) => request.asked === asked);
  }

  // The inspector and the events

  /** Selects a server with the mouse, and waits until the inspector is about it. */
  async select(id) {
    await this.server(id).click();
    await this.inspector.getByRole("heading", { name: id, exact: true }).waitFor();
  }

  /** The facts in the inspector: `{ Term: "2", … }`. */
  async facts() {
    // At one go: while time goes on, facts come and go.
    const pairs = await this.inspector.evaluate((inspector) =>
      [...inspector.querySelectorAll("dt")].map((term) => [term.textContent, term.nextElementSibling.textContent]),
    );
    return Object.fromEntries(pairs);
  }

  /** The sentences in the list of events, oldest first: `{ at, words }`. */
  async sentences() {
    const rows = this.events.getByRole("listitem").getByRole("button");
    const texts = await rows.evaluateAll((all) => all.map((row) => [...row.children].map((part) => part.textContent)));
    return texts.map(([at, words]) => ({ at: milliseconds(at), words }));
  }

  // What can be done

  /** The menu that is open, whatever it is about. */
  get menu() {
    return this.page.getByRole("dialog", { name: /^Do to / });
  }

  /** What stands in the menu now: `{ name, refused }`. */
  async menuItems() {
    const items = this.menu.getByRole("menuitem");
    return items.evaluateAll((all) =>
      all.map((item) => ({ name: item.firstElementChild.textContent, refused: item.ariaDisabled === "true" })),
    );
  }

  /** Opens the menu of a thing with the right button, unfolds a group of it if need be, and chooses. */
  async choose(thing, name, group) {
    await thing.click({ button: "right" });
    await this.menu.waitFor();
    if (group) await this.menu.getByRole("menuitem", { name: group, exact: true }).click();
    await this.menu.getByRole("menuitem", { name, exact: true }).click();
    await this.menu.waitFor({ state: "detached" });
  }

  /** Finds something to do by typing, and does it, with the keyboard alone. */
  async say(words) {
    await this.page.keyboard.press("Control+k");
    const field = this.page.getByRole("combobox", { name: "What to do" });
    await field.waitFor();
    await this.page.keyboard.type(words);
    const first = this.page.getByRole("listbox", { name: "What can be done" }).getByRole("option", { selected: true });
    const name = await first.evaluate((option) => option.firstElementChild.textContent);
    await this.page.keyboard.press("Enter");
    await field.waitFor({ state: "detached" });
    return name;
  }

  /** What is told of the run so far, sentence by sentence. */
  async told() {
    await this.button("Events").click();
    await this.events.waitFor();
    const sentences = (await this.sentences()).map(({ words }) => words);
    await this.button("Close events").click();
    return sentences;
  }

  /** The answer to the last question: its heading, and its causes as `{ at, words }`. */
  async answer() {
    const region = this.inspector.getByRole("region", { name: /^Why / });
    await region.waitFor();
    const question = await region.getByRole("heading").innerText();
    const rows = region.getByRole("list", { name: "Causes" }).getByRole("listitem");
    const causes = (await rows.allInnerTexts()).map((text) => {
      const [, words, at] = /^(.*?\.)(?:\s+(\d+\.\d{3} s))?$/s.exec(text.trim());
      return { words, at: at && milliseconds(at) };
    });
    return { question, causes };
  }

  /** Presses the cause that says `words`: it leads to its moment. */
  async follow(words) {
    await this.inspector.getByRole("list", { name: "Causes" }).getByRole("button", { name: words }).first().click();
  }

  /** The form that is open in the inspector's place. */
  form(name) {
    return this.inspector.getByRole("form", { name });
  }

  // Everything

  /** What is selected no more, so that nothing but the run decides what is seen. */
  async selectNothing() {
    await this.page.keyboard.press("Escape");
    await this.inspector.getByRole("heading", { name: "Overview" }).waitFor();
  }

  /**
   * The whole picture of this moment, line by line: every shape of the ring with its place, and all that can be read in the log, the
   * rules, the clients and the inspector. What belongs to the person and not to the moment is left out: the focus, and
   * what Tab would reach next.
   */
  async picture() {
    return [...(await this.ring.evaluate(drawnIn)), ...(await this.logGrid.evaluate(drawnIn)), ...(await this.words())];
  }

  /** All that can be read at this moment, line by line, wherever it stands. */
  async words() {
    const places = ["Cluster", "Log", "Rules checked after every event", "Clients"];
    const regions = places.map((name) => this.page.getByRole("region", { name, exact: true }));
    const texts = await Promise.all([...regions, this.inspector].map((place) => place.ariaSnapshot()));
    return texts.flatMap((text) => text.split("\n"));
  }
}

export async function box(locator) {
  const found = await locator.boundingBox();
  assert.ok(found, `${locator} is on the screen`);
  return found;
}

export async function centre(locator) {
  const { x, y, width, height } = await box(locator);
  return { x: x + width / 2, y: y + height / 2 };
}

/** `3.412 s` → 3412 */
function milliseconds(text) {
  const [, seconds, rest] = /^(\d+)\.(\d{3}) s$/.exec(text.trim());
  return Number(seconds) * 1_000 + Number(rest);
}
