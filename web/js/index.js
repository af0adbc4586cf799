// What `import … from "raftarium"` gives.

import * as generated from "./pkg/raftarium.js";
import { Guard } from "./shell/guard.js";
import { load } from "./shell/load.js";

export { RaftariumError } from "./shell/error.js";

const guard = /* @__PURE__ */ new Guard();

export const Simulation = /* @__PURE__ */ guard.around(generated.Simulation);

let loading;

export function init(source) {
  loading ??= load(generated, source).then(
    () => guard.open(generated),
    (error) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}
