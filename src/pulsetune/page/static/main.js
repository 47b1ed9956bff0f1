// Which screen is shown, and what belongs to all of them.

import { afterScreen } from "./after.js";
import { setText } from "./format.js";
import { historyScreen } from "./history.js";
import { homeScreen } from "./home.js";
import { sessionScreen } from "./session.js";
import { connect, isStale, live, running, saidGoodbye, watch } from "./stream.js";

const main = document.getElementById("main");
const offline = document.getElementById("offline");
let leave = () => {};
let shown = null;

const SCREENS = [
  [/^#\/session$/, "session", "Session", sessionScreen],
  [/^#\/session\/(\d+)$/, "history", "What happened", afterScreen],
  [/^#\/history$/, "history", "History", historyScreen],
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
  const made = await screen(box, hash.match(pattern)?.[1]);
  if (gone) made?.();
  else cleanup = made ?? null;
  if (shown === turn && document.activeElement === document.body) {
    const heading = box.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
  }
  scrollTo(0, 0);
}

function always() {
  document.getElementById("nav-session").hidden = !running();
  const lost = !live.connected && live.hosted !== null;
  offline.hidden = !lost;
  if (lost) {
    const end = saidGoodbye() ? "PulseTune has ended." : "The connection to PulseTune is lost.";
    setText(offline, `${end} What you see is not live. This page comes back by itself when it runs again.`);
  }
}

let announcedAt = -Infinity;

function announce() {
  const view = live.view;
  if (live.hosted?.state !== "running" || !view || performance.now() - announcedAt < 30_000) return;
  announcedAt = performance.now();
  const heart = view.heart_rate_bpm === null || isStale() ? view.heart_words : `Heart rate ${Math.round(view.heart_rate_bpm)}`;
  const paused = view.paused ? "Paused. " : "";
  setText(document.getElementById("live"), `${paused}${view.phase_words}. ${heart}. ${Math.round(view.left_s / 60)} minutes left.`);
}

let last = null;
watch(({ hosted }) => {
  always();
  announce();
  if (hosted && last !== null && hosted.state !== last && hosted.state === "starting") location.hash = "#/session";
  last = hosted?.state ?? null;
});

addEventListener("hashchange", show);
connect();
show();
