// The sessions so far: open one, or delete it with a moment to think again.

import { get, post } from "./api.js";
import { h, minutes, number, setText, when } from "./format.js";

const STATES = { complete: "", interrupted: "interrupted", running: "running now" };

function undoToast(text, undo, seconds) {
  const toast = document.getElementById("toast");
  const close = () => {
    clearTimeout(timer);
    toast.hidden = true;
  };
  const timer = setTimeout(close, seconds * 1000);
  toast.replaceChildren(h("span", {}, text), h("button.quiet", { type: "button", onclick: () => { close(); undo(); } }, "Undo"));
  toast.hidden = false;
  toast.querySelector("button").focus();
}

function row(session, remove) {
  const change = session.baseline_heart_rate_bpm === null ? "" : `heart ${number(session.baseline_heart_rate_bpm)} → ${number(session.final_heart_rate_bpm)}`;
  const facts = [minutes(session.duration_s), change, session.quality === null ? "" : `signal ${Math.round(session.quality * 100)} %`, STATES[session.state]].filter(Boolean);
  const title = `${session.program[0].toUpperCase()}${session.program.slice(1)}, ${when(session.started_at)}`;
  return h("li.session-row", {},
    h("a", { href: session.state === "running" ? "#/session" : `#/session/${session.session_id}` }, h("strong", {}, title, session.simulated ? h("span.badge.loud", {}, "SIMULATED") : null), h("span.soft", {}, facts.join(" · "))),
    session.state === "running" ? null : h("button.quiet.small", { type: "button", onclick: () => remove(session) }, "Delete", h("span.unseen", {}, ` ${title}`)));
}

export async function historyScreen(box) {
  const problem = h("p.problem", { role: "alert" });
  const list = h("ul.sessions");
  box.append(h("h1", {}, "History"), problem, list);
  async function fill() {
    try {
      const { sessions } = await get("/api/sessions");
      list.replaceChildren(...sessions.map((session) => row(session, remove)));
      if (!sessions.length) list.replaceChildren(h("li.soft", {}, "Nothing yet. Your first session will be here."));
    } catch (refusal) {
      setText(problem, refusal.message);
    }
  }
  async function remove(session) {
    try {
      const { undo_s } = await post(`/api/sessions/${session.session_id}/delete`);
      await fill();
      undoToast("The session is deleted for good in a moment.", async () => {
        try {
          await post(`/api/sessions/${session.session_id}/undelete`);
        } catch (refusal) {
          setText(problem, refusal.message);
        }
        await fill();
      }, undo_s - 0.5);
    } catch (refusal) {
      setText(problem, refusal.message);
    }
  }
  await fill();
  return null;
}
