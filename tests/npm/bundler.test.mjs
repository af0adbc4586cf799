// Through a bundler: esbuild, which knows nothing of wasm, as the package's README tells.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { build } from "esbuild";

const consumer = `
  import wasm from "raftarium/raftarium.wasm";
  import { init, Simulation } from "raftarium";
  await init(new URL(wasm, import.meta.url));
  const sim = new Simulation({ seed: 42 });
  sim.advance(3_000);
  console.log(sim.view().servers.filter((server) => server.role === "leader").length);
`;

for (const platform of ["node", "browser"]) {
  test(`esbuild bundles for ${platform}, and the bundle runs`, async () => {
    const outdir = mkdtempSync(path.join(import.meta.dirname, "bundle-"));
    try {
      const { warnings } = await build({
        stdin: { contents: consumer, resolveDir: import.meta.dirname },
        bundle: true,
        minify: true,
        format: "esm",
        platform,
        loader: { ".wasm": "file" },
        outfile: path.join(outdir, "bundle.mjs"),
      });
      assert.deepEqual(warnings, []);
      assert.deepEqual(readdirSync(outdir).map((name) => path.extname(name)).sort(), [".mjs", ".wasm"]);
      const printed = execFileSync(process.execPath, [path.join(outdir, "bundle.mjs")], { encoding: "utf8" });
      assert.equal(printed.trim(), "1");
    } finally {
      rmSync(outdir, { recursive: true });
    }
  });
}

test("what is not used is left out", async () => {
  const { outputFiles } = await build({
    stdin: { contents: 'import "raftarium"; console.log(1);', resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    logLevel: "silent",
  });
  assert.ok(outputFiles[0].contents.length < 200, outputFiles[0].text);
});
