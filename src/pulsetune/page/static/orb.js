// The orb: it swells a little with each pulse of the music, or slowly by itself while there is none.
// It never flashes: only its size changes, by a few hundredths, at most 1.6 times a second.

import { reduced } from "./format.js";

const REST_S = 7; // without a pulse: slow, and no breath to follow
const PULSE_SWELL = 1.035;
const REST_SWELL = 1.025;
const NEW_PACE = 0.7; // of a natural logarithm: a pace twice as fast or slow begins anew, anything less glides
const DRIFT = 0.2; // how quickly it drifts toward the pulse that is heard

export function makeOrb(element) {
  let moving = null;
  let seconds = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const stop = () => {
    moving?.cancel();
    moving = null;
    element.classList.add("resting");
  };

  function begin(length, swell) {
    moving?.cancel();
    seconds = length;
    const frames = [{ transform: "scale(1)" }, { transform: `scale(${swell})` }, { transform: "scale(1)" }];
    moving = element.animate(frames, { duration: length * 1000, iterations: Infinity, easing: "ease-in-out" });
    element.classList.remove("resting");
  }

  /** The rate at which the swelling comes to fall on the pulse that is heard, without a jump. */
  function pace(view, length) {
    if (view.tempo_bpm === null || view.pulse_heard_s === null) return seconds / length;
    const here = (moving.currentTime ?? 0) / 1000 / seconds;
    const off = ((view.now_s - view.pulse_heard_s) / length - here) % 1;
    return (seconds / length) * (1 + DRIFT * (off - Math.round(off)));
  }

  still.addEventListener("change", stop);
  return {
    show(view, stale) {
      if (reduced() || stale || !view || view.paused) {
        if (moving) stop();
        return;
      }
      const length = view.tempo_bpm === null ? REST_S : 60 / view.tempo_bpm;
      if (!moving || Math.abs(Math.log(seconds / length)) > NEW_PACE) begin(length, view.tempo_bpm === null ? REST_SWELL : PULSE_SWELL);
      moving.playbackRate = pace(view, length);
    },
    destroy() {
      stop();
      still.removeEventListener("change", stop);
    },
  };
}
