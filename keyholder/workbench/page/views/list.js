/** All reports as lines. Only what is seen is in the page, so that 100,000 are no more than 100. */

import { element, fillWith } from "../element.js";
import { counted } from "../words.js";
import { COLUMNS, cell, rowId } from "./cells.js";

const HEIGHT = 34; // pixels of a row, as style.css has it
const PAGE = 100; // rows that are asked for at once
const SPARE = 8; // rows kept above and below what is seen
const KEPT_PAGES = 40;

/**
 * @param {HTMLElement} view
 * @param {import("../desk.js").Desk} desk
 * @returns {import("../desk.js").Shown}
 */
export function showList(view, desk) {
  /** @type {Map<number, any[]>} page number -> its rows */
  const pages = new Map();
  /** @type {Map<number, Promise<void>>} */
  const asked = new Map();
  let total = 0;
  let turn = 0; // rises when all rows are asked for anew
  let current = desk.remembered.row ?? 0;
  const stopped = new AbortController();

  const count = element("p", { class: "count", role: "status" }, "Searching …");
  const marks = element("p", { class: "marks" });
  const head = element(
    "div",
    { role: "row", class: "row head", "aria-rowindex": 1 },
    element(
      "span",
      { role: "columnheader", class: "mark" },
      element("span", { class: "unseen" }, "Marked"),
    ),
    COLUMNS.map(([name, title]) =>
      element("span", { role: "columnheader", class: name ?? "" }, title),
    ),
  );
  const body = element("div", { role: "rowgroup", class: "rows" });
  const grid = element(
    "div",
    {
      role: "grid",
      class: "grid",
      tabindex: 0,
      "aria-label": "Reports",
      "aria-multiselectable": "true",
      onscroll: draw,
      onkeydown: press,
    },
    element("div", { role: "rowgroup", class: "headgroup" }, head),
    body,
  );
  fillWith(
    view,
    element("h2", {}, "Reports"),
    element("div", { class: "line" }, count, marks),
    grid,
  );
  if (desk.remembered.id) renew(desk.remembered.id).then(() => choose(current));
  else ask(0);
  showMarks();

  /**
   * @param {number} page
   * @returns {Promise<void>} once its rows are here, or could not be had
   */
  function ask(page) {
    const known = asked.get(page) ?? fetchRows(page);
    asked.set(page, known);
    return known;
  }

  /** @param {number} page */
  async function fetchRows(page) {
    const asking = turn;
    try {
      const query = { ...desk.filters.conditions, after: page * PAGE, limit: PAGE };
      const answer = await desk.api.get("/api/reports", query, stopped.signal);
      if (asking !== turn) return;
      take(page, answer);
      draw();
    } catch (error) {
      if (asking === turn) asked.delete(page);
      desk.fail(error);
    }
  }

  /**
   * More reports are here: asks for all anew. Who reads stays at the report where she is, and what
   * she sees stays where it is on the screen, unless she is at the very top.
   * @param {string} [id] of the report to be at
   */
  async function renew(id = rowAt(current)?.id) {
    turn += 1;
    const asking = turn;
    try {
      const query = { ...desk.filters.conditions, after: 0, limit: PAGE, row_of: id };
      const answer = await desk.api.get("/api/reports", query, stopped.signal);
      if (asking !== turn) return;
      const moved = (answer.row ?? current) - current;
      pages.clear();
      asked.clear();
      asked.set(0, Promise.resolve());
      current += moved;
      take(0, answer);
      remember();
      if (grid.scrollTop > 0) grid.scrollTop += moved * HEIGHT;
      draw();
    } catch (error) {
      desk.fail(error);
    }
  }

  /**
   * @param {number} page
   * @param {any} answer
   */
  function take(page, answer) {
    total = answer.total;
    pages.set(page, answer.rows);
    if (pages.size > KEPT_PAGES) forget(page);
    current = Math.min(current, Math.max(0, total - 1));
    count.textContent = total === 0 ? nothing() : counted(total, "report");
    grid.setAttribute("aria-rowcount", String(total + 1));
    body.style.setProperty("height", `${total * HEIGHT}px`);
  }

  function nothing() {
    return desk.state.reports === 0 ? "No report has come yet." : "No report is like that.";
  }

  function remember() {
    desk.remembered = { row: current, id: rowAt(current)?.id };
  }

  /** @param {number} near */
  function forget(near) {
    const farthest = [...pages.keys()].sort((a, b) => Math.abs(b - near) - Math.abs(a - near))[0];
    if (farthest === undefined) return;
    pages.delete(farthest);
    asked.delete(farthest);
  }

  function draw() {
    const first = Math.max(0, Math.floor(grid.scrollTop / HEIGHT) - SPARE);
    const last = Math.min(total - 1, first + Math.ceil(grid.clientHeight / HEIGHT) + 2 * SPARE);
    const rows = [];
    for (let at = first; at <= last; at += 1) {
      const page = Math.floor(at / PAGE);
      const row = pages.get(page)?.[at % PAGE];
      if (!row) ask(page);
      rows.push(makeRow(at, row));
    }
    fillWith(body, rows);
    const active = rows.some((row) => row.id === rowId(current));
    if (active) grid.setAttribute("aria-activedescendant", rowId(current));
    else grid.removeAttribute("aria-activedescendant");
  }

  /**
   * @param {number} at
   * @param {any} row undefined while it is asked for
   */
  function makeRow(at, row) {
    const marked = row && desk.marked.has(row.id);
    const made = element(
      "div",
      {
        role: "row",
        id: rowId(at),
        class: `row${at === current ? " current" : ""}${marked ? " marked" : ""}`,
        "aria-rowindex": at + 2,
        "aria-selected": marked ? "true" : "false",
        onclick: () => choose(at),
        ondblclick: () => open(at),
      },
      element(
        "span",
        { role: "gridcell", class: "mark", onclick: () => mark(at) },
        marked ? "✓" : "·",
        element("span", { class: "unseen" }, marked ? "marked" : "not marked"),
      ),
      row
        ? COLUMNS.map(([name]) =>
            element(
              "span",
              { role: "gridcell", class: name ?? "", dir: "auto" },
              cell(row, name ?? ""),
            ),
          )
        : element("span", { role: "gridcell", class: "soft" }, "…"),
    );
    made.style.setProperty("transform", `translateY(${at * HEIGHT}px)`);
    return made;
  }

  /** @param {number} at */
  function choose(at) {
    current = Math.max(0, Math.min(total - 1, at));
    remember();
    const top = current * HEIGHT;
    const room = grid.clientHeight - 2 * HEIGHT;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top > grid.scrollTop + room) grid.scrollTop = top - room;
    draw();
  }

  /** @param {number} at */
  function mark(at) {
    const id = rowAt(at)?.id;
    if (!id) return;
    if (desk.marked.has(id)) desk.marked.delete(id);
    else desk.marked.add(id);
    showMarks();
    draw();
  }

  function showMarks() {
    const number = desk.marked.size;
    fillWith(
      marks,
      number === 0
        ? "x marks a report, m puts the marked ones together."
        : [
            `${counted(number, "report")} marked `,
            element(
              "button",
              { type: "button", onclick: () => desk.mergeMarked() },
              "Put together ",
              element("kbd", {}, "m"),
            ),
            element(
              "button",
              {
                type: "button",
                onclick: () => {
                  desk.marked.clear();
                  showMarks();
                  draw();
                },
              },
              "Unmark all",
            ),
          ],
    );
  }

  /** @param {number} at */
  function rowAt(at) {
    return pages.get(Math.floor(at / PAGE))?.[at % PAGE];
  }

  /** @param {number} at its row may not be here yet: a fast hand is ahead of it */
  async function open(at) {
    await ask(Math.floor(at / PAGE));
    const row = rowAt(at);
    if (row && !stopped.signal.aborted) desk.go("report", { id: row.id });
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const screen = Math.max(1, Math.floor(grid.clientHeight / HEIGHT) - 2);
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowDown: () => choose(current + 1),
      j: () => choose(current + 1),
      ArrowUp: () => choose(current - 1),
      k: () => choose(current - 1),
      PageDown: () => choose(current + screen),
      PageUp: () => choose(current - screen),
      Home: () => choose(0),
      End: () => choose(total - 1),
      Enter: () => open(current),
      x: () => mark(current),
      " ": () => mark(current),
      t: () => {
        const row = rowAt(current);
        if (row) desk.go("report", { id: row.id, at: "tags" });
      },
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  return {
    focus: () => grid.focus(),
    leave: () => stopped.abort(),
    renew,
  };
}
