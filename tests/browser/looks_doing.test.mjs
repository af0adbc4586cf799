// Menus, palette and forms: every screen of it is judged.

import { judge } from "./judge.mjs";
import { DOING } from "./screens/doing.mjs";

judge(DOING);
