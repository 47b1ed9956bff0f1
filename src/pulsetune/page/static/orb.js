// The orb: it swells a little with each pulse of the music, or slowly by itself while there is none.
// It never flashes: only its size changes, by a few hundredths, at most 1.6 times a second.

import { reduced } from "./format.js";

const REST_S = 6; // without a pulse: slow, and no breath to follow

export function makeOrb(element) {
  let moving = null;
  let length = 0;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const stop = () => {
    moving?.cancel();
    moving = null;
    length = 0;
  };
  still.addEventListener("change", stop);
  return {
    show(view, stale) {
      const rests = reduced() || stale || view.paused || !view.program;
      element.classList.toggle("resting", rests);
      if (rests) return stop();
      const seconds = view.tempo_bpm ? 60 / view.tempo_bpm : REST_S;
      const swell = view.tempo_bpm ? 1.035 : 1.02;
      if (!moving || Math.abs(Math.log(length / seconds)) > 0.7) {
        moving?.cancel();
        moving = element.animate([{ transform: "scale(1)" }, { transform: `scale(${swell})` }, { transform: "scale(1)" }], {
          duration: seconds * 1000,
          iterations: Infinity,
          easing: "ease-in-out",
        });
        length = seconds;
      }
      let rate = length / seconds;
      if (view.tempo_bpm && view.pulse_heard_s !== null) {
        const now = (moving.currentTime ?? 0) / 1000 / length;
        let off = ((view.now_s - view.pulse_heard_s) / seconds - now) % 1;
        off -= Math.round(off);
        rate *= 1 + 0.2 * off; // drift toward where the pulse is heard, without a jump
      }
      moving.playbackRate = rate;
    },
    destroy() {
      stop();
      still.removeEventListener("change", stop);
    },
  };
}
