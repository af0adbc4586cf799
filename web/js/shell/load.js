// Gets the wasm from wherever it is: over the network in a page, from the disk in Node, or from the caller.

import { RaftariumError } from "./error.js";

// Written like this, a bundler finds the file and brings it along.
const here = () => new URL("../pkg/raftarium_bg.wasm", import.meta.url);

export async function load(generated, source = here()) {
  try {
    await generated.default({ module_or_path: isOnDisk(source) ? await read(source) : source });
  } catch (error) {
    throw new RaftariumError(
      {
        code: "load-failed",
        message: `the wasm of Raftarium could not be loaded: ${error?.message ?? error}`,
        given: source,
        allowed: "the URL, the Response, the bytes or the WebAssembly.Module of raftarium_bg.wasm",
      },
      { cause: error },
    );
  }
}

// Node's fetch takes no file URLs.
function isOnDisk(source) {
  return source instanceof URL && source.protocol === "file:" && globalThis.process?.versions?.node !== undefined;
}

async function read(url) {
  // Not written as a constant: bundlers for the browser would look for it, and not find it.
  const name = ["node:fs", "promises"].join("/");
  const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ name);
  return readFile(url);
}
