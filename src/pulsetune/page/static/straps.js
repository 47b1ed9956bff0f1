// Whose heart: a strap nearby, or the simulated listener.

import { get } from "./api.js";
import { h, radio, setText } from "./format.js";
import { running } from "./stream.js";

const AGAIN_MS = 1000;
const TROUBLE_MS = 10_000; // without Bluetooth there is no hurry

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function strength(dbm) {
  if (dbm === null) return "";
  return dbm >= -65 ? "near" : dbm >= -80 ? "a little away" : "far away";
}

function facts(strap) {
  return [strength(strap.rssi_dbm), strap.battery_percent === null ? "" : `battery ${strap.battery_percent} %`].filter(Boolean).join(", ");
}

/** One strap needs no choice; several do. What is chosen stays chosen while the list changes. */
function list(target, found) {
  const before = target.querySelector("input:checked")?.value ?? "";
  if (found.length < 2) {
    target.replaceChildren(...found.map((strap) => h("p", { "data-strap": strap.address }, h("strong", {}, strap.name || strap.address), h("span.soft", {}, ` ${facts(strap)}`))));
    return;
  }
  const rows = found.map((strap) => radio("strap", strap.address, strap.address === before, strap.name || strap.address, h("span.soft", {}, facts(strap))));
  const had = [...target.querySelectorAll("input")].map((input) => input.value).join();
  if (had !== ["", ...found.map((strap) => strap.address)].join()) {
    const any = radio("strap", "", !rows.some((row) => row.querySelector("input").checked), "The first one found");
    target.replaceChildren(h("div.cards", { role: "group", "aria-label": "Straps nearby" }, any, rows));
  }
}

export function strapPicker() {
  const straps = h("div");
  const state = h("p.soft", { role: "status" }, "Looking for straps …");
  const picker = h("div", { id: "picker" }, state, straps);
  const box = h("fieldset", { onchange: ({ target }) => { if (target.name === "heart") picker.hidden = target.value !== "strap"; } },
    h("legend", {}, "Heart"),
    h("div.cards", {},
      radio("heart", "strap", true, "My strap", h("span.soft", {}, "Any Bluetooth chest strap, put on with moist electrodes.")),
      radio("heart", "simulated", false, "Simulated listener", h("span.soft", {}, "No strap? A model stands in. Nothing is measured from you, and every screen says so."))),
    picker);
  let alive = true;

  async function lookOnce() {
    try {
      const { straps: found, problem, hint } = await get("/api/straps");
      if (!alive) return 0;
      list(straps, found);
      setText(state, problem ? `${problem} ${hint}` : found.length ? "Nearby:" : "No strap seen yet. Still looking …");
      return problem ? TROUBLE_MS : AGAIN_MS;
    } catch (problem) {
      setText(state, problem.message);
      return TROUBLE_MS;
    }
  }

  return {
    box,
    /** Look again and again while the picker is open. */
    async look() {
      while (alive) await wait(picker.hidden || document.hidden || running() ? AGAIN_MS : await lookOnce());
    },
    stop() {
      alive = false;
    },
  };
}
