// The present of a session in words.

const SURE = 0.2; // width of the band of arousal: below it is fairly sure
const UNSURE = 0.6;

export function rateText(view, stale) {
  return stale || view.heart_rate_bpm === null ? "–" : String(Math.round(view.heart_rate_bpm));
}

export function musicWords(view) {
  if (view.tempo_bpm === null) return "no pulse now";
  return `${view.tempo_bpm.toFixed(1)} pulses a minute${view.tempo_ratio === 0.5 ? ", half your heart's pace" : ""}`;
}

export function arousalWords(view) {
  if (view.arousal === null) return "not known now";
  const level = view.arousal < 0.35 ? "low" : view.arousal < 0.65 ? "middle" : "high";
  const width = view.arousal_high - view.arousal_low;
  return `${level}, beside your own beginning; ${width < SURE ? "fairly sure" : width < UNSURE ? "not very sure" : "a guess"}`;
}

export function strapWords(view, stale) {
  if (stale) return "not known now";
  const what = view.simulated ? "simulated, " : "";
  return `${what}${view.link_words}${view.battery_percent === null ? "" : `, battery ${view.battery_percent} %`}`;
}

export function signalWords(view, stale) {
  return view.warning || (stale || view.heart_stale ? "none right now" : view.quality_words);
}

export function soundWords(view) {
  return view.sound_words && view.soundscape ? `${view.soundscape.replaceAll("-", " ")}, ${view.sound_words}` : view.sound_words || "silent";
}

/** For those who asked for less motion: what the orb would show. */
export function breathWords(view) {
  if (view.breath_phase === null) return "";
  return view.breath_phase < 0.5 ? "Breathe in, softly" : "Breathe out";
}

/** What somebody with closed eyes would want to know; empty while all is well. */
export function troubleWords(view, stale) {
  if (stale) return "Not live: no word from PulseTune";
  if (view.link === "lost") return "The strap's link is lost; it comes back by itself";
  return view.sound_trouble ? view.sound_words : "";
}
