/** The workbench's page: one set of filters, one view at a time, everything from this machine. */

import { createApi, Refused } from "./api.js";
import { createArrivals } from "./arrivals.js";
import { element, fillWith, find } from "./element.js";
import { createFilters } from "./filters.js";
import { tellState } from "./header.js";
import { listenForKeys, showEnd, showKeys } from "./keys.js";
import { showFloods } from "./views/floods.js";
import { showHistory } from "./views/history.js";
import { showIncident } from "./views/incident.js";
import { showIncidents } from "./views/incidents.js";
import { showList } from "./views/list.js";
import { showMap } from "./views/map.js";
import { showReport } from "./views/report.js";
import { showTimeline } from "./views/timeline.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./desk.js").Shown} Shown */

/** @type {[string, string, (view: HTMLElement, desk: Desk, wanted: any) => Shown][]} */
const TABS = [
  ["list", "Reports", showList],
  ["incidents", "Incidents", showIncidents],
  ["timeline", "Timeline", showTimeline],
  ["map", "Map", showMap],
  ["floods", "Floods", showFloods],
  ["history", "History", showHistory],
];
const VIEWS = new Map([
  ...TABS.map(([name, , show]) => /** @type {const} */ ([name, show])),
  /** @type {const} */ (["report", showReport]),
  /** @type {const} */ (["incident", showIncident]),
]);
/** Views that show what the filters let through. */
const FILTERED = new Set(["list", "incidents", "timeline", "map"]);
const STATE_EVERY = 1_000; // ms while reports are being opened or fetched
const IDLE_EVERY = 5_000; // ms afterwards

/** @type {string[]} */
const before = [];
let name = "";
/** @type {Shown | null} */
let current = null;
/** @type {Desk} */
let desk;
let ended = false;
/** @type {import("./arrivals.js").Arrivals} */
let arrivals;
/** Looks at the state at once. */
let wake = () => {};

start();

function start() {
  const token = location.hash.slice(1);
  history.replaceState(null, "", "/");
  if (token === "") {
    end(
      "Not opened from here",
      "Use the whole address that `keyholder workbench` printed, with what stands behind the #.",
    );
    return;
  }
  const api = createApi(token, () =>
    end(
      "Locked",
      "The workbench has ended and forgot everything. Start it again with `keyholder workbench`.",
    ),
  );
  find("lock").addEventListener("click", () => lock(api));
  find("help").addEventListener("click", showKeys);
  window.addEventListener("pagehide", () => document.body.replaceChildren());
  window.addEventListener(
    "pageshow",
    (event) =>
      event.persisted && end("Locked", "Use the address that `keyholder workbench` printed again."),
  );
  watch(api);
}

/** @param {import("./desk.js").State} state */
function follow(state) {
  Object.assign(desk.state, state);
  desk.filters.learn(state);
  arrivals.follow(state);
}

/** What came is shown where that loses nobody's place; else it waits for a button. */
function renew() {
  if (current?.renew) current.renew();
  else return () => (FILTERED.has(name) ? show(name) : go("list"));
  return null;
}

/** @param {import("./api.js").Api} api */
async function watch(api) {
  while (!ended) {
    try {
      const state = await api.get("/api/state");
      tellState(state);
      if (!desk && !state.opening) begin(api, state);
      else if (desk) follow(state);
      await pause(state.opening || state.fetching?.running ? STATE_EVERY : IDLE_EVERY);
    } catch (error) {
      fail(error);
      await pause(IDLE_EVERY);
    }
  }
}

/**
 * @param {import("./api.js").Api} api
 * @param {any} state
 */
function begin(api, state) {
  const filters = createFilters(find("filters"), state, () => {
    desk.remembered = {};
    if (FILTERED.has(name)) show(name);
    else go("list");
  });
  desk = {
    api,
    filters,
    state,
    marked: new Set(),
    remembered: {},
    go,
    say,
    fail,
    operate,
    mergeMarked,
  };
  arrivals = createArrivals({ api, state, renew, fail, onAsked: () => wake() });
  fillWith(
    find("tabs"),
    TABS.map(([view, title], at) =>
      element(
        "li",
        {},
        element(
          "button",
          { type: "button", id: `tab-${view}`, onclick: () => go(view) },
          title,
          " ",
          element("kbd", { "aria-hidden": "true" }, String(at + 1)),
        ),
      ),
    ),
  );
  /** @type {Record<string, () => void>} */
  const keys = {
    "/": () => filters.focus(),
    "?": showKeys,
    m: mergeMarked,
    u: undoLast,
    Escape: back,
  };
  for (const [at, [view]] of TABS.entries()) keys[String(at + 1)] = () => go(view);
  listenForKeys(keys);
  go("list");
}

/**
 * @param {string} view
 * @param {any} [wanted]
 */
function go(view, wanted) {
  find("said").textContent = "";
  if (name !== "" && name !== view && FILTERED.has(name)) before.push(name);
  show(view, wanted);
  current?.focus();
}

/**
 * @param {string} view
 * @param {any} [wanted]
 */
function show(view, wanted) {
  const make = VIEWS.get(view);
  if (!make || ended) return;
  current?.leave();
  name = view;
  find("filters").hidden = !FILTERED.has(view);
  for (const [tab] of TABS) {
    const here = tab === view || `${view}s` === tab || (view === "report" && tab === "list");
    const button = find(`tab-${tab}`);
    if (here) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  current = make(find("view"), desk, wanted ?? {});
}

function back() {
  go(before.pop() ?? "list");
}

/** @param {Record<string, unknown>} operation */
async function operate(operation) {
  try {
    return await desk.api.post("/api/operations", operation);
  } catch (error) {
    fail(error);
    return null;
  }
}

async function mergeMarked() {
  if (desk.marked.size < 2) {
    say("Mark two reports or more first, with x.");
    return;
  }
  const accepted = await operate({ op: "merge", reports: [...desk.marked] });
  if (!accepted) return;
  desk.marked.clear();
  if (accepted.incident) go("incident", { id: accepted.incident });
  else show(name);
  say("Put together as one incident. u undoes it.");
}

async function undoLast() {
  try {
    const { entries } = await desk.api.get("/api/history");
    const own = entries.find(
      (/** @type {any} */ entry) =>
        entry.holder === desk.state.holder && !entry.undone && entry.op !== "undo",
    );
    if (!own) {
      say("There is nothing of yours to undo.");
      return;
    }
    if (await operate({ op: "undo", holder: own.holder, counter: own.counter })) {
      say("The last thing that you did is undone.");
      if (FILTERED.has(name) || name === "history") show(name);
    }
  } catch (error) {
    fail(error);
  }
}

/** @param {import("./api.js").Api} api */
async function lock(api) {
  try {
    await api.post("/api/lock");
  } catch {
    // It may end before it answers: it is locked either way.
  }
  end(
    "Locked",
    "The workbench has ended and forgot everything. Start it again with `keyholder workbench`.",
  );
}

/**
 * @param {string} heading
 * @param {string} told
 */
function end(heading, told) {
  if (ended) return;
  ended = true;
  current?.leave();
  showEnd(heading, told);
}

/** @param {string} text */
function say(text) {
  if (!ended) find("said").textContent = text;
}

/** @param {unknown} error */
function fail(error) {
  if (ended || (error instanceof DOMException && error.name === "AbortError")) return;
  say(
    error instanceof Refused
      ? error.message
      : "That did not work. Try again, or start the workbench again.",
  );
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => {
    wake = () => resolve(undefined);
    setTimeout(resolve, milliseconds);
  });
}
