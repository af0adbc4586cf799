// What else is on the screen, and numbers of servers: every screen of it is judged.

import { judge } from "./judge.mjs";
import { PANELS } from "./screens/panels.mjs";

judge(PANELS);
