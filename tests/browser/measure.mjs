// Measures the built page in Chromium, and prints one table: what it weighs, what a frame costs, how much memory an hour
// of simulated time takes, how soon it answers, and what Lighthouse says. Run by `cargo xtask measure`.

import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { executablePath, serveDist, startVisit } from "./harness.mjs";
import { Person } from "./person.mjs";
import { comesByItself, weigh } from "./weight.mjs";

const dist = process.env.RAFTARIUM_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const quick = process.env.RAFTARIUM_MEASURE === "quick";
const SIZE = { width: 1440, height: 900 };
/** How long frames are counted, in real milliseconds. */
const COUNTED_MS = quick ? 2_000 : 8_000;
/** How much simulated time the memory is watched over, in milliseconds. */
const WATCHED_MS = quick ? 5 * 60_000 : 60 * 60_000;

const rows = [];
function row(what, value, unit, target) {
  const ok = target === undefined ? "" : value <= target ? "ok" : "MISSES";
  rows.push({ what, value: `${Number(value.toFixed(2))} ${unit}`, target: target === undefined ? "" : `≤ ${target} ${unit}`, ok });
}

/**
 * Counts what each frame costs in script: `simulate` is the callback itself, in which the state changes; `render` is what
 * the page does in the microtasks after it.
 */
function countFrames() {
  const frames = [];
  globalThis.raftariumFrames = frames;
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (callback) =>
    request((time) => {
      const start = performance.now();
      callback(time);
      const simulate = performance.now() - start;
      // The page renders in a microtask that the callback left; this one comes after it.
      queueMicrotask(() => queueMicrotask(() => frames.push({ simulate, render: performance.now() - start - simulate })));
    });
}

/** Frames that come as fast as they can be made, each of which stands for a tenth of a second. */
function hurry() {
  let time = 0;
  const { port1, port2 } = new MessageChannel();
  const waiting = [];
  port2.onmessage = () => waiting.shift()?.((time += 100));
  globalThis.requestAnimationFrame = (callback) => {
    waiting.push(callback);
    port1.postMessage(0);
    return 1;
  };
}

function part(values, which) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * which))] ?? 0;
}

async function withPage(suffix, script, body) {
  const visit = await startVisit({ viewport: SIZE });
  try {
    if (script) await visit.context.addInitScript(script);
    const { page } = await visit.open(suffix);
    const devtools = await visit.context.newCDPSession(page);
    return await body(page, new Person(page), devtools);
  } finally {
    await visit.close();
  }
}

/**
 * The work of the main thread in each frame, in milliseconds: script, style, layout, paint. It is the thread's own time: other
 * programs on this machine do not count.
 */
async function watchMainThread(devtools) {
  const events = [];
  devtools.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const traceConfig = { includedCategories: ["cc", "disabled-by-default-devtools.timeline"] };
  await devtools.send("Tracing.start", { transferMode: "ReportEvents", traceConfig });
  return async () => {
    const complete = new Promise((resolve) => devtools.once("Tracing.tracingComplete", resolve));
    await devtools.send("Tracing.end");
    await complete;
    const work = events.filter(({ name, ph }) => name === "ProxyMain::BeginMainFrame" && ph === "X");
    if (work.length === 0) throw new Error("the browser's trace has no frames");
    return work.map(({ tdur }) => tdur / 1_000);
  };
}

/** Plays with a write now and then, so that entries travel too, and gives what each frame cost. */
async function frames(suffix, speed, throttle) {
  return withPage(suffix, countFrames, async (page, person, devtools) => {
    await person.reach(1_000);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: throttle });
    await person.play(speed);
    await page.waitForTimeout(500);
    await page.evaluate(() => (globalThis.raftariumFrames.length = 0));
    const finish = await watchMainThread(devtools);
    const start = Date.now();
    while (Date.now() - start < COUNTED_MS) {
      await person.button("Send").evaluate((button) => button.click());
      await page.waitForTimeout(400);
    }
    const seconds = (Date.now() - start) / 1_000;
    const counted = await page.evaluate(() => globalThis.raftariumFrames);
    return { counted, rate: counted.length / seconds, work: await finish() };
  });
}

async function weights() {
  const parts = await weigh(dist);
  const all = Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);
  row("first load, brotli", all / 1_000, "kB", 150);
  for (const [name, bytes] of Object.entries(parts)) row(`  ${name}`, bytes / 1_000, "kB");
  const then = await weigh(dist, comesByItself);
  row("what comes by itself right after, before time begins", Object.values(then).reduce((sum, bytes) => sum + bytes, 0) / 1_000, "kB");
}

async function costs() {
  const cases = [
    ["5 servers, speed 1/20", "#seed=42", "1/20×", 1, 8.3],
    ["5 servers, speed 1", "#seed=42", "1×", 1, 8.3],
    ["5 servers, speed 1/20, CPU / 4", "#seed=42", "1/20×", 4, 16.7],
    ["51 servers, speed 1/20", "#seed=42&servers=51", "1/20×", 1, 16.7],
  ];
  for (const [name, suffix, speed, throttle, most] of cases) {
    const { counted, rate, work } = await frames(suffix, speed, throttle);
    const of = (which) => counted.map((frame) => frame[which] ?? 0);
    const few = throttle === 1 && !suffix.includes("51");
    row(`${name}: simulation, median`, part(of("simulate"), 0.5), "ms", few ? 2 : undefined);
    row("  simulation, p99", part(of("simulate"), 0.99), "ms");
    row("  render script, median", part(of("render"), 0.5), "ms", few ? 4 : undefined);
    row("  render script, p99", part(of("render"), 0.99), "ms");
    row("  whole frame (script, style, layout, paint), median", part(work, 0.5), "ms");
    row("  whole frame, p99", part(work, 0.99), "ms", most);
    rows.push({ what: "  frames a second", value: rate.toFixed(1), target: "60", ok: rate >= 58 ? "ok" : "MISSES" });
  }
}

/** What a person does while it plays, and how long until it is seen. */
async function answers() {
  for (const suffix of ["#seed=42", "#seed=42&servers=51"]) {
    const longest = await withPage(suffix, undefined, async (page, person) => {
      await page.evaluate(() => {
        globalThis.raftariumWaits = [];
        const seen = (list) => list.getEntries().filter((entry) => entry.interactionId).forEach((entry) => globalThis.raftariumWaits.push(entry.duration));
        new PerformanceObserver(seen).observe({ type: "event", durationThreshold: 16, buffered: true });
      });
      await person.reach(600);
      await person.play("1/20×");
      for (const id of ["S1", "S3", "S2"]) {
        await person.server(id).click();
        await page.keyboard.press("c");
        await page.waitForTimeout(150);
        await page.keyboard.press("c");
        await person.button("Send").click();
        await page.keyboard.press("e");
        await page.waitForTimeout(150);
        await page.keyboard.press("e");
        await person.dragTime(0.2);
        await person.play("1/20×");
      }
      await page.waitForTimeout(300);
      return Math.max(0, ...(await page.evaluate(() => globalThis.raftariumWaits)));
    });
    row(`interaction to next paint, ${suffix.includes("51") ? 51 : 5} servers`, longest, "ms", 100);
  }
}

async function memory() {
  const start = () =>
    addEventListener("TrunkApplicationStarted", ({ detail }) => {
      globalThis.raftariumMemory = detail.wasm.memory;
    });
  const both = `(${hurry})();(${start})();`;
  await withPage("#seed=42", { content: both }, async (page, person, devtools) => {
    const sample = async () => {
      await devtools.send("HeapProfiler.collectGarbage");
      const { metrics } = await devtools.send("Performance.getMetrics");
      const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
      const wasm = await page.evaluate(() => globalThis.raftariumMemory.buffer.byteLength);
      return { at: await person.now(), heap, wasm };
    };
    await devtools.send("Performance.enable");
    await person.play("1×");
    const samples = [];
    for (const share of [1 / 60, 1 / 6, 1 / 2, 1]) {
      while ((await person.now()) < WATCHED_MS * share) await page.waitForTimeout(200);
      samples.push(await sample());
    }
    for (const { at, heap, wasm } of samples) {
      row(`memory after ${Math.round(at / 1_000)} s of simulated time: wasm`, wasm / 1e6, "MB");
      row("  JavaScript heap", heap / 1e6, "MB");
    }
    const [first, , half, last] = samples;
    row("growth over the second half", (last.heap + last.wasm - half.heap - half.wasm) / 1e6, "MB", 1);
    row("growth in all", (last.heap + last.wasm - first.heap - first.wasm) / 1e6, "MB");
  });
}

/** A port of this machine that nobody listens on. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** What Lighthouse says of a first visit, if it is there: it is fetched for this. */
async function lighthouse() {
  const folder = process.env.RAFTARIUM_LIGHTHOUSE;
  if (!folder) return;
  const { rate } = await import(pathToFileURL(path.join(folder, "rate.mjs")));
  const [host, port] = [await serveDist(dist, { compressed: true }), await freePort()];
  const args = [`--remote-debugging-port=${port}`, "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
  const browser = await chromium.launch({ executablePath, args });
  try {
    for (const { where, category, points, costs } of await rate(host.url, port)) {
      rows.push({ what: `Lighthouse, ${where}: ${category}`, value: `${points}`, target: "100", ok: points === 100 ? "ok" : "MISSES" });
      for (const cost of costs) rows.push({ what: `  ${cost}`, value: "", target: "", ok: "" });
    }
  } finally {
    await browser.close();
    await host.close();
  }
}

await weights();
await lighthouse();
await costs();
await answers();
await memory();

const width = (key) => Math.max(...rows.map((each) => each[key].length));
const [what, value, target] = ["what", "value", "target"].map(width);
for (const each of rows) {
  console.log(`${each.what.padEnd(what)}  ${each.value.padStart(value)}  ${each.target.padEnd(target)}  ${each.ok}`.trimEnd());
}
