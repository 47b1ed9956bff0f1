// The planned tempo of a program, with its phases, and the invented heart that it was planned for.

import { clock, h } from "./format.js";
import { axes, bands, line, padded } from "./plot.js";

const HEIGHT = 250; // css pixels

/** What the picture is, said before anybody takes its heart for their own. */
export function inventedWords(shown) {
  const led = shown.listen_only ? " It is not led: you chose only to listen." : "";
  return `Planned with an invented heart: it begins at ${shown.begins_bpm.toFixed(0)} beats a minute and follows calmly. Yours may do something else, and then so does the music.${led}`;
}

export function planLegend() {
  const entry = (kind, text) => h("li", {}, h(`span.swatch.of-${kind}`), text);
  return h("ul.key", { "aria-hidden": "true" }, entry("planned", "planned tempo of the music, pulses a minute"), entry("invented", "invented heart rate a minute"));
}

function words(shown) {
  const played = shown.points.map((point) => point[2]).filter((tempo) => tempo !== null);
  const tempo = played.length ? `from ${played[0].toFixed(0)} to ${played.at(-1).toFixed(0)} pulses a minute` : "no pulse at all";
  return `Planned tempo over ${shown.minutes} minutes: ${tempo}. Phases: ${shown.phases.map((phase) => `${phase.words} from ${clock(phase.from_s)}`).join(", ")}.`;
}

/** A plot that fills `box`. `draw(null)` says that there is nothing to draw and leaves the last picture, faded. */
export function planPlot(box) {
  let shown = null;
  const inner = h("div.plot", { role: "img", "aria-label": "Planned tempo" });
  box.append(inner);
  const width = () => Math.max(240, inner.clientWidth);
  const plot = new uPlot(
    {
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 26, 0, 0],
      width: width(),
      height: HEIGHT,
      scales: { x: { time: false, range: (_, low, high) => [0, Math.max(high || 0, 1)] }, y: { range: padded } },
      axes: axes(),
      series: [{}, line("heart rate", "--soft", { width: 1, dash: [2, 4] }), line("tempo", "--tempo", { width: 2.5 })],
      hooks: { drawClear: [bands(() => shown?.phases ?? [])] },
    },
    [[], [], []],
    inner,
  );
  const resize = new ResizeObserver(() => plot.setSize({ width: width(), height: HEIGHT }));
  resize.observe(inner);
  const colours = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => plot.redraw(false);
  colours.addEventListener("change", repaint);
  return {
    draw(next) {
      inner.classList.toggle("outdated", next === null);
      if (next === null) return;
      shown = next;
      inner.setAttribute("aria-label", words(shown));
      plot.setData([shown.points.map((p) => p[0] / 60), shown.points.map((p) => p[1]), shown.points.map((p) => p[2])]);
    },
    destroy() {
      resize.disconnect();
      colours.removeEventListener("change", repaint);
      plot.destroy();
    },
  };
}
