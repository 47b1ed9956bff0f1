// All programs: those that came with PulseTune, then the listener's own.

import { get } from "./api.js";
import { h } from "./format.js";

export const at = (name, more = "") => `#/programs/${encodeURIComponent(name)}${more}`;

function row(program) {
  const broken = program.unreadable ? "cannot be read" : program.mistakes === 1 ? "one mistake" : `${program.mistakes} mistakes`;
  const words = program.unreadable || (program.mistakes ? "It cannot be played until that is mended." : program.description);
  const title = h("strong", {}, program.title ?? program.name, program.mistakes ? h("span.badge", {}, broken) : h("span.length", {}, `${program.minutes} min`));
  return h("li.program-row", {}, h("a", { href: at(program.name) }, title, h("span.soft", {}, words)));
}

function group(title, programs, nothing) {
  const list = programs.length ? h("ul.programs", {}, programs.map(row)) : h("p.soft", {}, nothing);
  return h("section", {}, h("h2", {}, title), list);
}

export async function programsScreen(box) {
  box.append(h("h1", {}, "Programs"), h("p.lead", {}, "What each one does, number by number, and why. Copy one to make it your own."));
  try {
    const { programs } = await get("/api/programs");
    box.append(
      group("Yours", programs.filter((program) => program.own), "None yet. Open one below and make a copy of it."),
      group("With PulseTune", programs.filter((program) => !program.own), ""),
    );
  } catch (problem) {
    box.append(h("p.problem", { role: "alert" }, problem.message));
  }
  return null;
}
