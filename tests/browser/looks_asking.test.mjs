// What is selected and asked: every screen of it is judged.

import { judge } from "./judge.mjs";
import { ASKING } from "./screens/asking.mjs";

judge(ASKING);
