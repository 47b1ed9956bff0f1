// What many sessions say together: plain numbers with their uncertainty, never a score.

import { get } from "./api.js";
import { intervals, overTime, weekBars } from "./chart.js";
import { called, h, number, signed } from "./format.js";
import { tabs } from "./history.js";

const date = (value) => new Date(value).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
const QUIET = "quiet";

/** The same as numbers, for those who do not see the drawing or want to know exactly. */
function table(words, names, rows) {
  const head = h("thead", {}, h("tr", {}, names.map((name) => h("th", { scope: "col" }, name))));
  const body = h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, String(cell))))));
  return h("details", {}, h("summary", {}, words), h("div.scroll", { tabindex: "0", role: "region", "aria-label": words }, h("table", {}, head, body)));
}

/** A part of the screen; what is not of the listener says so in its heading. */
function panel(title, simulated, ...children) {
  return h("section.panel", {}, h("h2", {}, title, simulated ? h("span.badge.loud.beside-title", {}, "SIMULATED") : null), children);
}

function weekly({ weeks }, simulated) {
  const label = `Minutes of listening in each of ${weeks.length} weeks, from ${weeks[0].minutes.toFixed(0)} to ${weeks.at(-1).minutes.toFixed(0)}`;
  return panel("Minutes a week", simulated, weekBars(weeks, label),
    table("The weeks as numbers", ["Week of", "Minutes", "Sessions"], [...weeks].reverse().map((week) => [date(`${week.monday}T12:00`), week.minutes.toFixed(0), week.sessions])));
}

function programs(trends, simulated) {
  const of = (name) => trends.evenings.filter((evening) => evening.program === name).map((evening) => evening.change_bpm);
  const nameOf = (program) => `${called(program.program)}${program.program === QUIET ? " (no music)" : ""}${program.low_bpm === null ? ", too few to tell" : ""}`;
  const beside = trends.programs.find((program) => program.program === QUIET && program.low_bpm !== null);
  const label = trends.programs.map((program) => `${called(program.program)}: ${program.words}`).join(" ");
  const words = trends.programs.map((program) => h("li", {}, h("strong", {}, called(program.program)), ` ${program.words} ${program.beside_quiet}`));
  return panel("How the heart rate changed, by program", simulated,
    h("p.soft", {}, "Beats a minute at the end minus at the beginning. A dot is a session; from five on, the bar is the mean and the line its 95 % interval.", beside ? " The band is that of sitting quietly." : ""),
    intervals(trends.programs, of, { label, nameOf, beside }),
    h("ul.plain", {}, words),
    h("p", {}, trends.needed_words),
    h("p.soft", {}, "An evening that begins with a faster heart tends to fall more, whatever is played; hour, coffee and mood count, too. Of many intervals, one in twenty misses."));
}

function changes(trends, simulated) {
  const quiet = trends.programs.find((program) => program.program === QUIET);
  const level = quiet ? { mean: quiet.mean_bpm, low: quiet.low_bpm, high: quiet.high_bpm } : null;
  const points = trends.evenings.map((evening) => ({ at: evening.at_ms, value: evening.change_bpm, hollow: evening.program === QUIET }));
  const usual = quiet
    ? `The dashed line is ${simulated ? "the" : "your own"} usual change when sitting quietly: ${signed(quiet.mean_bpm)} (${quiet.sessions === 1 ? "1 session" : `${quiet.sessions} sessions`}${quiet.low_bpm === null ? ", too few to tell how sure" : `, 95 % interval ${signed(quiet.low_bpm)} to ${signed(quiet.high_bpm)}`}). Hollow dots are those sessions.`
    : "Sitting still alone lowers the heart rate by some beats. Play the program quiet now and then: your own usual change will stand here beside the music's.";
  const label = `Change of heart rate in ${points.length} sessions, the last ${signed(points.at(-1).value)}. ${usual}`;
  return panel("Session by session", simulated, h("p.soft", {}, usual),
    overTime(points, { label, words: (value) => signed(value, 0), quiet: level, zero: true }),
    table("The sessions as numbers", ["Day", "Program", "Began at", "Change"], [...trends.evenings].reverse().map((evening) => [date(evening.at_ms), called(evening.program), number(evening.began_bpm), signed(evening.change_bpm)])));
}

function beginnings(trends, simulated) {
  const points = trends.evenings.map((evening) => ({ at: evening.at_ms, value: evening.began_bpm }));
  const label = `Heart rate at the beginning of ${points.length} sessions, the first ${number(points[0].value)}, the last ${number(points.at(-1).value)}`;
  const words = trends.smooth.length ? "The line is the mean of the weeks around. " : "";
  return panel("Heart rate at the beginning", simulated,
    h("p.soft", {}, `Sitting still, before the music, beats a minute. ${words}It varies with sleep, hour, warmth and health; it is no score.`),
    overTime(points, { label, smooth: trends.smooth }));
}

function parts(trends, simulated) {
  if (!trends.weeks.length) return [h("p", {}, simulated ? "There is no simulated session." : "Nothing measured from you yet. Trends begin with your first session with a strap.")];
  const shown = [weekly(trends, simulated)];
  if (trends.evenings.length) shown.push(programs(trends, simulated), changes(trends, simulated), beginnings(trends, simulated));
  else shown.push(h("p.soft", {}, "No session was long enough yet to tell a change: it takes six minutes."));
  return shown;
}

export async function trendsScreen(box) {
  const content = h("div", { "aria-live": "off" });
  const badge = h("p.badge", { hidden: true }, h("strong", {}, "SIMULATED"), " listeners only: nothing here was measured from a person");
  async function fill(simulated) {
    badge.hidden = !simulated;
    try {
      content.replaceChildren(...parts(await get(`/api/trends?simulated=${simulated ? 1 : 0}`), simulated));
    } catch (refusal) {
      content.replaceChildren(h("p.problem", { role: "alert" }, refusal.message));
    }
  }
  const choice = h("input", { type: "checkbox", onchange: (event) => fill(event.target.checked) });
  box.append(h("h1", {}, "Trends"), tabs("Trends"), h("label.switch", {}, choice, "Simulated sessions instead of mine"), badge, content);
  await fill(false);
  return null;
}
