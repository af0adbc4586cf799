// A moment as lines of text, so that two of them can be compared.

import assert from "node:assert/strict";

/** Fails with the lines in which two pictures differ, and not with all of both. */
export function assertSame(picture, expected, what = "the picture is the same") {
  const count = Math.max(picture.length, expected.length);
  const differing = Array.from({ length: count }, (_, at) => at).filter((at) => picture[at] !== expected[at]);
  const lines = differing.slice(0, 6).map((at) => `  ${at}: expected ${expected[at]?.trim()}, found ${picture[at]?.trim()}`);
  assert.ok(differing.length === 0, `${what}: ${differing.length} lines differ\n${lines.join("\n")}`);
}

/** An element as text, attributes in order, so that two of them can be compared line by line. Runs in the page. */
export function drawnIn(root) {
  const lines = [];
  const visit = (node, depth) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.data.trim()) lines.push(" ".repeat(depth) + node.data.trim());
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      const attributes = [...node.attributes].filter(({ name }) => name !== "tabindex");
      const words = attributes.map(({ name, value }) => `${name}=${value}`).sort();
      lines.push(" ".repeat(depth) + [node.localName, ...words].join(" "));
      node.childNodes.forEach((child) => visit(child, depth + 1));
    }
  };
  visit(root, 0);
  return lines;
}
