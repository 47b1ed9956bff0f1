// Watching from another device: the session as it is now, without a single control.

import { h } from "./format.js";
import { PATIENCE_MS, makeAnnouncer, makePresent, showOffline } from "./present.js";
import { connect, isStale, live, watch } from "./stream.js";

const now = makePresent("a person");
const stage = h("section.stage", { "aria-label": "Now" }, now.heart, now.breath, now.title, now.why, now.left);
const announce = makeAnnouncer(document.getElementById("live"));

/** Nothing is left of a session that is over: not its number, not its curve. */
function waiting(state) {
  const title = state === "starting" ? "Getting ready" : state === "ended" ? "The session is over" : "No session is running";
  now.waiting(title, state === "starting" ? "It is shown when it begins." : "The next one is shown here, while PulseTune is open to this network.");
}

function show() {
  const { hosted, view } = live;
  showOffline(document.getElementById("offline"));
  if (hosted === null) return;
  const on = hosted.state === "running" && view !== null;
  const stale = on && isStale();
  now.frame(stage, on, stale);
  announce(on ? view : null);
  if (on) now.running(view, stale, `${view.title}, `);
  else waiting(hosted.state);
}

document.getElementById("main").append(now.simulated, stage, now.panel);
watch(show);
setInterval(show, PATIENCE_MS);
connect();
