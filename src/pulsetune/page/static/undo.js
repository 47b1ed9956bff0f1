// A moment to think again after something was deleted.

import { h } from "./format.js";

const EARLIER_S = 0.5; // than the server: what is offered must still be possible
const SAID_S = 6; // a refusal stays so long
const toast = document.getElementById("toast");
let timer = null;

function close() {
  clearTimeout(timer);
  toast.hidden = true;
}

function show(seconds, ...content) {
  clearTimeout(timer);
  timer = setTimeout(close, seconds * 1000);
  toast.replaceChildren(...content);
  toast.hidden = false;
}

/** Offers `undo` for so many seconds, and says why where it fails; what was offered before is no longer. */
export function offerUndo(text, undo, seconds) {
  const button = h("button.quiet", { type: "button" }, "Undo");
  button.addEventListener("click", async () => {
    close();
    try {
      await undo();
    } catch (refusal) {
      show(SAID_S, h("span", {}, refusal.message));
    }
  });
  show(seconds - EARLIER_S, h("span", {}, text), button);
  button.focus();
}
