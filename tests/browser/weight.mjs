// What a first visit downloads, part by part, as a host sends it: brotli at its best. Run by `cargo xtask`.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

/** Which part of the page a file is. */
const PARTS = {
  ".css": "css",
  ".html": "html",
  ".js": "js",
  ".mjs": "js",
  ".wasm": "wasm",
  ".woff2": "fonts",
};

/** What comes by itself once the page stands, before time begins: the second half of the program and of the styles. */
export const comesByItself = (name) => /_later\.(wasm|css)$/.test(name);

/** No part of a first load, either: what keeps the page for offline use, and what a person asks for. */
const isAskedFor = (name) => /(^|\/)(scenarios|mistakes|lessons|icons)\/|(^|\/)worker\.js$/.test(name);
const isLater = (name) => comesByItself(name) || isAskedFor(name);

export function brotli(bytes) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT, BROTLI_MAX_QUALITY } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: BROTLI_MAX_QUALITY, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}

/**
 * The bytes of each part in `folder`: `{ wasm, js, css, html, fonts, other }`. Styles that stand in the HTML count as
 * css: by as much as the HTML is heavier with them.
 */
export async function weigh(folder, isCounted = (name) => !isLater(name)) {
  const parts = { wasm: 0, js: 0, css: 0, html: 0, fonts: 0, other: 0 };
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const entry of files) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name);
    if (!isCounted(path.relative(folder, file))) continue;
    const bytes = await readFile(file);
    const size = brotli(bytes);
    const part = PARTS[path.extname(file)] ?? "other";
    if (part === "html") {
      const bare = brotli(Buffer.from(bytes.toString().replace(/<style>[^]*?<\/style>/g, "<style></style>")));
      parts.css += size - bare;
      parts.html += bare;
    } else {
      parts[part] += size;
    }
  }
  return parts;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.env.RAFTARIUM_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
  for (const [part, bytes] of Object.entries(await weigh(folder))) console.log(`${part} ${bytes}`);
  console.log();
  for (const [part, bytes] of Object.entries(await weigh(folder, isLater))) {
    if (bytes > 0) console.log(`later: ${part} ${bytes}`);
  }
}
