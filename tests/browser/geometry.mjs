// Where to draw.

import assert from "node:assert/strict";

/** How far from the edge of the picture a line begins and ends, in pixels. */
const MARGIN = 6;
/** How many directions a line is tried in. */
const DIRECTIONS = 72;

/**
 * The two ends of a line across `picture` that has the servers `ids` on one side, and all others on the other, as far
 * from the nearest ones as it gets.
 *
 * @param {{id: string, x: number, y: number}[]} places The middle of every server.
 */
export function lineAround(ids, places, picture) {
  const inside = places.filter(({ id }) => ids.includes(id));
  const outside = places.filter(({ id }) => !ids.includes(id));
  const one = mean(inside);
  const ways = Array.from({ length: DIRECTIONS }, (_, at) => gap(inside, outside, (at / DIRECTIONS) * 2 * Math.PI));
  const { way, near, far } = ways.reduce((best, found) => (found.near - found.far > best.near - best.far ? found : best));
  assert.ok(near > far, `${ids} do not lie side by side`);
  const shift = (near + far) / 2 - (one.x * way.x + one.y * way.y);
  const middle = { x: one.x + way.x * shift, y: one.y + way.y * shift };
  const across = { x: -way.y, y: way.x };
  return [edge(middle, across, picture), edge(middle, { x: way.y, y: -way.x }, picture)];
}

/** Seen in a direction: where the nearest of `inside` is, and the farthest of `outside`. */
function gap(inside, outside, angle) {
  const way = { x: Math.cos(angle), y: Math.sin(angle) };
  const along = (place) => place.x * way.x + place.y * way.y;
  return { way, near: Math.min(...inside.map(along)), far: Math.max(...outside.map(along)) };
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
