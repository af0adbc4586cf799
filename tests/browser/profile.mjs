// Which functions of the page's program it takes to make the page stand. Run by `cargo xtask profile`, on a program that takes
// notes.
//
// The second half never comes here, so time does not begin, as on a line that is slow. Whoever comes for the first time comes
// with a window of any size, and with any wishes that a browser tells.

import { writeFile } from "node:fs/promises";
import { startVisit } from "./harness.mjs";

const WATCHED_MS = 2_500;

const VISITS = [
  { media: { colorScheme: "light" }, wishes: { tour: true } },
  { media: { colorScheme: "dark", reducedMotion: "reduce" }, size: { width: 375, height: 800 } },
  { media: { colorScheme: "dark", reducedMotion: "reduce" }, size: { width: 800, height: 1100 }, wishes: { tour: true } },
  { media: { colorScheme: "light" }, size: { width: 1920, height: 1200 }, wishes: { large: true } },
];

const visit = await startVisit({ viewport: { width: 1440, height: 900 } });
await visit.context.route(/_later\./, () => {});
await visit.context.addInitScript(() => {
  addEventListener("TrunkApplicationStarted", ({ detail }) => (globalThis.watched = detail.wasm));
});
let notes;
for (const how of VISITS) {
  const { page } = await visit.open("", { ...how, whole: false });
  await page.waitForTimeout(WATCHED_MS);
  const ran = await page.evaluate(() => [...new Uint8Array(globalThis.watched.ran.buffer)]);
  notes = ran.map((note, index) => note | (notes?.[index] ?? 0));
  await page.close();
}
await visit.close();
await writeFile(process.env.RAFTARIUM_RAN, Uint8Array.from(notes));
