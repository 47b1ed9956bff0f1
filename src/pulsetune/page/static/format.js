// Small words and elements.

/** Make an element: h("p.soft", {id: "x"}, "text", child). Text is always text, never markup. */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const element = document.createElement(name || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A choice as a card: the whole card is its label. */
export function radio(name, value, checked, title, ...rest) {
  return h("label.card", {}, h("input", { type: "radio", name, value, checked }), h("span.card-body", {}, h("strong", {}, title), rest));
}

/** When something happened: the second it was in, as the command line tells it. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** How long something took, to the nearest second. */
export const lasting = (seconds) => clock(Math.round(seconds));

export function minutes(seconds) {
  if (seconds < 60) return "less than a minute";
  const whole = Math.round(seconds / 60);
  return `${whole} minute${whole === 1 ? "" : "s"}`;
}

export function when(iso) {
  const moment = new Date(iso);
  const day = moment.toLocaleDateString(undefined, { weekday: "short", day: "numeric", month: "short" });
  return `${day}, ${moment.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })}`;
}

/** "unwind" is called Unwind. */
export const called = (program) => `${program[0].toUpperCase()}${program.slice(1).replaceAll("-", " ")}`;

/** A change with its sign. */
export const signed = (value, digits = 1) => (value === null ? "–" : `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(digits)}`);

export const number = (value, digits = 0) => (value === null || value === undefined ? "–" : value.toFixed(digits));

export const reduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text; // unchanged text is not announced or painted again
}
