// Shared by the browser tests: the built page on a static host under a sub-path, and a real Chromium in front of it.

import { createServer } from "node:http";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const dist = process.env.RAFTARIUM_DIST ?? path.join(root, "dist");
const screenshots = process.env.RAFTARIUM_SCREENSHOTS ?? path.join(root, "target", "screenshots");
export const executablePath = process.env.RAFTARIUM_CHROME ?? "/usr/bin/chromium";

/** Where the page lives on its host: deep enough that an absolute link in it would miss. */
export const SUB_PATH = "/some/where/";

/** What a plain static host would say about a file; anything else is a mistake in the page. */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** What hosts compress on the wire. */
const COMPRESSED = /^text\/|json$|wasm$|svg/;

/**
 * Serves the folder `dist/` under {@link SUB_PATH} and nothing else, with no fallback: what is not there is a 404. With
 * `compressed`, as hosts send it to whoever is far away.
 *
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function serveDist(folder = dist, { compressed = false } = {}) {
  const short = new Map();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    const file = fileFor(folder, decodeURIComponent(pathname));
    const body = file && (await readFile(file).catch(() => undefined));
    if (body === undefined) {
      response.writeHead(404).end("not found");
      return;
    }
    const type = TYPES[path.extname(file)] ?? "application/octet-stream";
    const headers = { "content-type": type, "cache-control": compressed ? "max-age=31536000" : "no-store" };
    if (compressed && COMPRESSED.test(type)) {
      if (!short.has(file)) short.set(file, await promisify(brotliCompress)(body));
      response.writeHead(200, { ...headers, "content-encoding": "br" }).end(short.get(file));
      return;
    }
    response.writeHead(200, headers).end(body);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}${SUB_PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** The file that a path of a URL stands for, or nothing when it lies outside of what is served. */
function fileFor(folder, pathname) {
  if (!pathname.startsWith(SUB_PATH)) return undefined;
  const file = path.join(folder, pathname.slice(SUB_PATH.length) || "index.html");
  return file.startsWith(folder + path.sep) ? file : undefined;
}

/**
 * Serves the page and starts a browser with a profile of its own.
 *
 * `open()` gives a fresh page, already loaded and started; `close()` ends everything.
 *
 * @example
 * const visit = await startVisit();
 * after(() => visit.close());
 * const { page, problems } = await visit.open("#seed=7", { media: { colorScheme: "dark" } });
 */
export async function startVisit({ viewport = { width: 1280, height: 800 }, folder, ...contextOptions } = {}) {
  const host = await serveDist(folder);
  const profile = await mkdtemp(path.join(tmpdir(), "raftarium-browser-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport,
    // The only site that is visited is our own, and the sandbox does not start for root or in most containers.
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    ...contextOptions,
  });
  return {
    url: host.url,
    context,
    /**
     * A page at `url + suffix`, once Trunk says that the program runs, and all of it is there unless `whole` is false;
     * `problems` fills with whatever goes wrong.
     *
     * `media` and `size` are what the page finds when it starts, for a person who is not like the others; `wishes` is what
     * they chose before: `tour`, to be shown around, and `large` type. By default nobody is shown around, and nothing is
     * kept of earlier pages: `again` is for whoever comes back.
     */
    async open(suffix = "", { media, size, wishes = {}, whole = true } = {}) {
      const page = await context.newPage();
      const problems = watchProblems(page);
      if (media) await page.emulateMedia(media);
      if (size) await page.setViewportSize(size);
      await page.addInitScript(() => {
        addEventListener("TrunkApplicationStarted", () => {
          globalThis.raftariumStarted = true;
        });
      });
      await page.addInitScript(({ tour, large, again }) => {
        // Once for each page: when it is loaded again, it has what was chosen since. Pages share what they keep.
        if (sessionStorage.getItem("begun")) return;
        sessionStorage.setItem("begun", "yes");
        if (!again) localStorage.clear();
        const wish = (key, value) => (value ? localStorage.setItem(key, value) : localStorage.removeItem(key));
        wish("raftarium-tour", tour && "show");
        wish("raftarium-type", large && "large");
        wish("raftarium-voice");
      }, wishes);
      await page.goto(host.url + suffix);
      await page.waitForFunction((whole) => globalThis.raftariumStarted && !(whole && globalThis.awaitsLater), whole);
      // Who listens for keys does so once the first picture is there.
      await page.evaluate(() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then))));
      return { page, problems };
    },
    async close() {
      await context.close();
      await host.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A list that grows with every console error, warning, uncaught exception and failed request of `page`. */
export function watchProblems(page) {
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      problems.push(`${message.type()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error}`));
  // Whoever leaves a page before its second half has come does without it.
  const left = (request) => /_later\.(wasm|css)$/.test(request.url()) && request.failure()?.errorText === "net::ERR_ABORTED";
  page.on("requestfailed", (request) => left(request) || problems.push(`request failed: ${request.url()}`));
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** Saves what `page` shows as target/screenshots/NAME.png, and gives the file. */
export async function shot(page, name, options = {}) {
  await mkdir(screenshots, { recursive: true });
  const file = path.join(screenshots, `${name}.png`);
  await page.screenshot({ path: file, ...options });
  return file;
}
