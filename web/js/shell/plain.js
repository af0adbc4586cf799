// A copy of what is given, made of data only.
//
// The copy is made before the wasm is entered: a getter or a proxy of the caller's runs here, where it may throw or call
// the simulation as it likes, and never while Rust is at work.

import { RaftariumError } from "./error.js";

// The deepest thing that can be given is a run: { commands: [{ command: { groups: [[1]] } }] }.
const DEPTH_MAX = 12;

export function plain(value, depth = 0) {
  switch (typeof value) {
    case "undefined":
    case "boolean":
    case "number":
    case "string":
      return value;
    case "bigint":
      return String(value);
    case "object":
      break;
    default:
      throw refusal(value, `a ${typeof value}`);
  }
  if (value === null) return value;
  if (depth >= DEPTH_MAX) throw refusal(value, `an object more than ${DEPTH_MAX} levels deep (perhaps a circle)`);
  if (Array.isArray(value)) return Array.from(value, (item) => plain(item, depth + 1));
  const copy = Object.create(null);
  for (const [key, field] of Object.entries(value)) {
    if (field !== undefined) copy[key] = plain(field, depth + 1);
  }
  return copy;
}

function refusal(given, what) {
  const allowed = "plain data";
  return new RaftariumError({
    code: "not-plain-data",
    message: `${what} was given; allowed is ${allowed}: objects, arrays, strings, numbers, booleans, null`,
    given,
    allowed,
  });
}
