// The safety notes: read once, and again whenever somebody wants to.

const READ = "pulsetune-safety-read";

/** Show the notes; gives whether they were acknowledged. */
export function showSafety() {
  const dialog = document.getElementById("safety");
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
