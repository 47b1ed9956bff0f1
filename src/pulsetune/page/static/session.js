// The session: one orb, the heart, the music, and why.

import { post } from "./api.js";
import { dim, dimTrouble, wake } from "./dim.js";
import { clock, h, minutes, reduced, setText } from "./format.js";
import { showImagery } from "./imagery.js";
import { makeOrb } from "./orb.js";
import { curves, legend } from "./plot.js";
import { arousalWords, breathWords, musicWords, rateText, signalWords, soundWords, strapWords, troubleWords } from "./session_words.js";
import { isStale, live, watch } from "./stream.js";

const PATIENCE_MS = 1000; // after which the screen looks again whether it is still told anything
const FACTS = { tempo: "Music", arousal: "Arousal", strap: "Strap", signal: "Signal", sound: "Sound" };

/** Buttons that ask the session for something; a refusal is a sentence. None is ever disabled: it would lose the focus. */
function asking(trouble) {
  let asks = false;
  const ask = async (kind) => {
    if (asks) return;
    asks = true;
    try {
      await post("/api/session/command", { kind });
      setText(trouble, "");
    } catch (problem) {
      setText(trouble, problem.message);
    }
    asks = false;
  };
  return (tag, kind, text) => h(tag, { type: "button", onclick: () => ask(typeof kind === "function" ? kind() : kind) }, text);
}

function stageOf(make) {
  const parts = {
    orb: h("div.orb", { "aria-hidden": "true" }),
    title: h("h1.phase", {}, "Starting"),
    why: h("p.why"),
    rate: h("span.rate", {}, "–"),
    age: h("span.age"),
    breath: h("p.breath", { "aria-hidden": "true" }),
    imagery: h("p.imagery", { hidden: true }),
    left: h("p.left"),
    pause: make("button.big", () => (live.view?.paused ? "resume" : "pause"), "Pause"),
    back: h("p", { hidden: true }, h("a.button.main", { href: "#/" }, "Back to the programs")),
  };
  parts.buttons = h("div.controls", { role: "group", "aria-label": "Session" }, parts.pause, make("button.big.stop", "stop", "Stop"));
  parts.stage = h("section.stage", { "aria-label": "Now" },
    h("div.orb-space", {}, parts.orb, h("p.heart", {}, parts.rate, h("span.unit", {}, " beats a minute"), parts.age)),
    parts.imagery, parts.breath, parts.title, parts.why, parts.left, parts.buttons, parts.back);
  return parts;
}

/** Paragraphs, made anew only when they say something else. */
function setLines(box, lines) {
  if (lines.join("\n") !== [...box.children].map((line) => line.textContent).join("\n")) box.replaceChildren(...lines.map((line) => h("p.note", {}, line)));
}

function factsOf() {
  const values = Object.fromEntries(Object.keys(FACTS).map((name) => [name, h("dd")]));
  const list = h("dl.facts", {}, Object.entries(FACTS).map(([name, title]) => h("div", { "data-fact": name }, h("dt", {}, title), values[name])));
  return { values, list };
}

export function sessionScreen(box) {
  const trouble = h("p.problem", { role: "alert" });
  const make = asking(trouble);
  const now = stageOf(make);
  const moving = makeOrb(now.orb);
  const simulated = h("p.badge.told", { hidden: true }, h("strong", {}, "SIMULATED"), " listener: nothing here is measured from you");
  const notes = h("div");
  const breathing = make("button.quiet", () => (live.view?.breath_s == null ? "breathing_on" : "breathing_off"), "Breathing guide");
  const more = h("div", {},
    h("div.controls.minor", { role: "group", "aria-label": "Sound" },
      make("button.quiet", "softer", "Softer"), make("button.quiet", "louder", "Louder"), make("button.quiet", "skip", "Next sound")),
    h("div.controls.minor", { role: "group", "aria-label": "You" },
      make("button.quiet", "dizzy", "I feel dizzy"), breathing, make("button.quiet", "mark", "Mark this moment"), h("button.quiet", { type: "button", onclick: dim }, "Close my eyes")));
  const facts = factsOf();
  const plotBox = h("div.plot", { role: "img", "aria-label": "Heart rate and the music's tempo over time" });
  const curvesOf = h("p.badge.loud", { hidden: true }, "SIMULATED");
  const panel = h("section.panel", { "aria-label": "Curves" }, curvesOf, plotBox, legend(), facts.list);
  box.append(simulated, now.stage, more, trouble, notes, panel);

  let plot = null;
  let drawn = "";
  let wasRunning = false;

  function waiting(hosted) {
    const starts = hosted.state === "starting";
    setText(now.title, starts ? "Getting ready" : hosted.problem ? "It did not work" : "No session is running");
    setText(now.why, starts ? hosted.notes.at(-1) ?? "One moment …" : [hosted.problem, hosted.hint].filter(Boolean).join(" "));
    for (const element of [now.left, now.age]) setText(element, "");
    setText(now.rate, "–");
    moving.show(null, true);
  }

  function running(view, stale) {
    setText(now.title, view.paused ? "Paused" : view.phase_words);
    setText(now.why, view.reason);
    showImagery(now.imagery, stale ? "" : view.imagery);
    setText(now.left, stale ? "" : `${view.paused ? "waiting; " : ""}${minutes(view.left_s)} left`);
    setText(now.rate, rateText(view, stale));
    setText(now.age, stale ? "not live" : view.heart_words);
    setText(now.breath, reduced() && !stale ? breathWords(view) : "");
    setText(breathing, view.breath_s === null ? "Breathing guide" : "End the breathing guide");
    setText(now.pause, view.paused ? "Go on" : "Pause");
    setText(facts.values.tempo, musicWords(view));
    setText(facts.values.arousal, arousalWords(view));
    setText(facts.values.strap, strapWords(view, stale));
    setText(facts.values.signal, signalWords(view, stale));
    setText(facts.values.sound, soundWords(view));
    moving.show(view, stale);
    dimTrouble(troubleWords(view, stale));
    draw(view, stale);
  }

  function draw(view, stale) {
    const version = `${live.curve} ${live.points.length}`;
    if (version === drawn) return;
    drawn = version;
    plot ??= curves(plotBox, () => live.spans, () => live.view.total_s / 60);
    plot.draw(live.points);
    plotBox.setAttribute("aria-label", `Heart rate and the music's tempo over ${clock(view.now_s)} minutes. Heart rate now ${rateText(view, stale)}, music: ${musicWords(view)}.`);
  }

  function show() {
    const { hosted, view } = live;
    if (!hosted || !view) return;
    const on = hosted.state === "running";
    if (hosted.state === "ended" && wasRunning && hosted.session_id !== null && !hosted.problem) {
      location.hash = `#/session/${hosted.session_id}`;
      return;
    }
    wasRunning = on;
    const stale = on && isStale();
    simulated.hidden = curvesOf.hidden = !on || !view.simulated;
    now.buttons.hidden = !on && hosted.state !== "starting";
    now.pause.hidden = more.hidden = panel.hidden = !on;
    now.back.hidden = on || hosted.state === "starting";
    now.stage.classList.toggle("stale", stale || (on && view.heart_stale));
    setLines(notes, on ? [...hosted.notes, hosted.not_saved && `Not saved: ${hosted.not_saved}`].filter(Boolean) : []);
    if (on) running(view, stale);
    else waiting(hosted);
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
