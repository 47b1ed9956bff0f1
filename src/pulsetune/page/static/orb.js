// The orb: it swells with each guided breath, else a little with each pulse of the music, else slowly by itself.
// It never flashes: only its size changes, by a few hundredths, at most 1.6 times a second.

import { reduced } from "./format.js";

const REST_S = 7; // without a pulse: slow, and no breath to follow
const IN_SHARE = 0.4; // of a breath is in, as in the music (sound/breath.py)
const SWELL = { breath: 1.14, pulse: 1.035, rest: 1.025 };
const NEW_PACE = 0.7; // of a natural logarithm: a pace twice as fast or slow begins anew, anything less glides
const DRIFT = 0.2; // how quickly it drifts toward what is heard
const FAR = 0.25; // of a cycle: farther off than this a breath begins anew

/** What moves it: {kind, seconds of one swelling, phase that is heard now (null: none)}. */
function rhythm(view) {
  if (view.breath_s !== null) return { kind: "breath", length: view.breath_s, phase: view.breath_phase };
  if (view.tempo_bpm === null) return { kind: "rest", length: REST_S, phase: null };
  const length = 60 / view.tempo_bpm;
  return { kind: "pulse", length, phase: view.pulse_heard_s === null ? null : (view.now_s - view.pulse_heard_s) / length };
}

export function makeOrb(element) {
  let moving = null;
  let seconds = 0;
  let now = "";
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const stop = () => {
    moving?.cancel();
    moving = null;
    element.classList.add("resting");
  };

  function begin({ kind, length, phase }) {
    moving?.cancel();
    seconds = length;
    now = kind;
    const easing = "ease-in-out";
    const top = { transform: `scale(${SWELL[kind]})`, offset: kind === "breath" ? IN_SHARE : 0.5, easing };
    const frames = [{ transform: "scale(1)", easing }, top, { transform: "scale(1)" }];
    moving = element.animate(frames, { duration: length * 1000, iterations: Infinity });
    if (kind === "breath") moving.currentTime = phase * length * 1000;
    element.classList.remove("resting");
  }

  /** How far, in cycles, what is heard is ahead of what is shown: from -.5 to .5. */
  function ahead(phase) {
    if (phase === null) return 0;
    const off = (phase - (moving.currentTime ?? 0) / 1000 / seconds) % 1;
    return off - Math.round(off);
  }

  still.addEventListener("change", stop);
  return {
    show(view, stale) {
      if (reduced() || stale || !view || view.paused) {
        if (moving) stop();
        return;
      }
      const wanted = rhythm(view);
      const other = now !== wanted.kind || Math.abs(Math.log(seconds / wanted.length)) > NEW_PACE;
      if (!moving || other || (wanted.kind === "breath" && Math.abs(ahead(wanted.phase)) > FAR)) begin(wanted);
      moving.playbackRate = (seconds / wanted.length) * (1 + DRIFT * ahead(wanted.phase));
    },
    destroy() {
      stop();
      still.removeEventListener("change", stop);
    },
  };
}
