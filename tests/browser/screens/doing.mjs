// What a person is about to do: menus, palette and forms.

import { RUN, openFile, work } from "./moments.mjs";

/** The menu of a thing, which the mouse reaches. */
async function menu(person, thing) {
  await thing.click({ button: "right" });
  await person.menu.waitFor();
}

/** What is found by typing opens a form. */
const form = (words) => [RUN, async (person) => {
  await work(person);
  await person.say(words);
}];

export const DOING = {
  menu: [RUN, async (person) => {
    await work(person);
    await menu(person, person.server("S3"));
  }],
  "menu-unfolded": [RUN, async (person) => {
    await work(person);
    await menu(person, person.server("S3"));
    await person.menu.getByRole("menuitem", { name: "Disk", exact: true }).click();
    await person.page.keyboard.press("ArrowDown");
  }],
  "menu-link": [RUN, async (person) => {
    await work(person);
    await person.link("S1", "S3").focus();
    await person.page.keyboard.press("a");
    await person.menu.waitFor();
  }],
  "menu-message": [RUN, async (person) => {
    await work(person);
    await person.page.keyboard.press("n");
    await person.page.keyboard.press("a");
    await person.menu.waitFor();
  }],
  "menu-entry": [RUN, async (person) => {
    await work(person);
    await menu(person, person.logGrid.getByRole("button", { name: /^S2 index 2, / }));
  }],
  palette: [RUN, async (person) => {
    await work(person);
    await person.page.keyboard.press("Control+k");
    await person.page.keyboard.type("disk");
  }],
  "palette-none": [RUN, async (person) => {
    await work(person);
    await person.page.keyboard.press("Control+k");
    await person.page.keyboard.type("make coffee");
  }],
  form: form("settings"),
  "form-link": form("set latency and loss of all"),
  "form-split": form("split the network"),
  "form-disk": form("set the disk of S2"),
  "form-clock": form("set the clock of S2"),
  "form-members": form("change the membership through"),
  "form-rules": form("break a rule…"),
  "form-compare": form("compare with"),
  "form-refused": [RUN, async (person) => {
    await work(person);
    await person.say("set the disk of S2");
    await person.inspector.getByRole("textbox", { name: "Longest write" }).fill("soon");
    await person.page.keyboard.press("Enter");
    await person.alert.getByText("is not a number").waitFor();
  }],
  "file-refused": [RUN, async (person) => {
    await work(person);
    await openFile(person, "holiday.json", '{ "version": 1, "titel": "Figure 8" }');
    await person.alert.getByText("holiday.json").waitFor();
  }],
};
