// The JavaScript of the READMEs, run as it stands.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { installed, repository } from "./harness.mjs";

const readmes = [
  ["the package", path.join(installed, "README.md")],
  ["the repository", path.join(repository, "README.md")],
];

for (const [index, [whose, file]] of readmes.entries()) {
  test(`the first JavaScript in the README of ${whose} does what it says`, () => {
    const [, snippet] = /^```js\n(.*?)^```$/ms.exec(readFileSync(file, "utf8")) ?? [];
    assert.ok(snippet, `${file} has no \`\`\`js block`);
    // Beside the installed package, so that `import "raftarium"` finds it.
    const script = path.join(import.meta.dirname, `readme-snippet-${index}.mjs`);
    writeFileSync(script, snippet);
    const printed = execFileSync(process.execPath, [script], { encoding: "utf8" });
    const [status, other, same] = printed.trim().split(/\n(?!\s|\})/);
    assert.match(status, /type: 'committed'/);
    assert.match(status, /index: 2\b/);
    assert.match(other, /^[1-5]$/);
    assert.equal(same, "true");
  });
}

test("every command that the package's README shows is taken", async () => {
  const { init, Simulation } = await import("raftarium");
  await init();
  const text = readFileSync(readmes[0][1], "utf8");
  const [snippet] = [...text.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1]).slice(1);
  const sim = new Simulation({ seed: 1 });
  new Function("sim", snippet)(sim);
  assert.deepEqual(sim.run().commands.map(({ command }) => command.type), ["partition", "setLink", "healAll"]);
});
