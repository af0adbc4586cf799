// node race.mjs WASM NODES BYTES WINDOW MILLISECONDS: as the native runners, for the one in WASM.
import { readFile } from "node:fs/promises";

const [file, ...words] = process.argv.slice(2);
const [nodes, bytes, window, millis] = words.map(Number);
const { instance } = await WebAssembly.instantiate(await readFile(file));
const race = instance.exports;
const COMMITS_BETWEEN_LOOKS = 2048;

race.start(nodes, bytes, window);
// The engine compiles what is hot a second time, and better; that is not to be measured.
for (const until = performance.now() + 200; performance.now() < until; ) race.commit(COMMITS_BETWEEN_LOOKS);

const before = [race.commits(), race.allocations(), race.messages()];
const start = performance.now();
let now = start;
for (; now - start < millis; now = performance.now()) race.commit(COMMITS_BETWEEN_LOOKS);
const [commits, allocations, messages] = [race.commits(), race.allocations(), race.messages()].map((n, i) => n - before[i]);

if (!race.check()) {
  console.error("the servers did not apply what was proposed");
  process.exit(1);
}
const ns = Math.round((now - start) * 1e6);
console.log(`commits=${commits} ns=${ns} allocations=${allocations} messages=${messages}`);
