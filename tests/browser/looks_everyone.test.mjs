// The first visit, and the page for whoever is not like the others: every screen of it is judged.

import { judge } from "./judge.mjs";
import { EVERYONE } from "./screens/everyone.mjs";

judge(EVERYONE);
