// Every screen of the page: the run in the address, how to get there, and what the person wants. A screen that is not in the
// list is not looked at.

import { ASKING } from "./screens/asking.mjs";
import { CLUSTER } from "./screens/cluster.mjs";
import { DOING } from "./screens/doing.mjs";
import { EVERYONE } from "./screens/everyone.mjs";
import { PANELS } from "./screens/panels.mjs";
import { STORIES } from "./screens/stories.mjs";

/** Each screen by its name: `[run in the address, how to get there, { media, …wishes }]`. */
export const SCREENS = { ...CLUSTER, ...PANELS, ...ASKING, ...DOING, ...STORIES, ...EVERYONE };
