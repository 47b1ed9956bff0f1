// Writing a program: a plain text with line numbers, its mistakes while one types, and its picture.

import { get, post } from "./api.js";
import { confirmed } from "./confirm.js";
import { h, setText } from "./format.js";
import { inventedWords, planLegend, planPlot } from "./plan_plot.js";
import { at } from "./programs.js";

const QUIET_MS = 500; // after the last key, before the text is looked at
const MOST_BYTES = 65_000; // of what is sent: the server's door takes no more than 65 536
const SHOWN_MISTAKES = 50;
const drafts = new Map(); // what was written and not saved, until the window is closed

function warnOfDrafts(event) {
  if (drafts.size) event.preventDefault();
}

addEventListener("beforeunload", warnOfDrafts);

/** A text area with the number of each line; `mark` shows where the mistakes are, `jump` goes to one. */
function makeEditor(text) {
  const numbers = h("div.line-numbers", { "aria-hidden": "true" });
  const area = h("textarea.code", { id: "text", rows: "24", wrap: "off", spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-describedby": "checked" });
  area.value = text;
  let marked = [];
  const draw = () => {
    const lines = area.value.split("\n").length;
    const had = numbers.childElementCount;
    for (let extra = had; extra > lines; extra--) numbers.lastChild.remove();
    if (lines > had) numbers.append(...Array.from({ length: lines - had }, (_, index) => h("div", {}, String(had + index + 1))));
    for (const old of numbers.querySelectorAll(".wrong")) old.classList.remove("wrong");
    for (const line of marked) numbers.children[line - 1]?.classList.add("wrong");
    numbers.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", draw);
  area.addEventListener("scroll", () => { numbers.scrollTop = area.scrollTop; });
  draw();
  return {
    area,
    box: h("div.editor", {}, numbers, area),
    mark(lines) {
      marked = lines;
      draw();
    },
    jump(line) {
      const lines = area.value.split("\n");
      const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
      area.focus();
      area.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
      area.scrollTop = Math.max(0, (line - 4) * (area.scrollHeight / lines.length));
      area.scrollLeft = 0;
    },
  };
}

function mistakeList(mistakes, jump) {
  return mistakes.slice(0, SHOWN_MISTAKES).map(({ line, key, sentence }) =>
    h("li", {}, h("button.mistake", { type: "button", onclick: () => jump(line) }, h("span.time", {}, `Line ${line}`), h("span", {}, key ? h("code", {}, key) : "", key ? " " : "", sentence))));
}

function sayHowMany(count) {
  if (!count) return "No mistakes. It can be saved.";
  return count === 1 ? "One mistake; it can be saved when that is mended." : `${count} mistakes; it can be saved when they are mended.`;
}

/** Looks at a text once typing has paused; only the newest answer counts. */
function makeChecker(shows) {
  let timer = null;
  let newest = 0;
  const look = async (text) => {
    clearTimeout(timer);
    const turn = ++newest;
    let checked;
    try {
      if (new TextEncoder().encode(JSON.stringify({ text })).length > MOST_BYTES) throw new Error("a program is a short text, and this one is too long");
      checked = await post("/api/program/check", { text });
    } catch (problem) {
      checked = { mistakes: [{ line: 1, key: "", sentence: problem.message }], shown: null, replaces: false };
    }
    if (turn === newest) shows(checked);
    return checked;
  };
  return {
    look,
    soon(text) {
      clearTimeout(timer);
      timer = setTimeout(() => look(text), QUIET_MS);
    },
    stop() {
      clearTimeout(timer);
      newest += 1;
    },
  };
}

async function save(editor, checker, place, problem) {
  setText(problem, "");
  const text = editor.area.value;
  const checked = await checker.look(text);
  if (checked.mistakes.length) {
    setText(problem, "It was not saved: there are mistakes in it.");
    editor.jump(checked.mistakes[0].line);
    return;
  }
  const { name, title } = checked.shown;
  if (checked.replaces && !(await confirmed(`Replace ${name}?`, `Your program "${name}" is replaced by this text ("${title}").`, "Replace it"))) return;
  try {
    await post("/api/program/save", { text, replace: checked.replaces });
    drafts.delete(place);
    location.hash = at(name);
  } catch (refusal) {
    setText(problem, refusal.message);
  }
}

async function begin(place, isCopy, name) {
  const found = await get(`/api/programs/${name}${isCopy ? "/copy" : ""}`);
  return drafts.has(place) ? { ...found, text: drafts.get(place) } : found;
}

export async function editScreen(box, place) {
  const [name, kind] = place.split("/");
  const isCopy = kind === "copy";
  let found;
  try {
    found = await begin(place, isCopy, name);
    if (found.unreadable) throw new Error(found.unreadable);
    if (!isCopy && !found.own) throw new Error("This program came with PulseTune and stays as it is. Make a copy of it.");
  } catch (problem) {
    box.append(h("h1", {}, "Program"), h("p.problem", { role: "alert" }, problem.message), h("p", {}, h("a", { href: "#/programs" }, "All programs")));
    return null;
  }
  const original = found.text;
  const editor = makeEditor(found.text);
  const status = h("p.checked", { id: "checked", role: "status" });
  const problem = h("p.problem", { role: "alert" });
  const list = h("ol.mistakes");
  const picture = h("section.panel.picture", { "aria-label": "Picture" }, h("h2", {}, "The planned tempo"));
  const words = h("p.note");
  const checker = makeChecker(({ mistakes, shown }) => {
    setText(status, sayHowMany(mistakes.length));
    status.classList.toggle("wrong", mistakes.length > 0);
    list.replaceChildren(...mistakeList(mistakes, editor.jump));
    editor.area.setAttribute("aria-invalid", String(mistakes.length > 0));
    editor.mark(mistakes.map((mistake) => mistake.line));
    plot.draw(shown);
    setText(words, shown ? inventedWords(shown) : "The picture comes back when the text has no mistakes.");
  });
  const discard = () => {
    drafts.delete(place);
    location.hash = isCopy ? "#/programs" : at(decodeURIComponent(name));
  };
  editor.area.addEventListener("input", () => {
    if (editor.area.value === original && !isCopy) drafts.delete(place);
    else drafts.set(place, editor.area.value);
    checker.soon(editor.area.value);
  });
  box.append(
    h("p.above", {}, h("a", { href: "#/programs" }, "All programs")),
    h("h1", {}, isCopy ? "A copy to change" : "Change your program"),
    h("p.soft", {}, `${isCopy ? "Give it a name of its own and change what you like" : "Change what you like; under another name it is kept as another program"}. What you leave out has its usual value, and text behind a # only explains.`),
    h("div.writing", {},
      h("div.text", {}, h("label.field", { for: "text" }, "The program's text"), editor.box, h("div.row", {}, h("button.main", { type: "button", onclick: () => save(editor, checker, place, problem) }, "Save"), h("button.quiet", { type: "button", onclick: discard }, "Discard")), problem),
      h("div.beside", {}, h("section.panel", { "aria-label": "Mistakes" }, status, list), picture)));
  const plot = planPlot(picture);
  picture.append(planLegend(), words);
  checker.look(editor.area.value);
  return () => {
    checker.stop();
    plot.destroy();
  };
}
