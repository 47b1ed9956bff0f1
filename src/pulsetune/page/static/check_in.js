// How the listener feels, in rows of numbers: calm, tension, and up to five words of their own.
// Nothing is chosen beforehand, and nothing has to be.

import { h } from "./format.js";

const SCALES = [
  ["calm", "Calm", "not at all", "very calm"],
  ["tension", "Tension", "none", "very tense"],
];
const WORDS = "pulsetune-own-words"; // kept in this browser, so that the same words are asked next time
const MOST_WORDS = 5;

const dialog = document.getElementById("check-in");
const note = document.getElementById("note");
const ownWords = document.getElementById("own-words");

function scale(name, title, low, high, extra = null) {
  const options = Array.from({ length: 11 }, (_, value) =>
    h("label.step", {}, h("input", { type: "radio", name, value: String(value) }), h("span", {}, String(value))),
  );
  const ends = h("div.ends", { "aria-hidden": "true" }, h("span", {}, low), h("span", {}, high));
  const legend = h("legend", {}, title, h("span.unseen", {}, `, from 0 (${low}) to 10 (${high})`));
  return h("fieldset.scale", {}, legend, h("div.steps", {}, options), ends, extra);
}

function kept() {
  try {
    const words = JSON.parse(localStorage.getItem(WORDS) ?? "[]");
    return Array.isArray(words) ? words.filter((word) => typeof word === "string").slice(0, MOST_WORDS) : [];
  } catch {
    return [];
  }
}

function keep(words) {
  localStorage.setItem(WORDS, JSON.stringify(words));
  showWords();
}

const chosenIn = (element) => element.querySelector("input:checked")?.value;

/** The listener's words; what was rated already stays rated. */
function showWords() {
  const words = kept();
  const rated = new Map([...ownWords.querySelectorAll("[data-word]")].map((row) => [row.dataset.word, chosenIn(row)]));
  const rows = words.map((word, index) => {
    const drop = h("button.link", { type: "button", onclick: () => keep(words.filter((_, other) => other !== index)) }, `Ask no more for “${word}”`);
    const row = scale(`word-${index}`, word, "not at all", "very much", drop);
    row.dataset.word = word;
    const again = row.querySelector(`input[value="${rated.get(word)}"]`);
    if (again) again.checked = true;
    return row;
  });
  const input = h("input", { type: "text", maxlength: "40", id: "new-word", autocomplete: "off" });
  const add = () => {
    const word = input.value.trim();
    if (word && !words.includes(word)) {
      keep([...words, word]);
      document.getElementById("new-word")?.focus();
    }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // it adds the word; it does not send the form
    add();
  });
  const adding = h("div.add-word", {}, h("label.field", {}, "A word of your own to rate (optional)", input), h("button.small", { type: "button", onclick: add }, "Add"));
  ownWords.replaceChildren(...rows, ...(words.length < MOST_WORDS ? [adding] : []));
}

function said() {
  const value = (name) => {
    const chosen = dialog.querySelector(`input[name=${name}]:checked`);
    return chosen ? Number(chosen.value) : null;
  };
  const words = kept().map((word, index) => ({ word, rating: value(`word-${index}`) })).filter(({ rating }) => rating !== null);
  const all = { calm: value("calm"), tension: value("tension"), note: note.value.trim(), words };
  return all.calm === null && all.tension === null && !all.note && !words.length ? null : all;
}

/** Ask; gives {calm, tension, note, words}, or null if it was skipped. */
export function askCheckIn(title, done) {
  document.getElementById("check-in-title").textContent = title;
  document.getElementById("check-in-done").textContent = done;
  document.getElementById("scales").replaceChildren(...SCALES.map((one) => scale(...one)));
  ownWords.replaceChildren();
  showWords();
  note.value = "";
  return new Promise((resolve) => {
    dialog.returnValue = "";
    dialog.querySelector("[data-close]").onclick = () => dialog.close("");
    dialog.onclose = () => resolve(dialog.returnValue === "done" ? said() : null);
    dialog.showModal();
    dialog.scrollTop = 0;
  });
}
