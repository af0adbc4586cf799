// What Lighthouse says of a page: `rate(url, port)`, with a browser that listens on the port of this machine.

import lighthouse, { desktopConfig } from "lighthouse";

/**
 * The points of each category, of 100, and the audits that cost some; on a phone, as Lighthouse imagines it, and at a desk.
 *
 * @returns {Promise<{where: string, category: string, points: number, costs: string[]}[]>}
 */
export async function rate(url, port) {
  const rated = [];
  for (const [where, config] of [["phone", undefined], ["desk", desktopConfig]]) {
    const { lhr } = await lighthouse(url, { port, logLevel: "error", output: "json" }, config);
    for (const { title, score, auditRefs } of Object.values(lhr.categories)) {
      const counted = auditRefs.filter(({ weight }) => weight > 0).map(({ id }) => lhr.audits[id]);
      const costs = counted.filter((audit) => audit.score !== null && audit.score < 1);
      const said = costs.map((audit) => `${audit.title} ${audit.displayValue ?? ""}`.trim());
      rated.push({ where, category: title, points: Math.round((score ?? 0) * 100), costs: said });
    }
  }
  return rated;
}
