// Small drawings: a curve in a line of the list, bars, dots with intervals. Drawn for the width there is.

import { h } from "./format.js";

// asked of the browser: no file of the page names another address, not even as a name
const SVG = new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;
const LEFT = 38; // css pixels for the numbers of an axis
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 26;
const DAY_MS = 86_400_000;

/** An element of a drawing: s("circle.dot", { cx: 3 }). */
export function s(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElementNS(SVG, name);
  if (classes.length) element.setAttribute("class", classes.join(" "));
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);

/** Round numbers from low to high, about `count` of them. */
export function ticks(low, high, count = 4) {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= raw);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

const day = (ms) => new Date(ms).toLocaleDateString(undefined, { day: "numeric", month: "short" });

/** A drawing that is made anew when its width changes; `draw(width)` gives its parts. */
function chart(label, height, draw) {
  const box = h("div.chart", { role: "img", "aria-label": label });
  let drawn = 0;
  new ResizeObserver(() => {
    const width = Math.floor(box.clientWidth);
    if (width < 80 || width === drawn) return;
    drawn = width;
    box.replaceChildren(s("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, ...draw(width)));
  }).observe(box);
  return box;
}

/** The heart rate of a session, as small as a word. */
export function sparkline(values) {
  const width = 112;
  const height = 30;
  const known = values.filter((value) => value !== null);
  const box = s("svg.spark", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  if (known.length < 2) return box;
  const middle = (Math.min(...known) + Math.max(...known)) / 2;
  const half = Math.max(6, (Math.max(...known) - Math.min(...known)) / 2); // a still heart is a flat line
  const x = scale(0, values.length - 1, 2, width - 2);
  const y = scale(middle - half, middle + half, height - 3, 3);
  let path = "";
  values.forEach((value, index) => {
    if (value === null) return;
    path += `${index && values[index - 1] !== null ? "L" : "M"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  box.append(s("path", { d: path }));
  return box;
}

function rows(width, y, marks, words = String) {
  return marks.flatMap((mark) => [
    s("line.grid", { x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark) }),
    s("text", { x: LEFT - 6, y: y(mark) + 4, "text-anchor": "end" }, words(mark)),
  ]);
}

function dates(width, height, from, to, x) {
  const days = Math.max(1, Math.round((to - from) / DAY_MS));
  const count = Math.min(days, Math.max(1, Math.floor((width - LEFT - RIGHT) / 90)));
  const moments = Array.from({ length: count + 1 }, (_, index) => from + ((to - from) * index) / count);
  const names = moments.map(day);
  return moments.map((moment, index) => {
    const anchor = index === 0 ? "start" : index === count ? "end" : "middle";
    return s("text", { x: x(moment), y: height - 6, "text-anchor": anchor }, names.indexOf(names[index]) === index ? names[index] : "");
  });
}

export function weekBars(weeks, label) {
  const height = 170;
  return chart(label, height, (width) => {
    const most = Math.max(30, ...weeks.map((week) => week.minutes));
    const y = scale(0, most, height - BOTTOM, TOP);
    const each = Math.min(56, (width - LEFT - RIGHT) / weeks.length);
    const bars = weeks.map((week, index) => {
      const top = y(week.minutes);
      return s("rect.bar", { x: LEFT + index * each + each * 0.15, y: top, width: each * 0.7, height: height - BOTTOM - top, rx: Math.min(3, each * 0.2) });
    });
    const every = Math.ceil(54 / each);
    const names = weeks.map((week, index) => (index % every ? "" : s("text", { x: LEFT + (index + 0.5) * each, y: height - 6, "text-anchor": index ? "middle" : "start", ...(index ? {} : { dx: -each / 2 }) }, day(Date.parse(`${week.monday}T12:00`)))));
    return [...rows(width, y, ticks(0, most, 3)), ...bars, ...names.filter(Boolean)];
  });
}

/** Values over time; `quiet` (mean, low, high) is a level to see them beside; hollow dots are quiet sessions. */
export function overTime(points, { label, words = String, smooth = [], quiet = null, zero = false }) {
  const height = 210;
  return chart(label, height, (width) => {
    const values = [...points.map((point) => point.value), ...(quiet ? [quiet.mean, quiet.low ?? quiet.mean, quiet.high ?? quiet.mean] : []), ...(zero ? [0] : [])];
    const low = Math.min(...values) - 2;
    const high = Math.max(...values) + 2;
    const y = scale(low, high, height - BOTTOM, TOP);
    const from = points[0].at;
    const to = Math.max(points.at(-1).at, from + DAY_MS);
    const x = scale(from, to, LEFT + 8, width - RIGHT - 8);
    const parts = rows(width, y, ticks(low, high), words);
    if (quiet) {
      if (quiet.low !== null) parts.push(s("rect.quiet-band", { x: LEFT, width: width - LEFT - RIGHT, y: y(quiet.high), height: Math.max(1, y(quiet.low) - y(quiet.high)) }));
      parts.push(s("line.quiet-line", { x1: LEFT, x2: width - RIGHT, y1: y(quiet.mean), y2: y(quiet.mean) }));
    }
    let path = "";
    smooth.forEach(([at, value], index) => {
      if (value !== null) path += `${index && smooth[index - 1][1] !== null ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    });
    if (path) parts.push(s("path.smooth", { d: path }));
    for (const point of points) parts.push(s(point.hollow ? "circle.dot.hollow" : "circle.dot", { cx: x(point.at), cy: y(point.value), r: 4.5 }));
    return [...parts, ...dates(width, height, from, to, x)];
  });
}

/** A row a program: every session a dot, and from five on the mean with its interval; `beside` is drawn through all. */
export function intervals(programs, changesOf, { label, nameOf, beside }) {
  const each = 56;
  const height = TOP + programs.length * each + BOTTOM;
  return chart(label, height, (width) => {
    const values = [0, ...programs.flatMap((program) => [...changesOf(program.program), program.low_bpm ?? 0, program.high_bpm ?? 0])];
    const low = Math.min(...values) - 1;
    const high = Math.max(...values) + 1;
    const x = scale(low, high, 8, width - RIGHT);
    const parts = ticks(low, high, Math.max(2, Math.floor(width / 70))).flatMap((mark) => [
      s(mark === 0 ? "line.zero" : "line.grid", { x1: x(mark), x2: x(mark), y1: TOP, y2: height - BOTTOM }),
      s("text", { x: x(mark), y: height - 6, "text-anchor": "middle" }, mark > 0 ? `+${mark}` : mark < 0 ? `−${-mark}` : "0"),
    ]);
    if (beside) {
      parts.push(s("rect.quiet-band", { x: x(beside.low_bpm), width: x(beside.high_bpm) - x(beside.low_bpm), y: TOP, height: height - BOTTOM - TOP }));
      parts.push(s("line.quiet-line", { x1: x(beside.mean_bpm), x2: x(beside.mean_bpm), y1: TOP, y2: height - BOTTOM }));
    }
    programs.forEach((program, index) => {
      const top = TOP + index * each;
      const middle = top + 38;
      parts.push(s("text.name", { x: 2, y: top + 18 }, nameOf(program)));
      for (const value of changesOf(program.program)) parts.push(s("circle.dot.faint", { cx: x(value), cy: middle, r: 4 }));
      if (program.low_bpm === null) return;
      parts.push(s("line.range", { x1: x(program.low_bpm), x2: x(program.high_bpm), y1: middle, y2: middle }));
      parts.push(s("rect.mean", { x: x(program.mean_bpm) - 2.5, y: middle - 9, width: 5, height: 18, rx: 2 }));
    });
    return parts;
  });
}
