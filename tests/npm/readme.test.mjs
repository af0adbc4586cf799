// The README's JavaScript, run as it stands.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const readme = process.env.RAFTARIUM_README;

test("every JavaScript snippet of the README runs", async () => {
  const text = readFileSync(readme, "utf8");
  const snippets = [...text.matchAll(/^```(?:js|javascript|mjs)\n(.*?)^```$/gms)].map((match) => match[1]);
  assert.notEqual(snippets.length, 0, "the README has no JavaScript snippet");
  for (const [index, snippet] of snippets.entries()) {
    // Beside the installed package, so that `import "raftarium"` finds it.
    const file = path.join(import.meta.dirname, `readme-snippet-${index}.mjs`);
    writeFileSync(file, snippet);
    await import(file);
  }
});
