// The quiet sentences of a program: they come and go slowly, and nothing reads them out.

/** `text`: null where the program has none, empty between two sentences. A sentence that leaves is still there while it fades. */
export function showImagery(box, text) {
  if (text) {
    box.hidden = false;
    if (box.textContent !== text) box.textContent = text;
  }
  if (text === null) box.hidden = true;
  box.classList.toggle("here", Boolean(text));
}
