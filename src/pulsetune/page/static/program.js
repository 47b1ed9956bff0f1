// One program in full: its picture, its phases, every number with its reason.

import { get, post } from "./api.js";
import { askFor } from "./asked.js";
import { h, lasting, setText } from "./format.js";
import { inventedWords, planLegend, planPlot } from "./plan_plot.js";
import { at } from "./programs.js";
import { offerUndo } from "./undo.js";

const TABLES = { "": "The whole", phases: "Its parts", lead: "How the music leads", limits: "What the tempo never does", safety: "Safety", breathing: "Breathing guide", imagery: "Quiet sentences" };

function phases(shown) {
  return h("ol.phases", {}, shown.phases.map((phase) => h("li", {}, h("span", {}, phase.words), h("span.time", {}, lasting(phase.to_s - phase.from_s)))));
}

/** Words with `commands` in them. */
function prose(text) {
  return text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));
}

function number({ key, value, unit, what, why }) {
  const written = value.startsWith("[")
    ? JSON.parse(value).map((text) => h("span.sentence", {}, text))
    : [h("strong", {}, value === '""' ? "none" : value), unit && unit !== key ? ` ${unit}` : ""];
  return h("div.number", {}, h("dt", {}, h("code", {}, key), h("span.value", {}, written)), h("dd", {}, prose(`${what}. `), h("span.soft", {}, prose(`${why}.`))));
}

function numbers(shown) {
  return Object.entries(TABLES).map(([table, title]) => {
    const own = shown.numbers.filter((one) => one.table === table && one.value !== "[]");
    return own.length ? h("section.panel", {}, h("h2", {}, title), h("dl.numbers", {}, own.map(number))) : null;
  });
}

function mistakes(list, unreadable) {
  if (unreadable) return h("section.panel", {}, h("h2", {}, "It cannot be read"), h("p", {}, unreadable));
  return h("section.panel", {}, h("h2", {}, "It cannot be played yet"), h("ol.plain", {}, list.map((one) => h("li", {}, `Line ${one.line}: ${one.key ? `${one.key}: ` : ""}${one.sentence}.`))));
}

/** Deletes, and goes back to the list, where it can be undone for a moment. */
async function remove(name, title, problem) {
  const place = `/api/programs/${encodeURIComponent(name)}`;
  try {
    const { undo_s } = await post(`${place}/delete`);
    location.hash = "#/programs";
    offerUndo(`${title} is deleted for good in a moment. Sessions that you played with it stay.`, async () => {
      await post(`${place}/undelete`);
      location.hash = at(name);
    }, undo_s);
  } catch (refusal) {
    setText(problem, refusal.message);
  }
}

export async function programScreen(box, encoded) {
  let found;
  try {
    found = await get(`/api/programs/${encoded}`);
  } catch (problem) {
    box.append(h("h1", {}, "Program"), h("p.problem", { role: "alert" }, problem.message), h("p", {}, h("a", { href: "#/programs" }, "All programs")));
    return null;
  }
  const { name, own, shown, unreadable } = found;
  const title = shown?.title ?? name;
  const problem = h("p.problem", { role: "alert" });
  const buttons = h("div.row", {},
    shown ? h("a.button.main", { href: "#/", onclick: () => askFor(name) }, "Choose it") : null,
    own && !unreadable ? h("a.button", { href: at(name, "/edit") }, "Change it") : null,
    unreadable ? null : h("a.button", { href: at(name, "/copy") }, "Make a copy"),
    own ? h("button.quiet", { type: "button", onclick: () => remove(name, title, problem) }, "Delete") : null);
  box.append(h("p.above", {}, h("a", { href: "#/programs" }, "All programs")), h("h1", {}, title));
  if (!shown) {
    box.append(mistakes(found.mistakes, unreadable), problem, buttons);
    return null;
  }
  const picture = h("section.panel", {}, h("h2", {}, "The planned tempo"));
  box.append(h("p.lead", {}, shown.description), buttons, problem, picture);
  const plot = planPlot(picture);
  plot.draw(shown);
  picture.append(planLegend(), h("p.note", {}, inventedWords(shown)), shown.breath_words ? h("p.note", {}, shown.breath_words) : "",
    h("h2", {}, "Its phases in this plan"), phases(shown));
  box.append(...numbers(shown).filter(Boolean));
  return () => plot.destroy();
}
