// What a machine can see of how the page looks: what axe finds, what is cut off, what lies on something else, what shifts.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong in the page as it is now. */
export async function violations(page) {
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

/** What is wider than the screen, or has text that is cut off. The log's entries, or the states in their place, are the one place that scrolls. */
export function cutOff(page) {
  return page.evaluate(() => {
    const found = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) found.push(`the page is ${root.scrollWidth} px wide`);
    const log = '[aria-label^="Log entries"], [aria-label="Keys and values"]';
    /** How wide a select would like to be. */
    const room = (select) => {
      const copy = select.cloneNode(true);
      copy.selectedIndex = select.selectedIndex;
      copy.style = "position: absolute; width: max-content; max-width: none; field-sizing: content";
      select.after(copy);
      const { offsetWidth } = copy;
      copy.remove();
      return offsetWidth;
    };
    const name = (element) => `${element.localName}.${element.getAttribute("class")} “${element.textContent.trim().slice(0, 40)}”`;
    for (const element of document.body.querySelectorAll("*")) {
      const { width, height } = element.getBoundingClientRect();
      if (element.closest("dialog:not([open])") || width <= 1 || height <= 1) continue;
      if (element instanceof SVGElement) continue;
      if (element instanceof HTMLInputElement) {
        if (element.scrollWidth > element.clientWidth + 1) found.push(`the value “${element.value}” is cut`);
        continue;
      }
      if (element instanceof HTMLSelectElement) {
        const words = element.selectedOptions[0]?.textContent ?? "";
        if (room(element) > element.offsetWidth + 1 && !element.form?.innerText.includes(words)) found.push(`the choice “${words}” is cut`);
        continue;
      }
      // The log's entries scroll, but none of them is cut by itself.
      if (element.closest(log) && element.closest("button") === null) continue;
      const { overflowX, overflowY, position, webkitLineClamp } = getComputedStyle(element);
      // What ends with an ellipsis says the rest when it is pointed at.
      if (webkitLineClamp !== "none" && element.closest("[title]")?.title === element.textContent.replace("\u200b", "")) continue;
      const { top, left } = element.getBoundingClientRect();
      const floats = position === "absolute" || position === "fixed";
      if (floats && (top + scrollY < 0 || left < 0) && element.textContent.trim() && element.localName !== "a") {
        found.push(`${name(element)} leaves the screen`);
      }
      const hides = (overflow) => overflow === "hidden" || overflow === "clip";
      if (hides(overflowX) && element.scrollWidth > element.clientWidth) found.push(`${name(element)} is cut at its side`);
      if (hides(overflowY) && element.scrollHeight > element.clientHeight) found.push(`${name(element)} is cut below`);
      if (overflowX === "auto" && element.scrollWidth > element.clientWidth) found.push(`${name(element)} scrolls sideways`);
    }
    for (const panel of document.querySelectorAll("main > *")) {
      const { bottom } = panel.getBoundingClientRect();
      const beyond = [...panel.children].filter((child) => child.getBoundingClientRect().bottom > bottom + 1);
      const hides = getComputedStyle(panel).overflowY !== "visible";
      if (beyond.length > 0 && !hides) found.push(`${name(panel)} spills over what is below`);
    }
    // Two of them, where two clusters are compared.
    for (const picture of document.querySelectorAll('[aria-label^="Servers and links"]')) {
      const frame = picture.getBoundingClientRect();
      for (const text of picture.querySelectorAll("text")) {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const inside = left >= frame.left && right <= frame.right && top >= frame.top && bottom <= frame.bottom;
        if (!inside) found.push(`“${text.textContent}” leaves the picture`);
      }
      const words = [...picture.querySelectorAll("text"), ...picture.parentElement.querySelectorAll("button")];
      const placed = words.map((text) => ({ words: text.textContent, box: text.getBoundingClientRect() }));
      placed.forEach((one, at) => {
        for (const other of placed.slice(at + 1)) {
          const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
          const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
          if (width > 2 && height > 3) found.push(`“${other.words}” lies on “${one.words}”`);
        }
      });
    }
    return found;
  });
}

/** Counts, from the first paint on, how far things move without anybody's doing. Called before a page is opened. */
export async function watchShifts(context) {
  await context.addInitScript(() => {
    globalThis.shifts = [];
    const hear = (list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        // Words that say something else are no shift: a number at the right grows to the left.
        const boxes = entry.sources.filter(({ node }) => node?.nodeType === Node.ELEMENT_NODE);
        const rect = ({ x, y, width, height }) => `${x}, ${y}, ${width} × ${height}`;
        const what = boxes.map(({ node, previousRect, currentRect }) =>
          `${node.localName}#${node.id}.${node.className} from ${rect(previousRect)} to ${rect(currentRect)}`);
        if (what.length > 0) globalThis.shifts.push(`${entry.value}: ${what.join("; ")}`);
      }
    };
    new PerformanceObserver(hear).observe({ type: "layout-shift", buffered: true });
  });
}

/** What moved so far. */
export const shifts = (page) => page.evaluate(() => globalThis.shifts);

/** What can be pressed and is smaller than a finger: 44 px, with what belongs to it but is not seen. */
export function tooSmall(page) {
  return page.evaluate(() => {
    const found = [];
    for (const element of document.querySelectorAll("button, select, input, summary, [role=button]")) {
      const { width, height } = element.getBoundingClientRect();
      if (width <= 1 || element.closest("dialog:not([open])")) continue;
      // A line of the ring is as long as it is; a mark of the time bar is reached by the buttons beside it, too; an entry is as
      // large as its cell; a link in a sentence is as high as the line.
      if (element.closest("svg") || element.tabIndex < 0 || element.closest("p, li, dd, td")?.matches("p, td, dd")) continue;
      const label = element.closest("label")?.getBoundingClientRect();
      const grown = getComputedStyle(element, "::after");
      const more = grown.content !== "none" && grown.position === "absolute" ? -2 * Number.parseFloat(grown.top) : 0;
      const [wide, high] = [Math.max(width + more, label?.width ?? 0), Math.max(height + more, label?.height ?? 0)];
      if (wide < 40 || high < 43.5) found.push(`“${element.ariaLabel ?? element.textContent.trim() ?? element.id}” ${element.localName}#${element.id} is ${wide} × ${high}`);
    }
    return found;
  });
}
