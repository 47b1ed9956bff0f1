// After a session: its story, and how to take it home.

import { get, post } from "./api.js";
import { askCheckIn } from "./check_in.js";
import { clock, h, lasting, minutes, number, setText, when } from "./format.js";
import { kindOf } from "./history.js";
import { curves, legend } from "./plot.js";
import { live } from "./stream.js";

const WHERE = { heart: "Heart", sound: "Sound", you: "You" };
const asked = new Set();

function tile(title, value, ...notes) {
  return h("div.tile", {}, h("dt", {}, title), h("dd", {}, h("strong", {}, value), notes.filter(Boolean).map((note) => h("span.soft", {}, `${note} `))));
}

const signed = (value) => `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(1)}`;

/** The listener's own change without music, as surely as it is known; where nothing changed there is nothing beside it. */
function usualWords({ summary, usual_words }) {
  if (summary.baseline_heart_rate_bpm === null || summary.final_heart_rate_bpm === null) return "";
  if (!usual_words) return "Sitting still alone lowers the heart rate by some beats. Play the program quiet now and then: your own change without music will stand here.";
  return usual_words.replace(/-(?=\d)/g, "\u2212");
}

function tiles({ summary: s, ended_words, quality_words }) {
  const change = s.baseline_heart_rate_bpm === null || s.final_heart_rate_bpm === null ? null : s.final_heart_rate_bpm - s.baseline_heart_rate_bpm;
  const repaired = Object.values(s.artifacts).reduce((a, b) => a + b, 0);
  return h("dl.tiles", {},
    tile("Heart rate", `${number(s.baseline_heart_rate_bpm)} → ${number(s.final_heart_rate_bpm)}`, change === null ? "Too short for a baseline." : `${signed(change)} beats a minute`),
    tile("Music", s.tempo_start_bpm === null ? "no pulse" : `${number(s.tempo_start_bpm)} → ${number(s.tempo_end_bpm)}`, s.tempo_start_bpm === null ? "" : "pulses a minute"),
    tile("Length", lasting(s.duration_s), ended_words),
    tile("Signal", quality_words, `${s.beats} beats, ${repaired} corrected, ${s.gaps === 1 ? "1 gap" : `${s.gaps} gaps`}${s.quality === null ? "" : `; ${Math.round(100 * s.quality)}\u00a0% usable as they came`}.`));
}

function feelings(story) {
  const said = { before: new Map(), after: new Map() };
  for (const { when: time, calm, tension, words } of story.check_ins) {
    for (const [name, value] of [["Calm", calm], ["Tension", tension], ...words.map(({ word, rating }) => [word, rating])]) {
      if (value !== null) said[time].set(name, value);
    }
  }
  const names = [...new Set([...said.before.keys(), ...said.after.keys()])];
  const cell = (value) => h("td", {}, value === undefined ? "–" : String(value));
  const rows = names.map((name) => h("tr", {}, h("th", { scope: "row" }, name), cell(said.before.get(name)), cell(said.after.get(name))));
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "0 to 10"), h("th", { scope: "col" }, "before"), h("th", { scope: "col" }, "after")));
  return names.length ? h("table.small", {}, head, h("tbody", {}, rows)) : h("p.soft", {}, "You did not say.");
}

/** How it felt, with a note that can be added at any time. */
function journal(id, story, again) {
  const notes = story.check_ins.filter((check) => check.note).map((check) => h("p", {}, h("span.soft", {}, check.when === "before" ? "Before: " : "After: "), check.note));
  const text = h("textarea", { rows: "2", maxlength: "2000" });
  const problem = h("p.problem", { role: "alert" });
  const keep = async (event) => {
    event.preventDefault();
    if (!text.value.trim()) return;
    try {
      await post(`/api/sessions/${id}/check-in`, { note: text.value.trim() });
      await again();
    } catch (refusal) {
      setText(problem, refusal.message);
    }
  };
  return h("section.panel", { id: "journal" }, h("h2", {}, "How you felt"), feelings(story), notes,
    h("form", { onsubmit: keep }, h("label.field", {}, "A note for your journal", text), h("button.small", {}, "Keep the note"), problem));
}

function tempo({ tempo_bpm }) {
  return tempo_bpm === null ? "" : [h("span.unseen", {}, "tempo "), tempo_bpm.toFixed(1), h("span.unseen", {}, " pulses a minute")];
}

function steps(story) {
  const heads = [["time", "Time"], ["where", "Phase"], ["what", "What, and why"], ["tempo", "Pulses a minute"]];
  const rows = story.moments.map((moment) => h(`li.by-${moment.kind}`, {},
    h("span.time", {}, clock(moment.t_s)), h("span.where", {}, moment.kind === "guide" ? moment.phase : WHERE[moment.kind]),
    h("span.what", {}, moment.text), h("span.tempo", {}, tempo(moment))));
  return h("section.panel", {}, h("h2", {}, "What happened, and why"),
    h("div.moments-head", { "aria-hidden": "true" }, heads.map(([name, words]) => h(`span.${name}`, {}, words))), h("ol.moments", {}, rows));
}

function numbers(story) {
  const rows = story.points.filter((_, index) => index % 60 === 59).map((p) => h("tr", {}, h("td", {}, clock(p[0])), h("td", {}, number(p[1], 1)), h("td", {}, number(p[2], 1)), h("td", {}, number(p[3], 2)), h("td", {}, number(p[4], 2))));
  const names = ["Time", "Heart rate", "Tempo", "Arousal", "Confidence"];
  return h("details", {}, h("summary", {}, "The curves as numbers, once a minute"),
    h("div.scroll", { tabindex: "0", role: "region", "aria-label": "The curves as numbers" }, h("table", {}, h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows))));
}

function takeHome(id, story) {
  const files = story.exports.map(({ name, description }) => h("li", {}, h("a.button", { href: `/api/sessions/${id}/export/${name}`, download: "", "data-export": name }, name.toUpperCase()), h("span.soft", {}, description)));
  return h("section.panel", {}, h("h2", {}, "Take it home"), h("p.soft", {}, "The log stays on this computer. Nothing is ever sent."), h("ul.exports", {}, files));
}

function tell(id, story, again) {
  const s = story.summary;
  const label = `Heart rate from ${number(s.baseline_heart_rate_bpm)} to ${number(s.final_heart_rate_bpm)}, tempo from ${number(s.tempo_start_bpm)} to ${number(s.tempo_end_bpm)}, over ${minutes(s.duration_s)}`;
  const plotBox = h("div.plot", { role: "img", "aria-label": label });
  const parts = [
    h("h1", {}, `${story.title}, ${when(story.row.started_at)}`),
    story.row.simulated ? h("p.badge", {}, h("strong", {}, "SIMULATED"), " listener: nothing here was measured from a person") : null,
    kindOf(story.row) === "replayed" ? h("p.badge", {}, h("strong", {}, "from a recording"), ": this heart did not hear the music") : null,
    story.damage ? h("p.problem", { role: "alert" }, `The log is damaged; this is what can be read. ${story.damage}`) : null,
    tiles(story),
    h("p.soft", { id: "usual" }, usualWords(story)),
    h("section.panel", {}, h("h2", {}, "Heart and music"), plotBox, legend(), numbers(story)),
    journal(id, story, again),
    steps(story),
    takeHome(id, story),
    h("p", {}, h("a.button.main", { href: "#/" }, "Done")),
  ];
  return { parts: parts.filter(Boolean), plotBox };
}

export async function afterScreen(box, id) {
  let story;
  try {
    story = await get(`/api/sessions/${id}`);
  } catch (problem) {
    box.append(h("h1", {}, "Session"), h("p.problem", { role: "alert" }, problem.message), h("p", {}, h("a", { href: "#/history" }, "Back to the history")));
    return null;
  }
  const again = async () => {
    story = await get(`/api/sessions/${id}`);
    document.getElementById("journal")?.replaceWith(journal(id, story, again));
  };
  const { parts, plotBox } = tell(id, story, again);
  box.append(...parts);
  const plot = curves(plotBox, () => story.spans, () => story.summary.duration_s / 60);
  plot.draw(story.points);
  askAfter(id, story, again);
  return () => plot.destroy();
}

/** A session that has just ended is followed by the second check-in, once. */
async function askAfter(id, story, again) {
  const fresh = live.hosted?.session_id === Number(id) && live.hosted.state === "ended";
  if (!fresh || asked.has(id) || story.row.state !== "complete" || story.check_ins.some((check) => check.when === "after")) return;
  asked.add(id);
  const said = await askCheckIn("And how do you feel now?", "Keep it");
  if (!said) return;
  try {
    await post(`/api/sessions/${id}/check-in`, said);
    await again();
  } catch (problem) {
    document.getElementById("journal")?.append(h("p.problem", { role: "alert" }, problem.message));
  }
}
