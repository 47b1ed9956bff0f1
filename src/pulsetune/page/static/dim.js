// Eyes closed: the screen goes black, with as little light as can still be found. Any key or touch wakes it.

import { setText } from "./format.js";

const dimmed = document.getElementById("dim");
const words = document.getElementById("dim-words");
const rest = [document.getElementById("main"), document.getElementById("top")];
const HINT_MS = 5000; // long enough to read, then dark
let back = null;
let hint = null;

export function dim(event) {
  back = event.currentTarget;
  dimmed.hidden = false;
  for (const element of rest) element.inert = true;
  const button = document.getElementById("wake");
  button.onclick = wake;
  button.focus();
  setText(words, "Touch, or press a key, to wake the screen");
  hint = setTimeout(() => setText(words, ""), HINT_MS);
  addEventListener("keydown", wake);
}

/** What must be seen even so: that the link is lost, or that what was shown is not live. */
export function dimTrouble(sentence) {
  if (dimmed.hidden) return;
  dimmed.classList.toggle("trouble", Boolean(sentence));
  if (sentence || dimmed.dataset.trouble) setText(words, sentence);
  dimmed.dataset.trouble = sentence;
}

export function wake(event) {
  if (dimmed.hidden) return;
  event?.preventDefault?.(); // the key that wakes does nothing else
  clearTimeout(hint);
  dimmed.hidden = true;
  for (const element of rest) element.inert = false;
  removeEventListener("keydown", wake);
  if (back?.isConnected) back.focus();
  back = null;
}
