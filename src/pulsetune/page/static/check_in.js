// How the listener feels, in two rows of numbers. Nothing is chosen beforehand, and nothing has to be.

import { h } from "./format.js";

const SCALES = [
  ["calm", "Calm", "not at all", "very calm"],
  ["tension", "Tension", "none", "very tense"],
];

function scale([name, title, low, high]) {
  const options = Array.from({ length: 11 }, (_, value) =>
    h("label.step", {}, h("input", { type: "radio", name, value: String(value) }), h("span", {}, String(value))),
  );
  const ends = h("div.ends", { "aria-hidden": "true" }, h("span", {}, low), h("span", {}, high));
  return h("fieldset.scale", {}, h("legend", {}, `${title}, from 0 (${low}) to 10 (${high})`), h("div.steps", {}, options), ends);
}

/** Ask; gives {calm, tension, note}, or null if it was skipped. */
export function askCheckIn(title, done) {
  const dialog = document.getElementById("check-in");
  document.getElementById("check-in-title").textContent = title;
  document.getElementById("check-in-done").textContent = done;
  document.getElementById("scales").replaceChildren(...SCALES.map(scale));
  const note = document.getElementById("note");
  note.value = "";
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.querySelector("[data-close]").onclick = () => dialog.close("");
    dialog.onclose = () => {
      if (dialog.returnValue !== "done") return resolve(null);
      const value = (name) => {
        const chosen = dialog.querySelector(`input[name=${name}]:checked`);
        return chosen ? Number(chosen.value) : null;
      };
      const said = { calm: value("calm"), tension: value("tension"), note: note.value.trim() };
      resolve(said.calm === null && said.tension === null && !said.note ? null : said);
    };
    dialog.showModal();
  });
}
