import { judge } from "./judge.mjs";
import { SCREENS } from "./screen_list.mjs";
const names = process.env.JUDGE.split(",");
judge(Object.fromEntries(names.map((n) => [n, SCREENS[n]])));
