// The run itself: every screen of it is judged.

import { judge } from "./judge.mjs";
import { CLUSTER } from "./screens/cluster.mjs";

judge(CLUSTER);
