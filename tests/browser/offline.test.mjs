// The page without its host, the page in two halves, and the page when a newer one is there.

import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { startVisit } from "./harness.mjs";

const dist = process.env.RAFTARIUM_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));

let visit;
/** In which nothing is kept for later: each page comes as if it was the first. */
let fresh;
let folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "raftarium-offline-"));
  await cp(dist, folder, { recursive: true });
  visit = await startVisit({ folder });
  fresh = await startVisit({ folder, serviceWorkers: "block" });
});
after(async () => {
  await visit?.close();
  await fresh?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Until everything of the page is kept on the machine. */
async function kept(page) {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
}

async function addresses(page) {
  return page.evaluate(async () => {
    const [name] = (await caches.keys()).slice(-1);
    return (await (await caches.open(name)).keys()).map((request) => request.url);
  });
}

/** A page that stands, and has no second half until `come` is called; `asked` are the requests for it. */
async function held(media = {}) {
  const page = await fresh.context.newPage();
  await page.emulateMedia(media);
  const asked = [];
  let come;
  const comes = new Promise((then) => (come = then));
  await page.route(/_later\./, async (route) => {
    asked.push(`${route.request().resourceType()} ${path.extname(route.request().url())}`);
    await comes;
    await route.continue();
  });
  await page.addInitScript(() => localStorage.clear());
  await page.goto(fresh.url);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  return { page, asked, come };
}

/** What a page says and how it looks, without what is only heard and what lights, which come with the second half. */
const looks = (page) =>
  page.evaluate(() => {
    const seen = [...document.querySelectorAll("#app *")].filter((element) => !element.closest("style, .unseen"));
    const look = (element) => {
      const { x, y, width, height } = element.getBoundingClientRect();
      const { color, backgroundColor, borderColor, fontSize, stroke } = getComputedStyle(element);
      const text = element.childElementCount === 0 ? element.textContent : "";
      return [element.tagName, text, x, y, width, height, color, backgroundColor, borderColor, fontSize, stroke].join(" ");
    };
    return seen.map(look);
  });

test("the page stands without its second half, as it does with it, and asks for it by itself", async () => {
  const { page, asked, come } = await held({ reducedMotion: "reduce" });
  await page.getByText("A moment: the second half of the program is on its way.").waitFor();
  const before = await looks(page);
  assert.ok(before.some((look) => look.includes("S5, follower, term 0")), "the cluster is there");
  assert.deepEqual(asked.sort(), ["fetch .css", "fetch .wasm"], "nothing that it takes to stand waits for it");
  come();
  await page.waitForFunction(() => !globalThis.awaitsLater);
  await page.getByText("A moment").waitFor({ state: "detached" });
  assert.deepEqual(await looks(page), before, "no text and no style was missing");
  await page.close();
});

test("time begins when all of the program is there", async () => {
  const { page, come } = await held();
  const time = page.getByRole("status", { name: "Time" });
  await page.waitForTimeout(500);
  assert.equal(await time.textContent(), "0.000 s");
  come();
  await time.filter({ hasNotText: "0.000 s" }).waitFor();
  await page.close();
});

test("what is done before the second half is there is done when it comes", async () => {
  const { page, asked, come } = await held({ reducedMotion: "reduce" });
  await page.getByRole("button", { name: "Events", exact: true }).click();
  await page.keyboard.press("?");
  await page.waitForTimeout(200);
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.ok(!asked.includes("xhr .wasm"), "nobody waits in the middle of the program");
  come();
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Events" }).waitFor();
  await page.close();
});

test("a second half that cannot be loaded is tried again, and that is said", async () => {
  const page = await fresh.context.newPage();
  let refused = 0;
  await page.route(/_later\.wasm$/, async (route) => (refused++ < 2 ? route.abort() : route.continue()));
  await page.addInitScript(() => localStorage.clear());
  await page.goto(fresh.url);
  await page.getByText("It is tried again.").waitFor();
  await page.getByText("It is tried again.").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.close();
});

test("what runs too early waits for the second half, and gets what it asked for", async () => {
  const page = await fresh.context.newPage();
  await page.route(/_later\.wasm$/, (route) => (route.request().resourceType() === "xhr" ? route.continue() : undefined));
  await page.addInitScript(() => {
    localStorage.clear();
    // As if nothing could be held back.
    const listen = globalThis.addEventListener;
    globalThis.addEventListener = function (type, ...rest) {
      if (type !== "click") listen.call(this, type, ...rest);
    };
  });
  await page.goto(fresh.url);
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.getByRole("button", { name: "Help", exact: true }).click();
  await page.getByRole("dialog").waitFor();
  await page.close();
});

test("a page that was open once works without its host, all of it", async () => {
  const { page, problems } = await visit.open("#seed=7");
  await kept(page);
  await visit.context.setOffline(true);
  try {
    await page.reload();
    await page.waitForFunction(() => globalThis.raftariumStarted === true);
    await page.getByRole("heading", { level: 1 }).first().waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    const missing = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && entry.name !== "worker.js" && entry.name !== "index.html")
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
    const known = new Set(await addresses(page));
    assert.deepEqual(missing.filter((file) => !known.has(visit.url + file)), [], "every file is kept");
    assert.ok(known.has(visit.url), "the page is kept");
    assert.deepEqual(problems, []);
  } finally {
    await visit.context.setOffline(false);
    await page.close();
  }
});

test("a new version waits until a person wants it, and is then shown whole", async () => {
  // Time stands still: a browser looks for new workers only when there is nothing better to do.
  const { page } = await visit.open("", { media: { reducedMotion: "reduce" } });
  await kept(page);
  const index = path.join(folder, "index.html");
  const worker = path.join(folder, "worker.js");
  const marked = (await readFile(index, "utf8")).replace("<title>Raftarium</title>", "<title>Raftarium, newer</title>");
  await writeFile(index, marked);
  const written = await readFile(worker, "utf8");
  await writeFile(worker, written.replace(/const VERSION = ".*?"/, 'const VERSION = "newer"'));

  await page.reload();
  await page.waitForFunction(() => globalThis.raftariumStarted === true);
  assert.equal(await page.title(), "Raftarium", "the old version is shown until somebody says so");
  await page.getByRole("status").filter({ hasText: "A new version of Raftarium is there." }).waitFor();
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "Reload", exact: true }).click()]);
  await page.waitForFunction(() => document.title === "Raftarium, newer");
  const caches = await page.evaluate(() => globalThis.caches.keys());
  assert.equal(caches.length, 1, "the old version is gone");
  await page.close();
});

test("it can be installed: a manifest with a name, a start and icons of the sizes that it says", async () => {
  const page = await visit.context.newPage();
  await page.goto(visit.url);
  const client = await visit.context.newCDPSession(page);
  const { url, errors, data } = await client.send("Page.getAppManifest");
  assert.equal(url, `${visit.url}site.webmanifest`);
  assert.deepEqual(errors, []);
  const { icons, start_url, scope } = JSON.parse(data);
  assert.deepEqual([new URL(start_url, url).href, new URL(scope, url).href], [visit.url, visit.url]);
  assert.ok(icons.some((icon) => icon.purpose === "maskable"));
  for (const { src, sizes } of icons) {
    const found = await page.evaluate(async (address) => {
      const image = await createImageBitmap(await (await fetch(address)).blob());
      return `${image.width}x${image.height}`;
    }, new URL(src, url).href);
    assert.equal(found, sizes, src);
  }
  const { installabilityErrors } = await client.send("Page.getInstallabilityErrors");
  assert.deepEqual(installabilityErrors.map((error) => error.errorId).filter((id) => id !== "in-incognito"), []);
  await page.close();
});
