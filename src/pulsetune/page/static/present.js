// The present of a session, as whoever plays it and whoever watches it see it: orb, heart, reason, curves, facts.

import { clock, h, minutes, reduced, setText } from "./format.js";
import { makeOrb } from "./orb.js";
import { curves, legend } from "./plot.js";
import { arousalWords, breathWords, musicWords, rateText, signalWords, soundWords, strapWords } from "./session_words.js";
import { isStale, live, saidGoodbye } from "./stream.js";

export const PATIENCE_MS = 1000; // after which a screen looks again whether it is still told anything
const ANNOUNCE_MS = 30_000; // a screen reader that speaks more often is no rest
const FACTS = {
  tempo: ["Music", musicWords],
  arousal: ["Arousal", arousalWords],
  strap: ["Strap", strapWords],
  signal: ["Signal", signalWords],
  sound: ["Sound", soundWords],
};

/** The pieces to put on a screen, and what fills them; `from` is who is measured when nobody is simulated. */
export function makePresent(from) {
  const orb = h("div.orb", { "aria-hidden": "true" });
  const rate = h("span.rate", {}, "–");
  const age = h("span.age");
  const breath = h("p.breath", { "aria-hidden": "true" });
  const title = h("h1.phase", {}, "One moment …");
  const why = h("p.why");
  const left = h("p.left");
  const heart = h("div.orb-space", {}, orb, h("p.heart", {}, rate, h("span.unit", {}, " beats a minute"), age));
  const simulated = h("p.badge.told", { hidden: true }, h("strong", {}, "SIMULATED"), ` listener: nothing here is measured from ${from}`);
  const curvesOf = h("p.badge.loud", { hidden: true }, "SIMULATED");
  const plotBox = h("div.plot", { role: "img", "aria-label": "Heart rate and the music's tempo over time" });
  const facts = Object.fromEntries(Object.keys(FACTS).map((name) => [name, h("dd")]));
  const factList = h("dl.facts", {}, Object.entries(FACTS).map(([name, [words]]) => h("div", { "data-fact": name }, h("dt", {}, words), facts[name])));
  const panel = h("section.panel", { "aria-label": "Curves", hidden: true }, curvesOf, plotBox, legend(), factList);
  const moving = makeOrb(orb);
  let plot = null;
  let drawn = "";

  function draw(view, stale) {
    const version = `${live.curve} ${live.points.length}`;
    if (version === drawn) return;
    drawn = version;
    plot ??= curves(plotBox, () => live.spans, () => (live.view?.total_s ?? 0) / 60);
    plot.draw(live.points);
    plotBox.setAttribute("aria-label", `Heart rate and the music's tempo over ${clock(view.now_s)} minutes. Heart rate now ${rateText(view, stale)}, music: ${musicWords(view)}.`);
  }

  function forget() {
    plot?.destroy();
    plot = null;
    drawn = "";
  }

  return {
    simulated, heart, breath, title, why, left, panel,
    /** Whether a session is shown at all, and whether it is somebody's. */
    frame(stage, on, stale) {
      simulated.hidden = curvesOf.hidden = !on || !live.view.simulated;
      panel.hidden = !on;
      stage.classList.toggle("stale", stale || (on && live.view.heart_stale));
    },
    running(view, stale, what = "") {
      setText(title, view.paused ? "Paused" : view.phase_words);
      setText(why, view.reason);
      setText(left, stale ? "" : `${what}${view.paused ? "waiting; " : ""}${minutes(view.left_s)} left`);
      setText(rate, rateText(view, stale));
      setText(age, stale ? "not live" : view.heart_words);
      setText(breath, reduced() && !stale ? breathWords(view) : "");
      for (const [name, [, words]] of Object.entries(FACTS)) setText(facts[name], words(view, stale));
      moving.show(view, stale);
      draw(view, stale);
    },
    /** No session: nothing that could be taken for one. */
    waiting(titleText, whyText) {
      setText(title, titleText);
      setText(why, whyText);
      for (const element of [left, age, breath]) setText(element, "");
      setText(rate, "–");
      moving.show(null, true);
      forget();
    },
    destroy() {
      moving.destroy();
      forget();
    },
  };
}

/** Tells a screen reader where the session is, now and then; without a session it says nothing, and the next one at once. */
export function makeAnnouncer(element) {
  let announcedAt = -Infinity;
  return (view) => {
    if (!view) {
      announcedAt = -Infinity;
      setText(element, "");
      return;
    }
    if (performance.now() - announcedAt < ANNOUNCE_MS) return;
    announcedAt = performance.now();
    const heart = view.heart_rate_bpm === null || isStale() ? view.heart_words : `heart rate ${Math.round(view.heart_rate_bpm)}`;
    const said = [view.simulated ? "Simulated listener" : "", view.paused ? "Paused" : "", view.phase_words, heart, `${minutes(view.left_s)} left`];
    setText(element, `${said.filter(Boolean).join(". ")}.`);
  };
}

/** Says while there is no connection that what is seen is old. */
export function showOffline(element, comesBack = "") {
  element.hidden = live.connected || live.hosted === null;
  if (!element.hidden) setText(element, `${saidGoodbye() ? "PulseTune has ended." : "The connection to PulseTune is lost."} What you see is not live.${comesBack}`);
}
