// Where to draw.

import assert from "node:assert/strict";

/** How far from the edge of the picture a line begins and ends, in pixels. */
const MARGIN = 6;

/**
 * The two ends of a line across `picture` that has the servers `ids` on one side, and all others on the other, as far
 * from the nearest ones as it gets.
 *
 * @param {{id: string, x: number, y: number}[]} places The middle of every server.
 */
export function lineAround(ids, places, picture) {
  const inside = places.filter(({ id }) => ids.includes(id));
  const outside = places.filter(({ id }) => !ids.includes(id));
  const [one, other] = [mean(inside), mean(outside)];
  const length = Math.hypot(one.x - other.x, one.y - other.y);
  const way = { x: (one.x - other.x) / length, y: (one.y - other.y) / length };
  const along = (place) => place.x * way.x + place.y * way.y;
  const [near, far] = [Math.min(...inside.map(along)), Math.max(...outside.map(along))];
  assert.ok(near > far, `${ids} do not lie side by side`);
  const shift = (near + far) / 2 - along(one);
  const middle = { x: one.x + way.x * shift, y: one.y + way.y * shift };
  const across = { x: -way.y, y: way.x };
  return [edge(middle, across, picture), edge(middle, { x: way.y, y: -way.x }, picture)];
}

/** Where the way from `from` in the direction of `step`, which is one pixel long, comes near the edge of `picture`. */
function edge(from, step, picture) {
  const toX = step.x > 0 ? picture.x + picture.width - from.x : from.x - picture.x;
  const toY = step.y > 0 ? picture.y + picture.height - from.y : from.y - picture.y;
  const reach = Math.min(toX / Math.abs(step.x), toY / Math.abs(step.y)) - MARGIN;
  return { x: from.x + step.x * reach, y: from.y + step.y * reach };
}

function mean(places) {
  const sum = places.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
  return { x: sum.x / places.length, y: sum.y / places.length };
}
