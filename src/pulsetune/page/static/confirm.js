// A question before something is lost.

import { h } from "./format.js";

/** Resolves to true for yes; Escape and the other button are no. */
export function confirmed(title, text, yes) {
  const heading = h("h2", { id: "confirm-title" }, title);
  const ok = h("button.main", { type: "button" }, yes);
  const no = h("button.quiet", { type: "button" }, "Cancel");
  const dialog = h("dialog", { id: "confirm", "aria-labelledby": "confirm-title" }, heading, h("p", {}, text), h("div.row.end", {}, no, ok));
  return new Promise((resolve) => {
    let answer = false;
    ok.addEventListener("click", () => { answer = true; dialog.close(); });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
