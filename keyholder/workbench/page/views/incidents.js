/** All incidents: suggested by a rule, or put together by people. */

import { element, fillWith } from "../element.js";
import { shown } from "../hidden.js";
import { whenReady } from "../ready.js";
import { linking, makeTable, scrolling } from "../table.js";
import { counted, time, word } from "../words.js";

const PAGE = 100;
const SORTS = [
  ["since", "newest first"],
  ["reports", "most reports"],
  ["independent", "most independent reports"],
];

/**
 * @param {HTMLElement} view
 * @param {import("../desk.js").Desk} desk
 * @returns {import("../desk.js").Shown}
 */
export function showIncidents(view, desk) {
  const stopped = new AbortController();
  const heading = element("h2", { tabindex: -1 }, "Incidents");
  const sort = element(
    "select",
    { onchange: () => load(0) },
    SORTS.map(([name, title]) => element("option", { value: name }, title ?? "")),
  );
  const body = element("div", {}, element("p", {}, "Putting together …"));
  fillWith(
    view,
    heading,
    element(
      "p",
      { class: "soft" },
      "What is marked “suggested” was put together by a rule, and is nobody's decision. Unverified is not denied.",
    ),
    element(
      "div",
      { class: "line" },
      element("label", {}, "Sort by ", sort),
      element(
        "button",
        { type: "button", onclick: () => desk.go("history") },
        "Who did what, and undo",
      ),
    ),
    body,
  );
  load(0);

  /** @param {number} after */
  async function load(after) {
    try {
      const query = { ...desk.filters.conditions, sort: sort.value, after, limit: PAGE };
      const told = await whenReady(
        () => desk.api.get("/api/incidents", query, stopped.signal),
        stopped.signal,
        () => fillWith(body, element("p", {}, "The rule is still looking at all reports …")),
      );
      fillWith(
        body,
        element(
          "p",
          { role: "status" },
          told.total === 0 ? "No incident is like that." : counted(told.total, "incident"),
        ),
        told.total > 0 && table(told.rows, desk),
        turn(after, told.total, load),
      );
    } catch (error) {
      desk.fail(error);
    }
  }

  return { focus: () => heading.focus(), leave: () => stopped.abort() };
}

/**
 * @param {any[]} rows
 * @param {import("../desk.js").Desk} desk
 */
function table(rows, desk) {
  return scrolling(
    "Incidents",
    makeTable(
      ["Incident", "Since", "Until", "Status", "Reports", "Independent", "Confidence", ""],
      rows.map((row) =>
        element(
          "tr",
          {},
          element(
            "th",
            { scope: "row", dir: "auto" },
            linking(() => desk.go("incident", { id: row.id }), shown(row.title || row.id)),
          ),
          element("td", { class: "moment" }, shown(time(row.since))),
          element("td", { class: "moment" }, shown(time(row.until))),
          element("td", {}, word(row.status)),
          element("td", { class: "number" }, Number(row.reports).toLocaleString("en")),
          element("td", { class: "number" }, Number(row.independent).toLocaleString("en")),
          element("td", {}, word(row.grade)),
          element(
            "td",
            {},
            element(
              "span",
              { class: row.confirmed ? "stamp" : "stamp guess" },
              row.confirmed ? "by people" : "suggested",
            ),
          ),
        ),
      ),
      { class: "incidents" },
    ),
  );
}

/**
 * @param {number} after
 * @param {number} total
 * @param {(after: number) => void} load
 */
function turn(after, total, load) {
  if (total <= PAGE) return null;
  const last = Math.min(after + PAGE, total);
  return element(
    "p",
    { class: "line" },
    element(
      "button",
      { type: "button", disabled: after === 0, onclick: () => load(after - PAGE) },
      "← Before",
    ),
    `${after + 1} to ${last} of ${total.toLocaleString("en")}`,
    element(
      "button",
      { type: "button", disabled: last >= total, onclick: () => load(after + PAGE) },
      "After →",
    ),
  );
}
