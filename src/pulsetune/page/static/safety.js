// The safety notes: read once, and again whenever somebody wants to.

import { listenSwitch, readListenOnly } from "./listen_only.js";

const READ = "pulsetune-safety-read";

/** Show the notes; gives whether they were acknowledged. */
export function showSafety() {
  const dialog = document.getElementById("safety");
  document.getElementById("safety-listen").replaceChildren(listenSwitch());
  readListenOnly();
  return new Promise((resolve) => {
    let read = false;
    document.getElementById("safety-ok").onclick = () => {
      read = true;
      localStorage.setItem(READ, new Date().toISOString());
      dialog.close();
    };
    dialog.querySelector("[data-close]").onclick = () => dialog.close();
    dialog.onclose = () => resolve(read);
    dialog.showModal();
  });
}

export const askSafety = () => (localStorage.getItem(READ) ? Promise.resolve(true) : showSafety());
