// Home: what to play, whose heart, which sound; then start.

import { get, post } from "./api.js";
import { asked } from "./asked.js";
import { askCheckIn } from "./check_in.js";
import { h, radio, setText } from "./format.js";
import { listenSwitch, readListenOnly } from "./listen_only.js";
import { askSafety, showSafety } from "./safety.js";
import { soundPicker, volumeByEar } from "./sounds.js";
import { strapPicker } from "./straps.js";
import { running, watch } from "./stream.js";

const LENGTHS = [6, 8, 10, 15, 20, 30];

function programs(list) {
  const cards = list.map((program, index) =>
    radio("program", program.name, index === 0, program.title,
      h("span.length", {}, `${program.minutes} min`), h("span.soft", {}, program.description)),
  );
  return h("fieldset", {}, h("legend", {}, "Program"), h("div.cards", {}, cards));
}

function lengths() {
  return h("label.field", {}, "Length",
    h("select", { name: "minutes", id: "minutes" }, h("option", { value: "" }, "as the program says"), LENGTHS.map((length) => h("option", { value: String(length) }, `${length} minutes`))));
}

function choose(form, name) {
  const radio = name && form.querySelector(`input[name=program][value="${CSS.escape(name)}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function wished(form) {
  const chosen = new FormData(form);
  const wish = { program: chosen.get("program"), simulated: chosen.get("heart") === "simulated", strap: chosen.get("strap") ?? "", soundscape: chosen.get("soundscape") };
  if (chosen.get("minutes")) wish.minutes = Number(chosen.get("minutes"));
  return wish;
}

async function start(form, problem) {
  setText(problem, "");
  if (!(await askSafety())) return;
  const wish = wished(form);
  const checkIn = await askCheckIn("How do you feel now?", "Start");
  if (checkIn) wish.check_in = checkIn;
  try {
    await post("/api/session", wish);
    location.hash = "#/session";
  } catch (refusal) {
    setText(problem, refusal.message);
    problem.focus();
  }
}

export async function homeScreen(box) {
  box.append(h("h1", {}, "A quiet while"), h("p.lead", {}, "Music that starts at your pulse and slows down with you."));
  let offer;
  try {
    offer = await get("/api/home");
  } catch (problem) {
    box.append(h("p.problem", { role: "alert" }, problem.message));
    return null;
  }
  const straps = strapPicker();
  const problem = h("p.problem", { role: "alert", tabindex: "-1" });
  const startButton = h("button.main.big", { type: "submit" }, "Start");
  const busy = h("p.soft", { hidden: true }, "A session is running. ", h("a", { href: "#/session" }, "Show it"));
  const form = h("form.home", { onsubmit: (event) => { event.preventDefault(); start(form, problem); } },
    h("div.choose", {}, programs(offer.programs), soundPicker(offer.soundscapes, offer.programs[0]?.soundscape)),
    h("section.panel.ready", { "aria-label": "Ready" }, straps.box, lengths(), busy, problem, h("div.start", {}, startButton), volumeByEar()));
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "program") return;
    const { soundscape } = offer.programs.find((program) => program.name === target.value);
    const sound = form.querySelector(`input[name=soundscape][value="${CSS.escape(soundscape)}"]`);
    if (sound) sound.checked = true;
  });
  box.append(form, h("p.fine", {}, "It may help you unwind. It is not a medical device, and not for driving or machines. ",
    h("button.link", { type: "button", onclick: showSafety }, "Safety notes")),
    listenSwitch(),
    h("p.fine", {}, "Credits: the felt piano plays the Salamander Grand Piano V3 by Alexander Holm (CC BY 3.0), with changes."));
  choose(form, asked());
  readListenOnly();
  straps.look();
  const unwatch = watch(() => {
    busy.hidden = !running();
    startButton.disabled = running();
  });
  return () => {
    straps.stop();
    unwatch();
  };
}
