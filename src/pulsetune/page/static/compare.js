// Two sessions beside each other: their curves by session time, their numbers side by side.

import { get } from "./api.js";
import { called, h, lasting, number, signed, when } from "./format.js";
import { kindBadge, tabs } from "./history.js";
import { axes, line, padded } from "./plot.js";

const HEIGHT = 280; // css pixels
const COLOURS = ["--heart", "--tempo"]; // of the first session and of the second
const WHICH = ["first", "second"];

const change = (s) => (s.baseline_heart_rate_bpm === null || s.final_heart_rate_bpm === null ? null : s.final_heart_rate_bpm - s.baseline_heart_rate_bpm);

/** What the listener said, before and after. */
function felt(story, key) {
  const said = (time) => story.check_ins.filter((check) => check.when === time && check[key] !== null).at(-1)?.[key] ?? "–";
  const [before, after] = [said("before"), said("after")];
  return before === "–" && after === "–" ? "–" : `${before} → ${after}`;
}

const ROWS = [
  ["Length", ({ summary: s }) => lasting(s.duration_s)],
  ["Heart rate at the beginning, beats a minute", ({ summary: s }) => number(s.baseline_heart_rate_bpm, 1)],
  ["Heart rate at the end, beats a minute", ({ summary: s }) => number(s.final_heart_rate_bpm, 1)],
  ["Change, beats a minute", ({ summary: s }) => signed(change(s))],
  ["Lowest (mean of 30 s), beats a minute", ({ summary: s }) => number(s.lowest_heart_rate_bpm, 1)],
  ["Tempo of the music, pulses a minute", ({ summary: s }) => (s.tempo_start_bpm === null ? "no pulse" : `${number(s.tempo_start_bpm)} → ${number(s.tempo_end_bpm)}`)],
  ["Calm, 0 to 10", (story) => felt(story, "calm")],
  ["Tension, 0 to 10", (story) => felt(story, "tension")],
  ["Signal", (story) => `${story.quality_words}${story.summary.quality === null ? "" : `, ${Math.round(100 * story.summary.quality)} %`}`],
  ["Beats, corrected, gaps", ({ summary: s }) => `${s.beats}, ${Object.values(s.artifacts).reduce((a, b) => a + b, 0)}, ${s.gaps}`],
  ["How it ended", (story) => story.ended_words],
];

function numbers(stories) {
  const heads = stories.map((story, index) => h("th", { scope: "col" }, h("span.swatch", { class: `swatch of-${WHICH[index]}`, "aria-hidden": "true" }), " ",
    h("a", { href: `#/session/${story.row.session_id}` }, story.title), h("span.soft.block", {}, when(story.row.started_at)), kindBadge(story.row)));
  const rows = ROWS.map(([name, of]) => h("tr", {}, h("th", { scope: "row" }, name), stories.map((story) => h("td", {}, of(story)))));
  return h("table.beside", {}, h("thead", {}, h("tr", {}, h("td", {}), heads)), h("tbody", {}, rows));
}

function legend(stories) {
  const entry = (which, kind, text) => h("li", {}, h(`span.swatch.of-${which}${kind}`), text);
  const entries = stories.flatMap(({ summary }, index) => [
    entry(WHICH[index], "", `${WHICH[index]}: heart rate`),
    summary.tempo_start_bpm === null ? null : entry(WHICH[index], ".dashed", `${WHICH[index]}: tempo of the music`),
  ]);
  return h("ul.key", { "aria-hidden": "true" }, entries);
}

/** Nobody may take a simulated heart for a person's. */
function warning(stories) {
  const simulated = stories.filter((story) => story.row.simulated).length;
  const words = ["", " listener on one side: it says nothing about you", " listeners: nothing here was measured from a person"];
  return simulated ? h("p.badge", {}, h("strong", {}, "SIMULATED"), words[simulated]) : null;
}

/** Both sessions' seconds on one axis: values where a session has none are left open. */
function joined(stories) {
  const times = [...new Set(stories.flatMap((story) => story.points.map((point) => Math.round(point[0]))))].sort((a, b) => a - b);
  const columns = stories.flatMap((story) => {
    const at = new Map(story.points.map((point) => [Math.round(point[0]), point]));
    return [1, 2].map((column) => times.map((time) => at.get(time)?.[column] ?? null));
  });
  return [times.map((time) => time / 60), ...columns];
}

function plot(box, stories) {
  const width = () => Math.max(240, box.clientWidth);
  const series = COLOURS.flatMap((colour, index) => [line(`${WHICH[index]} heart rate`, colour), line(`${WHICH[index]} tempo`, colour, { dash: [5, 5], width: 1.5 })]);
  const longest = Math.max(...stories.map((story) => story.summary.duration_s)) / 60;
  const made = new uPlot(
    { legend: { show: false }, cursor: { show: false }, padding: [8, 26, 0, 0], width: width(), height: HEIGHT, axes: axes(), series: [{}, ...series], scales: { x: { time: false, range: () => [0, Math.max(1, longest)] }, y: { range: padded } } },
    joined(stories),
    box,
  );
  const resize = new ResizeObserver(() => made.setSize({ width: width(), height: HEIGHT }));
  resize.observe(box);
  const colours = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => made.redraw(false);
  colours.addEventListener("change", repaint);
  return () => {
    resize.disconnect();
    colours.removeEventListener("change", repaint);
    made.destroy();
  };
}

const named = (story) => `${called(story.row.program)} of ${when(story.row.started_at)}, heart rate ${number(story.summary.baseline_heart_rate_bpm)} to ${number(story.summary.final_heart_rate_bpm)}`;

export async function compareScreen(box, numbersOfTwo) {
  box.append(h("h1", {}, "Two sessions"), tabs(""));
  let stories;
  try {
    stories = await Promise.all(numbersOfTwo.split("/").map((id) => get(`/api/sessions/${id}`)));
  } catch (refusal) {
    box.append(h("p.problem", { role: "alert" }, refusal.message), h("p", {}, h("a", { href: "#/history" }, "Back to the history")));
    return null;
  }
  const plotBox = h("div.plot", { role: "img", "aria-label": `Both curves by session time. First: ${named(stories[0])}. Second: ${named(stories[1])}.` });
  box.append(
    ...[warning(stories)].filter(Boolean),
    h("section.panel", {}, h("h2", {}, "Heart and music, by session time"), plotBox, legend(stories)),
    h("section.panel", {}, h("h2", {}, "Side by side"), numbers(stories),
      h("p.soft.after", {}, "Two evenings differ for many reasons. How many it takes to tell a difference stands under ", h("a", { href: "#/trends" }, "Trends"), ".")),
  );
  return plot(plotBox, stories);
}
