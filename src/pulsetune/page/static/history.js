// The sessions so far: find one, open it, compare two, delete one with a moment to think again, take all of them home.

import { get, post } from "./api.js";
import { sparkline } from "./chart.js";
import { called, h, minutes, number, setText, when } from "./format.js";
import { offerUndo } from "./undo.js";

const STATES = { complete: "", interrupted: "interrupted", running: "running now" };
const KINDS = { measured: "measured from you", simulated: "simulated", replayed: "from a recording" };
const AT_ONCE = 50; // sessions in the list, until more are asked for
const CURVES_AT_ONCE = 10; // so that the first ones are there soon
const EVERYTHING = { csv: "All as tables (CSV)", jsonl: "All events (JSON Lines)" };

const filter = { program: "", kind: "", from: "", to: "" }; // kept while the page is open
const curves = new Map(); // of sessions that are over: they do not change

/** The two screens on many sessions. */
export function tabs(here) {
  const tab = (name, href) => h("a", { href, "aria-current": name === here ? "page" : null }, name);
  return h("nav.tabs", { "aria-label": "History" }, tab("Sessions", "#/history"), tab("Trends", "#/trends"));
}

export const kindOf = (session) => (session.simulated ? "simulated" : session.replayed ? "replayed" : "measured");

export function kindBadge(session) {
  if (session.simulated) return h("span.badge.loud", {}, "SIMULATED");
  return session.replayed ? h("span.badge", {}, "from a recording") : null;
}

function wanted(session) {
  const date = session.started_at.slice(0, 10); // the day where it was
  return (!filter.program || session.program === filter.program) && (!filter.kind || kindOf(session) === filter.kind) && (!filter.from || date >= filter.from) && (!filter.to || date <= filter.to);
}

const titleOf = (session) => `${called(session.program)}, ${when(session.started_at)}`;

function row(session, chosen, choose, remove) {
  const change = session.baseline_heart_rate_bpm === null ? "" : `heart ${number(session.baseline_heart_rate_bpm)}\u00a0→\u00a0${number(session.final_heart_rate_bpm)} beats a minute`;
  const facts = [minutes(session.duration_s), change, session.quality === null ? "" : `signal ${Math.round(session.quality * 100)}\u00a0%`, STATES[session.state]].filter(Boolean);
  const title = titleOf(session);
  const over = session.state !== "running";
  const box = h("input", { type: "checkbox", "aria-label": `Compare ${title}`, checked: chosen.includes(session.session_id), onchange: (event) => choose(session.session_id, event.target.checked) });
  return h("li.session-row", { "data-session": String(session.session_id) },
    over ? h("label.pick", {}, box) : h("span.pick"),
    h("a", { href: over ? `#/session/${session.session_id}` : "#/session" },
      h("span.session-words", {}, h("strong", {}, title, kindBadge(session)), h("span.soft", {}, facts.join(" · "))),
      h("span.session-curve", {}, sparkline(curves.get(session.session_id) ?? []))),
    over ? h("button.quiet.small", { type: "button", onclick: () => remove(session) }, "Delete", h("span.unseen", {}, ` ${title}`)) : null);
}

function filters(sessions, changed) {
  const programs = [...new Set(sessions.map((session) => session.program))].sort();
  const kinds = Object.keys(KINDS).filter((kind) => sessions.some((session) => kindOf(session) === kind));
  const set = (key) => (event) => {
    filter[key] = event.target.value;
    changed();
  };
  const choice = (name, key, every, options) => h("label.field", {}, name, h("select", { onchange: set(key) }, h("option", { value: "" }, every), options.map(([value, words]) => h("option", { value, selected: filter[key] === value }, words))));
  const date = (name, key) => h("label.field", {}, name, h("input", { type: "date", value: filter[key], oninput: set(key) }));
  const reset = () => {
    Object.keys(filter).forEach((key) => { filter[key] = ""; });
    changed();
    form.replaceWith(filters(sessions, changed));
    document.querySelector(".filters select").focus();
  };
  const form = h("form.filters", { "aria-label": "Which sessions", onsubmit: (event) => event.preventDefault() },
    choice("Program", "program", "every program", programs.map((name) => [name, called(name)])),
    choice("Heart", "kind", "every kind", kinds.map((kind) => [kind, KINDS[kind]])),
    date("From", "from"), date("To", "to"),
    h("button.quiet.small", { type: "button", onclick: reset }, "Show all"));
  return form;
}

async function fillCurves(sessions, list) {
  const missing = sessions.filter((session) => !curves.has(session.session_id)).map((session) => session.session_id);
  while (missing.length && list.isConnected) {
    const { curves: found } = await get(`/api/curves?sessions=${missing.splice(0, CURVES_AT_ONCE).join(",")}`);
    for (const session of sessions.filter((one) => String(one.session_id) in found)) {
      const curve = found[session.session_id];
      if (session.state !== "running") curves.set(session.session_id, curve);
      list.querySelector(`[data-session="${session.session_id}"] .session-curve`)?.replaceChildren(sparkline(curve));
    }
  }
}

function takeAll() {
  const link = ([name, words]) => h("a.button.small", { href: `/api/everything/${name}`, download: "", "data-everything": name }, words);
  return h("section.panel", {}, h("h2", {}, "Take everything home"),
    h("p.soft", {}, "Every session that is over, a file each, in one ZIP. Simulated ones lie in a folder of their own. It is health data: keep it where only you read it."),
    h("p.row", {}, Object.entries(EVERYTHING).map(link)));
}

export async function historyScreen(box) {
  const problem = h("p.problem", { role: "alert" });
  const list = h("ul.sessions");
  const shownWords = h("p.soft", { role: "status" });
  const above = h("div");
  const below = h("div");
  let sessions = [];
  let atMost = AT_ONCE;
  let chosen = [];
  const compare = h("p.compare", {});
  box.append(h("h1", {}, "History"), tabs("Sessions"), problem, above, h("div.list-bar", {}, shownWords, compare), list, below);

  const said = (work) => async (...values) => {
    try {
      await work(...values);
    } catch (refusal) {
      setText(problem, refusal.message);
    }
  };
  function choose(id, on) {
    chosen = on ? [...chosen, id].slice(-2) : chosen.filter((other) => other !== id); // a third lets the first go
    list.querySelectorAll("li[data-session]").forEach((item) => {
      const tick = item.querySelector("input");
      if (tick) tick.checked = chosen.includes(Number(item.dataset.session));
    });
    offer();
  }
  function offer() {
    const words = chosen.length === 2 ? h("a.button.main.small", { href: `#/compare/${[...chosen].sort((a, b) => a - b).join("/")}` }, "Compare the two") : h("span.soft", {}, chosen.length ? "One chosen; a second, and you can compare them." : "Tick two sessions to compare them.");
    compare.replaceChildren(words);
    compare.hidden = sessions.length < 2;
  }
  function draw() {
    const found = sessions.filter(wanted);
    const shown = found.slice(0, atMost);
    list.replaceChildren(...shown.map((session) => row(session, chosen, choose, remove)));
    if (!found.length) list.replaceChildren(h("li.soft", {}, sessions.length ? "No session is like that." : "Nothing yet. Your first session will be here."));
    setText(shownWords, !sessions.length ? "" : found.length === sessions.length ? `${found.length} session${found.length === 1 ? "" : "s"}` : `${found.length} of ${sessions.length} sessions`);
    const more = () => {
      atMost += AT_ONCE;
      draw();
      list.children[shown.length]?.querySelector("a").focus();
    };
    below.replaceChildren(...(shown.length < found.length ? [h("button", { type: "button", onclick: more }, "Show older ones")] : []), ...(sessions.length ? [takeAll()] : []));
    said(fillCurves)(shown, list);
  }
  const fill = said(async () => {
    ({ sessions } = await get("/api/sessions"));
    chosen = chosen.filter((id) => sessions.some((session) => session.session_id === id));
    if (!sessions.length) above.replaceChildren();
    else above.replaceChildren(filters(sessions, draw));
    offer();
    draw();
  });
  const remove = said(async (session) => {
    const { undo_s } = await post(`/api/sessions/${session.session_id}/delete`);
    await fill();
    offerUndo("The session is deleted for good in a moment.", async () => {
      try {
        await post(`/api/sessions/${session.session_id}/undelete`);
      } finally {
        await fill();
      }
    }, undo_s);
  });
  await fill();
  return null;
}
