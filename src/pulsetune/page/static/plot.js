// Heart rate and tempo on one plot with the phases behind it, and arousal with its band below.

import { h } from "./format.js";

const HEIGHT = 230; // css pixels, of heart rate and tempo
const AROUSAL_HEIGHT = 104;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function bands(spans) {
  return (u) => {
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.textAlign = "left";
    ctx.textBaseline = "alphabetic";
    spans().forEach((span, index) => {
      const from = u.valToPos(span.from_s / 60, "x", true);
      const to = span.to_s === null ? bbox.left + bbox.width : u.valToPos(span.to_s / 60, "x", true);
      ctx.fillStyle = css(index % 2 ? "--band-b" : "--band-a");
      ctx.fillRect(from, bbox.top, to - from, bbox.height);
      const size = 11 * devicePixelRatio;
      ctx.font = `${size}px system-ui, sans-serif`;
      ctx.fillStyle = css("--soft");
      const words = [span.words, span.words.split(" ")[0]].find((text) => ctx.measureText(text).width + 8 < to - from);
      if (words) ctx.fillText(words, from + 4, bbox.top + size + 4);
    });
    ctx.restore();
  };
}

export function axes() {
  const look = { stroke: () => css("--soft"), font: "12px system-ui, sans-serif", ticks: { show: false } };
  const grid = { stroke: () => css("--line"), width: 1 };
  return [
    { ...look, grid: { show: false }, size: 28, values: (_, ticks) => ticks.map((tick) => `${tick} min`), space: 70 },
    { ...look, grid, size: 38, values: (_, ticks) => ticks.map((tick) => `${tick}`) },
  ];
}

export const line = (label, color, extra = {}) => ({ label, stroke: () => css(color), width: 2, points: { show: false }, spanGaps: false, ...extra });

export function padded(u, low, high) {
  if (low === null) return [50, 90];
  return [Math.floor((low - 4) / 5) * 5, Math.ceil((high + 4) / 5) * 5];
}

/** What the lines are. */
export function legend() {
  const entry = (kind, text) => h("li", {}, h(`span.swatch.of-${kind}`), text);
  return h("ul.key", { "aria-hidden": "true" }, entry("heart", "heart rate a minute, mean of 30 s"), entry("tempo", "tempo of the music, pulses a minute"), entry("arousal", "arousal; the wider its band, the less sure"));
}

/** A plot that fills `box`; `spans` gives the phases, `minutesShown` the length of the axis. */
export function curves(box, spans, minutesShown) {
  const x = { time: false, range: (_, low, high) => [0, Math.max(minutesShown(), high || 0, 1)] };
  const common = { legend: { show: false }, cursor: { show: false }, padding: [8, 26, 0, 0] };
  const width = () => Math.max(240, box.clientWidth);
  const heart = new uPlot(
    {
      ...common,
      width: width(),
      height: HEIGHT,
      scales: { x, y: { range: padded } },
      axes: axes(),
      series: [{}, line("heart rate", "--heart"), line("tempo", "--tempo", { dash: [6, 4] })],
      hooks: { drawClear: [bands(spans)] },
    },
    [[], [], []],
    box,
  );
  const arousal = new uPlot(
    {
      ...common,
      width: width(),
      height: AROUSAL_HEIGHT,
      padding: [8, 26, 12, 0],
      scales: { x, y: { range: [0, 1] } },
      axes: [{ show: false }, { ...axes()[1], values: (_, ticks) => ticks.map((tick) => (tick === 0 ? "low" : tick === 1 ? "high" : "")) }],
      series: [
        {},
        line("upper", "--band-edge", { width: 0 }),
        line("lower", "--band-edge", { width: 0 }),
        line("arousal", "--arousal", { width: 1.5 }),
      ],
      bands: [{ series: [1, 2], fill: () => css("--confidence") }],
    },
    [[], [], [], []],
    box,
  );
  const resize = new ResizeObserver(() => {
    heart.setSize({ width: width(), height: HEIGHT });
    arousal.setSize({ width: width(), height: AROUSAL_HEIGHT });
  });
  resize.observe(box);
  const colours = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => {
    heart.redraw(false);
    arousal.redraw(false);
  };
  colours.addEventListener("change", repaint);
  return {
    draw(points) {
      const t = points.map((point) => point[0] / 60);
      const edge = (sign) => points.map((p) => (p[3] === null ? null : Math.min(1, Math.max(0, p[3] + (sign * (1 - p[4])) / 2))));
      heart.setData([t, points.map((p) => p[1]), points.map((p) => p[2])]);
      arousal.setData([t, edge(1), edge(-1), points.map((p) => p[3])]);
    },
    destroy() {
      resize.disconnect();
      colours.removeEventListener("change", repaint);
      heart.destroy();
      arousal.destroy();
    },
  };
}
