// The session: one orb, the heart, the music, and why.

import { post } from "./api.js";
import { clock, h, minutes, setText } from "./format.js";
import { makeOrb } from "./orb.js";
import { curves } from "./plot.js";
import { isStale, live, watch } from "./stream.js";

const PATIENCE_MS = 3000; // after which the screen looks again whether it is still told anything

function fact(title, id) {
  const value = h("dd", {});
  return { row: h("div", { "data-fact": id }, h("dt", {}, title), value), value };
}

export function sessionScreen(box) {
  const orb = h("div.orb", { "aria-hidden": "true" });
  const moving = makeOrb(orb);
  const title = h("h1.phase", {}, "Starting");
  const why = h("p.why", {});
  const rate = h("span.rate", {}, "–");
  const age = h("span.age", {}, "");
  const left = h("p.left", {});
  const simulated = h("p.badge", { hidden: true }, "Simulated listener: nothing here is measured from you");
  const notes = h("div.notes");
  const facts = { tempo: fact("Music", "tempo"), arousal: fact("Arousal", "arousal"), strap: fact("Strap", "strap"), signal: fact("Signal", "signal"), sound: fact("Sound", "sound") };
  const trouble = h("p.problem", { role: "alert" });
  const ask = (kind, button) => async () => {
    button().disabled = true;
    try {
      await post("/api/session/command", { kind });
      setText(trouble, "");
    } catch (problem) {
      setText(trouble, problem.message);
    }
    button().disabled = false;
  };
  const make = (className, kind, text) => {
    const button = h(className, { type: "button", onclick: ask(kind, () => button) }, text);
    return button;
  };
  const pause = h("button.big", { type: "button", onclick: () => ask(live.view?.paused ? "resume" : "pause", () => pause)() }, "Pause");
  const stop = make("button.big.stop", "stop", "Stop");
  const buttons = h("div.controls", { role: "group", "aria-label": "Session" }, pause, stop);
  const more = h("div.controls.minor", { role: "group", "aria-label": "More" },
    make("button.quiet", "softer", "Softer"), make("button.quiet", "louder", "Louder"), make("button.quiet", "dizzy", "I feel dizzy"), make("button.quiet", "mark", "Mark this moment"),
    h("button.quiet", { type: "button", onclick: dim }, "Close my eyes"));
  const plotBox = h("div.plot", { role: "img", "aria-label": "Heart rate and the music's tempo over time" });
  const key = h("p.key", { "aria-hidden": "true" }, h("span.swatch.of-heart"), "heart rate, mean of 30 s", h("span.swatch.of-tempo"), "tempo of the music", h("span.swatch.of-arousal"), "arousal; the wider its band, the less sure");
  const stage = h("section.stage", { "aria-label": "Now" }, h("div.orb-space", {}, orb, h("p.heart", {}, rate, h("span.unit", {}, " beats a minute"), age)), title, why, left, buttons);
  box.append(simulated, stage, more, trouble, notes,
    h("section.panel", { "aria-label": "Curves" }, plotBox, key, h("dl.facts", {}, Object.values(facts).map((one) => one.row))));

  let plot = null;
  let drawn = -1;
  let wasRunning = false;
  const sessionMinutes = () => (live.view ? live.view.total_s / 60 : 20);

  function show() {
    const { hosted, view } = live;
    if (!hosted || !view) return;
    if (hosted.state === "running") wasRunning = true;
    if (hosted.state === "ended" && wasRunning && hosted.session_id !== null && !hosted.problem) {
      wasRunning = false;
      location.hash = `#/session/${hosted.session_id}`;
      return;
    }
    const stale = isStale();
    const on = hosted.state === "running";
    buttons.hidden = !on && hosted.state !== "starting";
    more.hidden = !on;
    pause.hidden = !on;
    stage.classList.toggle("stale", stale);
    notes.replaceChildren(...[...hosted.notes, hosted.not_saved].filter(Boolean).map((note) => h("p.note", {}, note)));
    if (hosted.state !== "running") {
      const waiting = hosted.state === "starting";
      setText(title, waiting ? "Getting ready" : hosted.problem ? "It did not begin" : "No session is running");
      setText(why, waiting ? hosted.notes.at(-1) ?? "One moment …" : [hosted.problem, hosted.hint].filter(Boolean).join(" "));
      setText(left, "");
      setText(rate, "–");
      setText(age, "");
      moving.show({ program: "" }, true);
      if (!waiting && !box.querySelector(".back")) stage.append(h("p.back", {}, h("a.button.main", { href: "#/" }, "Back to the programs")));
      return;
    }
    simulated.hidden = !view.simulated;
    setText(title, view.paused ? "Paused" : view.phase_words);
    setText(why, view.reason);
    setText(left, `${view.paused ? "waiting; " : ""}${minutes(view.left_s)} left`);
    setText(rate, stale || view.heart_rate_bpm === null ? "–" : String(Math.round(view.heart_rate_bpm)));
    setText(age, stale ? "not live" : view.heart_words);
    setText(pause, view.paused ? "Go on" : "Pause");
    setText(facts.tempo.value, view.tempo_bpm === null ? "no pulse now" : `${view.tempo_bpm.toFixed(1)} pulses a minute${view.tempo_ratio === 0.5 ? ", half your heart's pace" : ""}`);
    setText(facts.arousal.value, arousalWords(view));
    setText(facts.strap.value, `${view.link_words}${view.battery_percent === null ? "" : `, battery ${view.battery_percent} %`}`);
    setText(facts.signal.value, view.warning || (stale || view.heart_stale ? "none right now" : view.quality_words));
    setText(facts.sound.value, view.sound_words || "silent");
    moving.show(view, stale);
    if (!document.getElementById("dim").hidden) dimShow(view, stale);
    if (live.points.length !== drawn) {
      drawn = live.points.length;
      plot ??= curves(plotBox, () => live.spans, sessionMinutes);
      plot.draw(live.points);
      plotBox.setAttribute("aria-label", `Heart rate and the music's tempo over ${clock(view.now_s)} minutes. Heart rate now ${rate.textContent}, tempo ${facts.tempo.value.textContent}.`);
    }
  }

  const unwatch = watch(show);
  const timer = setInterval(show, PATIENCE_MS);
  show();
  return () => {
    unwatch();
    clearInterval(timer);
    moving.destroy();
    plot?.destroy();
    wake();
  };
}

function arousalWords(view) {
  if (view.arousal === null) return "not known yet";
  const level = view.arousal < 0.35 ? "low" : view.arousal < 0.65 ? "middle" : "high";
  const width = view.arousal_high - view.arousal_low;
  return `${level}, compared with your own beginning (${width < 0.2 ? "fairly sure" : width < 0.6 ? "not very sure" : "a guess"})`;
}

// ---------------------------------------------------------------- eyes closed

let back = null;

function dim(event) {
  back = event.currentTarget;
  document.getElementById("dim").hidden = false;
  const button = document.getElementById("wake");
  button.onclick = wake;
  button.focus();
  document.getElementById("main").inert = true;
  document.querySelector(".top").inert = true;
  addEventListener("keydown", escape);
}

function dimShow(view, stale) {
  document.getElementById("dim").classList.toggle("trouble", stale || view.link === "lost");
}

function escape(event) {
  if (event.key === "Escape") wake();
}

function wake() {
  document.getElementById("dim").hidden = true;
  document.getElementById("main").inert = false;
  document.querySelector(".top").inert = false;
  removeEventListener("keydown", escape);
  if (back?.isConnected) back.focus();
  back = null;
}
