/** One incident: its reports, what is back, and merge, split and grade. */

import { element, fillWith } from "../element.js";
import { plain, shown } from "../hidden.js";
import { linking, makeTable, scrolling } from "../table.js";
import { counted, GRADES, networks, placeOf, time, word } from "../words.js";
import { makeLinks } from "./links.js";

/**
 * @param {HTMLElement} view
 * @param {import("../desk.js").Desk} desk
 * @param {{id: string}} wanted
 * @returns {import("../desk.js").Shown}
 */
export function showIncident(view, desk, wanted) {
  const stopped = new AbortController();
  /** @type {Set<string>} */
  const chosen = new Set();
  const heading = element("h2", { tabindex: -1, dir: "auto" }, "Incident");
  const body = element("div", {}, element("p", {}, "Opening …"));
  fillWith(
    view,
    element(
      "p",
      {},
      element("button", { type: "button", onclick: () => desk.go("incidents") }, "← All incidents"),
    ),
    heading,
    body,
  );
  load();

  async function load() {
    try {
      const told = await desk.api.get(`/api/incidents/${wanted.id}`, {}, stopped.signal);
      fillWith(heading, shown(told.title || "Incident"));
      chosen.clear();
      fillWith(
        body,
        facts(told),
        doings(told),
        reports(told),
        restorations(told),
        makeLinks(told.links),
      );
    } catch (error) {
      desk.fail(error);
    }
  }

  /** @param {any} told */
  function doings(told) {
    return element(
      "div",
      { class: "line" },
      !told.confirmed &&
        element(
          "button",
          {
            type: "button",
            onclick: () => act({ op: "merge", incidents: [told.id] }, "confirmed", told.reports),
          },
          "Confirm: these belong together",
        ),
      element(
        "button",
        {
          type: "button",
          onclick: () => {
            if (chosen.size === 0) desk.say("Mark the reports first that do not belong here.");
            else act({ op: "split", incident: told.id, reports: [...chosen] }, "taken out");
          },
        },
        "Take the marked ones out",
      ),
      element(
        "label",
        {},
        "Confidence ",
        element(
          "select",
          {
            onchange: (/** @type {any} */ event) =>
              act({ op: "grade", target: told.id, level: event.target.value }, "graded"),
          },
          element("option", { value: "" }, `${word(told.grade)}, as counted`),
          GRADES.slice(3).map((level) => element("option", { value: level }, word(level))),
        ),
      ),
    );
  }

  /**
   * @param {Record<string, unknown>} operation
   * @param {string} done
   * @param {number} [reports] how many it is about
   */
  async function act(operation, done, reports) {
    const accepted = await desk.operate(operation);
    if (!accepted) return;
    if (accepted.incident) desk.go("incident", { id: accepted.incident });
    else load();
    desk.say(
      `${counted(reports ?? /** @type {any} */ (operation).reports?.length ?? 1, "report")} ${done}. Undo it under “Who did what”, or with u.`,
    );
  }

  /** @param {any} told */
  function reports(told) {
    const columns = ["", "Report", "Received", "Seen", "Place", "Networks", "Channels", "Text"];
    return element(
      "section",
      {},
      element(
        "h3",
        {},
        counted(told.reports, "report"),
        told.reports > told.rows.length && `, the first ${told.rows.length} of them here`,
      ),
      element(
        "button",
        { type: "button", onclick: () => desk.filters.set({ incident: told.id }) },
        "See them in the list",
      ),
      scrolling(
        "Reports of this incident",
        makeTable(
          columns,
          told.rows.map((/** @type {any} */ row) =>
            element(
              "tr",
              {},
              element(
                "td",
                {},
                element("input", {
                  type: "checkbox",
                  "aria-label": `Mark report ${plain(row.id).slice(0, 8)}`,
                  onchange: (/** @type {any} */ event) => {
                    if (event.target.checked) chosen.add(row.id);
                    else chosen.delete(row.id);
                  },
                }),
              ),
              element(
                "th",
                { scope: "row" },
                linking(
                  () => desk.go("report", { id: row.id }),
                  element("code", {}, row.id.slice(0, 8)),
                ),
              ),
              [
                row.received,
                time(row.observed),
                placeOf(row),
                networks(row.net),
                (row.channels ?? []).map(word).join(", "),
                row.text,
              ].map((cell) => element("td", { dir: "auto" }, shown(cell))),
            ),
          ),
        ),
        { tall: true },
      ),
    );
  }

  return { focus: () => heading.focus(), leave: () => stopped.abort() };
}

/** @param {any} told */
function facts(told) {
  const lines = [
    [
      "Where",
      [told.country_name ?? told.country, ...(told.regions ?? []), ...(told.areas ?? [])]
        .filter(Boolean)
        .join(", "),
    ],
    ["Since", time(told.since)],
    ["Until", time(told.until)],
    ["Status", word(told.status)],
    ["Kinds", (told.kinds ?? []).map(word).join(", ")],
    [
      "Networks",
      Object.entries(told.networks ?? {})
        .map(([net, level]) => `${word(net)}: ${word(level)}`)
        .join(", "),
    ],
    ["Platforms", (told.platforms ?? []).join(", ")],
    ["Operators", (told.operators ?? []).join(", ")],
    ["Causes", (told.causes ?? []).map(word).join(", ")],
    [
      "Independent",
      `${told.independent} at least. Numbers alone prove nothing: many reports can be forged.`,
    ],
    ["Confidence", word(told.grade)],
    ["Put together", told.confirmed ? "by people" : "by a rule: nobody's decision"],
  ].filter(([, value]) => value);
  return element(
    "dl",
    { class: "fields" },
    lines.map(([name, value]) =>
      element(
        "div",
        {},
        element("dt", {}, name ?? ""),
        element("dd", { dir: "auto" }, shown(value)),
      ),
    ),
  );
}

/** @param {any} told */
function restorations(told) {
  const found = told.restorations ?? [];
  if (found.length === 0) return null;
  return element(
    "section",
    {},
    element("h3", {}, "Back again"),
    element(
      "ul",
      {},
      found.map((/** @type {any} */ one) =>
        element(
          "li",
          { dir: "auto" },
          shown(
            `${time(one.moment)}: ${[one.operator, one.region_name ?? one.region].filter(Boolean).join(", ") || "everywhere"}`,
          ),
        ),
      ),
    ),
  );
}
