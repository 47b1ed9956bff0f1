// Watching from another device: the session as it is now, without a single control.

import { clock, h, minutes, reduced, setText } from "./format.js";
import { makeOrb } from "./orb.js";
import { curves, legend } from "./plot.js";
import { arousalWords, breathWords, musicWords, rateText, signalWords, soundWords, strapWords } from "./session_words.js";
import { connect, isStale, live, saidGoodbye, watch } from "./stream.js";

const PATIENCE_MS = 1000; // after which the screen looks again whether it is still told anything
const ANNOUNCE_MS = 30_000; // a screen reader that speaks more often is no rest
const FACTS = {
  tempo: ["Music", musicWords],
  arousal: ["Arousal", arousalWords],
  strap: ["Strap", strapWords],
  signal: ["Signal", signalWords],
  sound: ["Sound", soundWords],
};

const offline = document.getElementById("offline");
const simulated = h("p.badge.told", { hidden: true }, h("strong", {}, "SIMULATED"), " listener: nothing here is measured from a person");
const orb = h("div.orb", { "aria-hidden": "true" });
const rate = h("span.rate", {}, "–");
const age = h("span.age");
const breath = h("p.breath", { "aria-hidden": "true" });
const title = h("h1.phase", {}, "One moment …");
const why = h("p.why");
const left = h("p.left");
const stage = h("section.stage", { "aria-label": "Now" },
  h("div.orb-space", {}, orb, h("p.heart", {}, rate, h("span.unit", {}, " beats a minute"), age)), breath, title, why, left);
const curvesOf = h("p.badge.loud", { hidden: true }, "SIMULATED");
const plotBox = h("div.plot", { role: "img", "aria-label": "Heart rate and the music's tempo over time" });
const facts = Object.fromEntries(Object.keys(FACTS).map((name) => [name, h("dd")]));
const factList = h("dl.facts", {}, Object.entries(FACTS).map(([name, [words]]) => h("div", { "data-fact": name }, h("dt", {}, words), facts[name])));
const panel = h("section.panel", { "aria-label": "Curves", hidden: true }, curvesOf, plotBox, legend(), factList);
const moving = makeOrb(orb);

let plot = null;
let drawn = "";
let announcedAt = -Infinity;

function running(view, stale) {
  setText(title, view.paused ? "Paused" : view.phase_words);
  setText(why, view.reason);
  setText(left, stale ? "" : `${view.title}, ${view.paused ? "waiting; " : ""}${minutes(view.left_s)} left`);
  setText(rate, rateText(view, stale));
  setText(age, stale ? "not live" : view.heart_words);
  setText(breath, reduced() && !stale ? breathWords(view) : "");
  for (const [name, [, words]] of Object.entries(FACTS)) setText(facts[name], words(view, stale));
  moving.show(view, stale);
  draw(view, stale);
  announce(view, stale);
}

function draw(view, stale) {
  const version = `${live.curve} ${live.points.length}`;
  if (version === drawn) return;
  drawn = version;
  plot ??= curves(plotBox, () => live.spans, () => (live.view?.total_s ?? 0) / 60);
  plot.draw(live.points);
  plotBox.setAttribute("aria-label", `Heart rate and the music's tempo over ${clock(view.now_s)} minutes. Heart rate now ${rateText(view, stale)}, music: ${musicWords(view)}.`);
}

function announce(view, stale) {
  if (performance.now() - announcedAt < ANNOUNCE_MS) return;
  announcedAt = performance.now();
  const heart = stale || view.heart_rate_bpm === null ? view.heart_words : `heart rate ${Math.round(view.heart_rate_bpm)}`;
  const said = [view.simulated ? "Simulated listener" : "", view.paused ? "Paused" : "", view.phase_words, heart, `${minutes(view.left_s)} left`];
  setText(document.getElementById("live"), `${said.filter(Boolean).join(". ")}.`);
}

/** Nothing is left of a session that is over: not its number, not its curve. */
function waiting(state) {
  setText(title, state === "starting" ? "Getting ready" : state === "ended" ? "The session is over" : "No session is running");
  setText(why, state === "starting" ? "It is shown when it begins." : "The next one is shown here, while PulseTune is open to this network.");
  for (const element of [left, age, breath, document.getElementById("live")]) setText(element, "");
  setText(rate, "–");
  moving.show(null, true);
  plot?.destroy();
  plot = null;
  drawn = "";
  announcedAt = -Infinity;
}

function show() {
  const { hosted, view } = live;
  offline.hidden = live.connected || hosted === null;
  if (!offline.hidden) setText(offline, `${saidGoodbye() ? "PulseTune has ended." : "The connection to PulseTune is lost."} What you see is not live.`);
  if (hosted === null) return;
  const on = hosted.state === "running" && view !== null;
  const stale = on && isStale();
  simulated.hidden = curvesOf.hidden = !on || !view.simulated;
  panel.hidden = !on;
  stage.classList.toggle("stale", stale || (on && view.heart_stale));
  if (on) running(view, stale);
  else waiting(hosted.state);
}

document.getElementById("main").append(simulated, stage, panel);
watch(show);
setInterval(show, PATIENCE_MS);
connect();
