// After a session: its story, and how to take it home.

import { get, post } from "./api.js";
import { askCheckIn } from "./check_in.js";
import { clock, h, minutes, number, when } from "./format.js";
import { curves } from "./plot.js";
import { live } from "./stream.js";

const EXPORTS = { csv: "Table (CSV)", rr: "RR intervals (text)", jsonl: "Everything (JSON Lines)" };
const asked = new Set();

function tile(title, value, note) {
  return h("div.tile", {}, h("dt", {}, title), h("dd", {}, h("strong", {}, value), note ? h("span.soft", {}, note) : null));
}

function tiles(story) {
  const s = story.summary;
  const change = s.baseline_heart_rate_bpm === null || s.final_heart_rate_bpm === null ? null : s.final_heart_rate_bpm - s.baseline_heart_rate_bpm;
  const repaired = Object.values(s.artifacts).reduce((a, b) => a + b, 0);
  return h("dl.tiles", {},
    tile("Heart rate", `${number(s.baseline_heart_rate_bpm)} → ${number(s.final_heart_rate_bpm)}`, change === null ? "too short for a baseline" : `${change > 0 ? "+" : "−"}${Math.abs(change).toFixed(1)} a minute; sitting still alone lowers it by some beats`),
    tile("Music", s.tempo_start_bpm === null ? "no pulse" : `${number(s.tempo_start_bpm)} → ${number(s.tempo_end_bpm)}`, s.tempo_start_bpm === null ? "" : "pulses a minute"),
    tile("Length", clock(s.duration_s), story.ended_words),
    tile("Signal", story.quality_words, `${s.beats} beats, ${repaired} corrected, ${s.gaps === 1 ? "1 gap" : `${s.gaps} gaps`}`));
}

function checkIns(story) {
  const said = Object.fromEntries(story.check_ins.map((check) => [check.when, check]));
  if (!said.before && !said.after) return null;
  const row = (name, key) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, number(said.before?.[key])), h("td", {}, number(said.after?.[key])));
  const notes = story.check_ins.filter((check) => check.note).map((check) => h("p.soft", {}, `${check.when === "before" ? "Before" : "After"}: ${check.note}`));
  return h("section.panel", {}, h("h2", {}, "How you felt"),
    h("table.small", {}, h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, "before"), h("th", { scope: "col" }, "after"))), h("tbody", {}, row("Calm", "calm"), row("Tension", "tension"))), notes);
}

function steps(story) {
  const rows = story.moments.map((moment) => h("tr", {}, h("td.time", {}, clock(moment.t_s)), h("td.where", {}, moment.kind === "guide" ? moment.phase : { heart: "Heart", sound: "Sound", you: "You" }[moment.kind]), h("td", {}, moment.text), h("td.time", {}, moment.tempo_bpm === null ? "" : moment.tempo_bpm.toFixed(1))));
  return h("section.panel", {}, h("h2", {}, "What happened, and why"),
    h("div.scroll", { tabindex: "0", role: "region", "aria-label": "Every step with its reason" }, h("table.steps", {}, h("thead", {}, h("tr", {}, ["Time", "Where", "What and why", "Tempo"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows))));
}

function numbers(story) {
  const rows = story.points.filter((_, index) => index % 60 === 59).map((p) => h("tr", {}, h("td", {}, clock(p[0])), h("td", {}, number(p[1], 1)), h("td", {}, number(p[2], 1)), h("td", {}, number(p[3], 2)), h("td", {}, number(p[4], 2))));
  return h("details", {}, h("summary", {}, "The curves as numbers, once a minute"),
    h("table.steps", {}, h("thead", {}, h("tr", {}, ["Time", "Heart rate", "Tempo", "Arousal", "Confidence"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, rows)));
}

function takeHome(id) {
  return h("section.panel", {}, h("h2", {}, "Take it home"), h("p.soft", {}, "The log stays on this computer. Nothing is ever sent."),
    h("div.row", {}, Object.entries(EXPORTS).map(([name, title]) => h("a.button", { href: `/api/sessions/${id}/export/${name}`, download: "", "data-export": name }, title))));
}

export async function afterScreen(box, id) {
  let story;
  try {
    story = await get(`/api/sessions/${id}`);
  } catch (problem) {
    box.append(h("h1", {}, "Session"), h("p.problem", { role: "alert" }, problem.message), h("p", {}, h("a", { href: "#/history" }, "Back to the history")));
    return null;
  }
  const s = story.summary;
  const plotBox = h("div.plot", { role: "img", "aria-label": `Heart rate from ${number(s.baseline_heart_rate_bpm)} to ${number(s.final_heart_rate_bpm)}, tempo from ${number(s.tempo_start_bpm)} to ${number(s.tempo_end_bpm)}, over ${minutes(s.duration_s)}` });
  box.append(...[
    h("h1", {}, `${story.title}, ${when(story.row.started_at)}`),
    story.row.simulated ? h("p.badge", {}, "Simulated listener: nothing here was measured from a person") : null,
    story.damage ? h("p.problem", { role: "alert" }, `The log is damaged; this is what can be read. ${story.damage}`) : null,
    tiles(story),
    h("section.panel", {}, h("h2", {}, "Heart and music"), plotBox, h("p.key", { "aria-hidden": "true" }, h("span.swatch.of-heart"), "heart rate", h("span.swatch.of-tempo"), "tempo of the music", h("span.swatch.of-arousal"), "arousal and how sure it is"), numbers(story)),
    checkIns(story),
    steps(story),
    takeHome(id),
    h("p", {}, h("a.button.main", { href: "#/" }, "Done")),
  ].filter(Boolean));
  const plot = curves(plotBox, () => story.spans, () => s.duration_s / 60);
  plot.draw(story.points);
  const fresh = live.hosted?.session_id === Number(id) && live.hosted.state === "ended";
  if (fresh && !asked.has(id) && story.row.state === "complete" && !story.check_ins.some((check) => check.when === "after")) {
    asked.add(id);
    const said = await askCheckIn("And how do you feel now?", "Keep it");
    if (said) {
      await post(`/api/sessions/${id}/check-in`, said);
      story = await get(`/api/sessions/${id}`);
      const panel = checkIns(story);
      const before = [...box.querySelectorAll("h2")].find((heading) => heading.textContent === "How you felt")?.closest("section");
      if (before) before.replaceWith(panel);
      else box.querySelector("section.panel").after(panel);
    }
  }
  return () => plot.destroy();
}
