// The session: one orb, the heart, the music, and why.

import { post } from "./api.js";
import { dim, dimTrouble, wake } from "./dim.js";
import { h, setText } from "./format.js";
import { showImagery } from "./imagery.js";
import { PATIENCE_MS, makePresent } from "./present.js";
import { troubleWords } from "./session_words.js";
import { isStale, live, watch } from "./stream.js";

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

/** Orb, heart and reason with what only the listener has: quiet sentences, pause, stop. */
function stageOf(now, make) {
  const parts = {
    imagery: h("p.imagery", { hidden: true }),
    pause: make("button.big", () => (live.view?.paused ? "resume" : "pause"), "Pause"),
    back: h("p", { hidden: true }, h("a.button.main", { href: "#/" }, "Back to the programs")),
  };
  parts.buttons = h("div.controls", { role: "group", "aria-label": "Session" }, parts.pause, make("button.big.stop", "stop", "Stop"));
  parts.stage = h("section.stage", { "aria-label": "Now" },
    now.heart, parts.imagery, now.breath, now.title, now.why, now.left, parts.buttons, parts.back);
  return parts;
}

/** Paragraphs, made anew only when they say something else. */
function setLines(box, lines) {
  if (lines.join("\n") !== [...box.children].map((line) => line.textContent).join("\n")) box.replaceChildren(...lines.map((line) => h("p.note", {}, line)));
}

export function sessionScreen(box) {
  const trouble = h("p.problem", { role: "alert" });
  const make = asking(trouble);
  const now = makePresent("you");
  const here = stageOf(now, make);
  const notes = h("div");
  const breathing = make("button.quiet", () => (live.view?.breath_s == null ? "breathing_on" : "breathing_off"), "Breathing guide");
  const more = h("div", {},
    h("div.controls.minor", { role: "group", "aria-label": "Sound" },
      make("button.quiet", "softer", "Softer"), make("button.quiet", "louder", "Louder"), make("button.quiet", "skip", "Next sound")),
    h("div.controls.minor", { role: "group", "aria-label": "You" },
      make("button.quiet", "dizzy", "I feel dizzy"), breathing, make("button.quiet", "mark", "Mark this moment"), h("button.quiet", { type: "button", onclick: dim }, "Close my eyes")));
  box.append(now.simulated, here.stage, more, trouble, notes, now.panel);

  let wasRunning = false;

  function waiting(hosted) {
    const starts = hosted.state === "starting";
    const why = starts ? hosted.notes.at(-1) ?? "One moment …" : [hosted.problem, hosted.hint].filter(Boolean).join(" ");
    now.waiting(starts ? "Getting ready" : hosted.problem ? "It did not work" : "No session is running", why);
    showImagery(here.imagery, "");
  }

  function running(view, stale) {
    now.running(view, stale);
    showImagery(here.imagery, stale ? "" : view.imagery);
    setText(breathing, view.breath_s === null ? "Breathing guide" : "End the breathing guide");
    setText(here.pause, view.paused ? "Go on" : "Pause");
    dimTrouble(troubleWords(view, stale));
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
    now.frame(here.stage, on, stale);
    here.buttons.hidden = !on && hosted.state !== "starting";
    here.pause.hidden = more.hidden = !on;
    here.back.hidden = on || hosted.state === "starting";
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
    now.destroy();
    wake();
  };
}
