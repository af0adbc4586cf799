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
let folder;
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "raftarium-offline-"));
  await cp(dist, folder, { recursive: true });
  visit = await startVisit({ folder });
});
after(async () => {
  await visit?.close();
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

test("what a first visit does not run comes when the page stands, and by itself", async () => {
  const page = await visit.context.newPage();
  const waited = [];
  page.on("request", (request) => {
    if (request.resourceType() === "xhr") waited.push(request.url());
  });
  const later = page.waitForResponse((response) => response.url().endsWith("_later.wasm"));
  await page.goto(visit.url);
  assert.equal((await later).status(), 200);
  assert.deepEqual(waited, [], "nothing that a first visit does waits for the second half");
  await page.close();
});

test("whoever is quicker than the second half waits for it, and gets what was asked for", async () => {
  const page = await visit.context.newPage();
  await page.addInitScript(() => {
    // The moment at which it would come by itself never comes.
    globalThis.requestIdleCallback = () => 0;
  });
  await page.goto(visit.url);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.keyboard.press("?");
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
