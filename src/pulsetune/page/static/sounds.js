// Which sound, how it tastes, and how loud it should be.

import { post } from "./api.js";
import { h, radio, setText } from "./format.js";

async function taste(name, button, note, said) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true"); // and not disabled, which would take the focus away
  setText(note, said);
  try {
    await post("/api/taste", { soundscape: name });
    setText(note, "");
  } catch (problem) {
    setText(note, problem.message);
  }
  button.removeAttribute("aria-disabled");
}

export function soundPicker(list, preferred) {
  const note = h("p.soft", { role: "status" });
  const lines = list.map(({ name, description }) => {
    const words = name.replaceAll("-", " ");
    const title = words[0].toUpperCase() + words.slice(1);
    const hear = h("button.quiet.small", { type: "button", onclick: () => taste(name, hear, note, `${title}, ten seconds …`) }, "Hear", h("span.unseen", {}, ` ten seconds of ${words}`));
    return h("div.line", {}, radio("soundscape", name, name === preferred, title, h("span.soft", {}, description)), hear);
  });
  return h("fieldset", {}, h("legend", {}, "Sound"), h("div.list", {}, lines), note);
}

export function volumeByEar() {
  const note = h("p.soft", { role: "status" });
  const hear = h("button.quiet.small", { type: "button", onclick: () => taste("reference", hear, note, "Turn your volume until this is as loud as quiet speech.") }, "Set the volume by ear");
  return h("div.volume", {}, h("p", {}, hear), note);
}
