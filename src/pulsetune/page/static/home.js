// Home: what to play, whose heart, which sound; then start.

import { get, post } from "./api.js";
import { askCheckIn } from "./check_in.js";
import { h, setText } from "./format.js";
import { running, watch } from "./stream.js";

const READ = "pulsetune-safety-read";

function radio(name, value, checked, title, ...rest) {
  return h(
    "label.card",
    {},
    h("input", { type: "radio", name, value, checked }),
    h("span.card-body", {}, h("strong", {}, title), rest),
  );
}

function programs(list) {
  const cards = list.map((program, index) =>
    radio("program", program.name, index === 0, program.title,
      h("span.length", {}, `${program.minutes} min`), h("span.soft", {}, program.description)),
  );
  return h("fieldset", {}, h("legend", {}, "Program"), h("div.cards", {}, cards));
}

function soundscapes(list, preferred) {
  const options = list.map(({ name, description }) => {
    const title = name.replaceAll("-", " ");
    const note = h("span.soft", { role: "status" });
    const hear = h("button.quiet.small", { type: "button", onclick: () => taste(name, hear, note) }, "Hear ten seconds", h("span.unseen", {}, ` of ${title}`));
    return h("div.with-button", {}, radio("soundscape", name, name === preferred, title[0].toUpperCase() + title.slice(1), h("span.soft", {}, description)), hear, note);
  });
  return h("fieldset", {}, h("legend", {}, "Sound"), h("div.cards", {}, options));
}

async function taste(name, button, note) {
  button.disabled = true;
  setText(note, "Listen …");
  try {
    await post("/api/taste", { soundscape: name });
    setText(note, "");
  } catch (problem) {
    setText(note, problem.message);
  }
  button.disabled = false;
}

function hearts() {
  const straps = h("div");
  const state = h("p.soft", { role: "status" }, "");
  const picker = h("div", { id: "picker" }, state, straps);
  const box = h(
    "fieldset", {},
    h("legend", {}, "Heart"),
    h("div.cards", {},
      radio("heart", "strap", true, "My strap", h("span.soft", {}, "Any Bluetooth chest strap. Moisten the electrodes and put it on.")),
      radio("heart", "simulated", false, "No strap? Try a simulated listener", h("span.soft", {}, "A model stands in for a person. Nothing is measured from you, and every screen says so."))),
    picker,
  );
  return { box, straps, state, picker };
}

function strength(dbm) {
  if (dbm === null) return "";
  return dbm >= -65 ? "near" : dbm >= -80 ? "a little away" : "far away";
}

function listStraps(target, found) {
  const before = target.querySelector("input:checked")?.value ?? "";
  const any = radio("strap", "", before === "", "The first one found");
  const rows = found.map((strap) => {
    const facts = [strength(strap.rssi_dbm), strap.battery_percent === null ? "" : `battery ${strap.battery_percent} %`];
    return radio("strap", strap.address, strap.address === before, strap.name || strap.address, h("span.soft", {}, facts.filter(Boolean).join(", ")));
  });
  const had = [...target.querySelectorAll("input")].map((input) => input.value).join();
  const now = ["", ...found.map((strap) => strap.address)].join();
  if (had !== now) target.replaceChildren(h("div.cards", { role: "group", "aria-label": "Straps nearby" }, any, rows));
}

/** Look for straps again and again while the picker is open. */
async function scan(heart, alive) {
  while (alive()) {
    if (heart.picker.hidden || document.hidden || running()) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      continue;
    }
    let pause = 1000;
    try {
      if (!heart.state.textContent) setText(heart.state, "Looking for straps …");
      const { straps, problem, hint } = await get("/api/straps");
      if (!alive()) return;
      listStraps(heart.straps, straps);
      setText(heart.state, problem ? `${problem} ${hint}` : straps.length ? "Straps nearby:" : "No strap seen yet. Still looking …");
      if (problem) pause = 10_000;
    } catch (problem) {
      setText(heart.state, problem.message);
      pause = 5000;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

function askSafety() {
  if (localStorage.getItem(READ)) return Promise.resolve(true);
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

async function start(form, problem) {
  setText(problem, "");
  if (!(await askSafety())) return;
  const checkIn = await askCheckIn("How do you feel now?", "Start");
  const chosen = new FormData(form);
  const wish = { program: chosen.get("program"), simulated: chosen.get("heart") === "simulated", strap: chosen.get("strap") ?? "", soundscape: chosen.get("soundscape") };
  if (chosen.get("minutes")) wish.minutes = Number(chosen.get("minutes"));
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
  let alive = true;
  const heart = hearts();
  const problem = h("p.problem", { role: "alert", tabindex: "-1" });
  const lengths = h("select", { name: "minutes", id: "minutes" },
    h("option", { value: "" }, "as the program says"), [6, 8, 10, 15, 20, 30].map((length) => h("option", { value: String(length) }, `${length} minutes`)));
  const startButton = h("button.main.big", { type: "submit" }, "Start");
  const busy = h("p.soft", { hidden: true }, "A session is running. ", h("a", { href: "#/session" }, "Show it"));
  const form = h("form.home", { onsubmit: (event) => { event.preventDefault(); start(form, problem); } },
    programs(offer.programs), heart.box, soundscapes(offer.soundscapes, offer.programs[0]?.soundscape),
    h("div.start", {}, h("label.field.inline", { for: "minutes" }, "Length ", lengths), startButton, busy), problem);
  form.addEventListener("change", (event) => {
    if (event.target.name === "heart") heart.picker.hidden = event.target.value !== "strap";
    if (event.target.name === "program") {
      const chosen = offer.programs.find((program) => program.name === event.target.value);
      const sound = form.querySelector(`input[name=soundscape][value="${CSS.escape(chosen.soundscape)}"]`);
      if (sound) sound.checked = true;
    }
  });
  box.append(form, h("p.fine", {}, "It may help you unwind. It is not a medical device, and not for driving or machines. ",
    h("button.link", { type: "button", onclick: () => { localStorage.removeItem(READ); askSafety(); } }, "Safety notes")));
  listStraps(heart.straps, []);
  scan(heart, () => alive);
  const unwatch = watch(() => {
    busy.hidden = !running();
    startButton.disabled = running();
  });
  return () => {
    alive = false;
    unwatch();
  };
}
