// The page as a static host gives it out: it starts, under a sub-path, with nothing to complain about.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shot, startVisit } from "./harness.mjs";

let visit;
before(async () => {
  visit = await startVisit();
});
after(() => visit?.close());

test("the page starts under a sub-path, and the console stays empty", async () => {
  const { page, problems } = await visit.open();
  await page.locator("h1").first().waitFor();
  await shot(page, "load");
  assert.equal(await page.title(), "Raftarium");
  assert.deepEqual(problems, []);
});

test("nothing is asked of any other host or folder", async () => {
  const page = await visit.context.newPage();
  const elsewhere = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(visit.url) && !request.url().startsWith("data:")) {
      elsewhere.push(request.url());
    }
  });
  await page.goto(visit.url, { waitUntil: "networkidle" });
  assert.deepEqual(elsewhere, []);
});

test("a page without scripts says what it needs", async () => {
  const page = await visit.context.newPage();
  const response = await page.goto(visit.url);
  const html = await response.text();
  assert.match(html, /<noscript>[^<]*JavaScript/);
  assert.match(html, /<html lang="?en"?/);
});
