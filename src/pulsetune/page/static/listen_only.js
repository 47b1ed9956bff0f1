// "Only listen": the same switch in the safety notes and on the home screen; what it says holds from the next session on.

import { get, post } from "./api.js";
import { h, setText } from "./format.js";

const LISTENS = "Kept. From the next session on the music stays at your pulse.";
const LEADS = "Kept. From the next session on the music may lead you, gently.";

let asked = Promise.resolve(); // one after the other, so that the last word is what is kept and what is shown
const inTurn = (work) => (asked = asked.then(work));

/** Every switch that is on the page shows the same; null: what was said cannot be read, and it is neither on nor off. */
function showEverywhere(said, words) {
  for (const box of document.querySelectorAll("[data-listen-only]")) {
    const input = box.querySelector("input");
    input.checked = said === true;
    input.indeterminate = said === null;
    setText(box.querySelector("p"), words);
  }
}

async function read() {
  try {
    const { listen_only, problem, hint } = await get("/api/profile");
    showEverywhere(listen_only, [problem, hint].filter(Boolean).join(" "));
  } catch (refusal) {
    showEverywhere(null, refusal.message);
  }
}

/** What was said before, on every switch that is there now. */
export const readListenOnly = () => inTurn(read);

async function say(input, said) {
  try {
    await post("/api/profile", { listen_only: said });
    showEverywhere(said, said ? LISTENS : LEADS);
  } catch (refusal) {
    await read();
    setText(input.closest("[data-listen-only]").querySelector("p"), refusal.message);
  }
}

export function listenSwitch() {
  const input = h("input", { type: "checkbox", onchange: ({ target: { checked } }) => inTurn(() => say(input, checked)) });
  return h("div.listen", { "data-listen-only": "" },
    h("label.switch", {}, input, "Only listen: let the music stay at my pulse and never lead"), h("p.soft", { role: "status" }));
}
