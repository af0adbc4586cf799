// Which functions of the page's program a first visit runs. Run by `cargo xtask profile`, on a program that takes notes.
//
// A first visit is: the page comes, a leader is elected, clients ask, time goes on. Whatever a person asks for is later.

import { writeFile } from "node:fs/promises";
import { startVisit } from "./harness.mjs";

const WATCHED_MS = 15_000;

let notes;
const VISITS = [
  ["", { colorScheme: "light" }],
  ["", { colorScheme: "dark", reducedMotion: "reduce" }],
  ["#seed=7&servers=3&at=500", { colorScheme: "dark" }],
];
for (const [suffix, media] of VISITS) {
  const visit = await startVisit({ viewport: { width: 1440, height: 900 } });
  await visit.context.addInitScript(() => {
    addEventListener("TrunkApplicationStarted", ({ detail }) => (globalThis.watched = detail.wasm));
  });
  const { page } = await visit.open(suffix, { media });
  await page.waitForTimeout(WATCHED_MS);
  const ran = await page.evaluate(() => [...new Uint8Array(globalThis.watched.ran.buffer)]);
  notes = ran.map((note, index) => note | (notes?.[index] ?? 0));
  await visit.close();
}
await writeFile(process.env.RAFTARIUM_RAN, Uint8Array.from(notes));
