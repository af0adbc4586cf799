// Stories, what is kept, and comparisons: every screen of it is judged.

import { judge } from "./judge.mjs";
import { STORIES } from "./screens/stories.mjs";

judge(STORIES);
