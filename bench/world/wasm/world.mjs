// node world.mjs WASM LOAD MILLISECONDS: as `world-speed`, for the worlds in WASM.
import { readFile } from "node:fs/promises";

const [file, load, millis] = process.argv.slice(2);
const { instance } = await WebAssembly.instantiate(await readFile(file));
const worlds = instance.exports;
const SECONDS_BETWEEN_LOOKS = 10;

worlds.start(["quiet", "busy", "faults"].indexOf(load));
worlds.advance(600);

const before = [worlds.lived(), worlds.events()];
const processor = () => process.cpuUsage().user / 1e3;
const start = processor();
let now = start;
for (; now - start < Number(millis); now = processor()) worlds.advance(SECONDS_BETWEEN_LOOKS);
const [simulated, events] = [worlds.lived(), worlds.events()].map((n, i) => n - before[i]);
console.log(`simulated_ms=${simulated} ns=${Math.round((now - start) * 1e6)} events=${events}`);
