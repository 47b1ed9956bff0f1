// Which screen is shown, and what belongs to all of them.

import { afterScreen } from "./after.js";
import { compareScreen } from "./compare.js";
import { historyScreen } from "./history.js";
import { homeScreen } from "./home.js";
import { makeAnnouncer, showOffline } from "./present.js";
import { editScreen } from "./program_edit.js";
import { programScreen } from "./program.js";
import { programsScreen } from "./programs.js";
import { sessionScreen } from "./session.js";
import { connect, live, running, watch } from "./stream.js";
import { trendsScreen } from "./trends.js";

const main = document.getElementById("main");
const offline = document.getElementById("offline");
const simulated = document.getElementById("simulated");
const announce = makeAnnouncer(document.getElementById("live"));
let leave = () => {};
let shown = null;

const SCREENS = [
  [/^#\/session$/, "session", "Session", sessionScreen],
  [/^#\/session\/(\d+)$/, "history", "What happened", afterScreen],
  [/^#\/history$/, "history", "History", historyScreen],
  [/^#\/programs$/, "programs", "Programs", programsScreen],
  [/^#\/programs\/([^/]+)$/, "programs", "Program", programScreen],
  [/^#\/programs\/([^/]+\/(?:copy|edit))$/, "programs", "Write a program", editScreen],
  [/^#\/trends$/, "history", "Trends", trendsScreen],
  [/^#\/compare\/(\d+\/\d+)$/, "history", "Two sessions", compareScreen],
  [/^/, "home", "Home", homeScreen],
];

async function show() {
  const hash = location.hash || "#/";
  const [pattern, name, title, screen] = SCREENS.find(([test]) => test.test(hash));
  leave();
  const turn = {};
  shown = turn;
  document.title = `${title} · PulseTune`;
  for (const link of document.querySelectorAll("[data-nav]")) {
    if (link.dataset.nav === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.body.dataset.screen = name === "session" ? "session" : "calm";
  const box = document.createElement("div");
  box.className = "screen";
  main.replaceChildren(box);
  let gone = false;
  let cleanup = null;
  leave = () => {
    gone = true;
    cleanup?.();
  };
  scrollTo(0, 0);
  const made = await screen(box, hash.match(pattern)?.[1]);
  if (gone) made?.();
  else cleanup = made ?? null;
  if (shown === turn && document.activeElement === document.body) {
    const heading = box.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }
}

function always() {
  document.getElementById("nav-session").hidden = !running();
  simulated.hidden = !(running() && live.view?.simulated);
  showOffline(offline, " This page comes back by itself when it runs again.");
}

let last = null;

/** A session that begins is shown, and so is one that runs already when the page is opened at its front door. */
function follow(state) {
  const begins = last !== null && state !== last && state === "starting";
  const atTheDoor = last === null && running() && ["", "#/"].includes(location.hash);
  last = state;
  if (begins || atTheDoor) location.hash = "#/session";
}

watch(({ hosted }) => {
  always();
  announce(hosted?.state === "running" ? live.view : null);
  if (hosted) follow(hosted.state);
});

addEventListener("hashchange", show);
connect();
show();
