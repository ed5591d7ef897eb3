/** How many reports when: bars, and the same as a table. */

import { drawing, element, fillWith } from "../element.js";
import { countRow, makeTable, scrolling } from "../table.js";
import { counted } from "../words.js";

const WIDTH = 1200;
const HEIGHT = 260;
const FOOT = 26;

/**
 * @param {HTMLElement} view
 * @param {import("../desk.js").Desk} desk
 * @returns {import("../desk.js").Shown}
 */
export function showTimeline(view, desk) {
  const stopped = new AbortController();
  const heading = element("h2", { tabindex: -1 }, "Timeline");
  const body = element("div", {}, element("p", {}, "Counting …"));
  fillWith(view, heading, body);
  load();

  async function load() {
    try {
      const told = await desk.api.get("/api/timeline", desk.filters.conditions, stopped.signal);
      const bins = told.bins.map((/** @type {any} */ bin) => ({
        ...bin,
        at: Date.parse(bin.at) / 1000,
      }));
      if (bins.length === 0) {
        fillWith(body, element("p", {}, "No report is like that."));
        return;
      }
      fillWith(
        body,
        element(
          "p",
          {},
          `${counted(sum(bins), "report")} in steps of ${step(told.step)}. A bar narrows the filters to its time.${told.elsewhen ? ` ${counted(told.elsewhen, "report")} more claim a time that cannot be.` : ""}`,
        ),
        draw(bins, told.step, desk),
        twin(bins, told.step, desk),
      );
    } catch (error) {
      desk.fail(error);
    }
  }

  return { focus: () => heading.focus(), leave: () => stopped.abort() };
}

/**
 * @param {any[]} bins
 * @param {number} seconds
 * @param {import("../desk.js").Desk} desk
 */
function draw(bins, seconds, desk) {
  const most = Math.max(...bins.map(({ reports }) => reports), 1);
  const first = bins[0].at;
  const last = bins[bins.length - 1].at + seconds;
  const scale = WIDTH / Math.max(1, last - first);
  const width = Math.max(1.5, seconds * scale - 1);
  const bars = bins.map(({ at, reports }) => {
    const height = Math.max(reports > 0 ? 2 : 0, (reports / most) * (HEIGHT - FOOT - 18));
    return drawing(
      "rect",
      {
        class: "bar",
        x: (at - first) * scale,
        y: HEIGHT - FOOT - height,
        width,
        height,
        onclick: () => narrow(desk, at, seconds),
      },
      drawing("title", {}, `${day(at)}: ${counted(reports, "report")}`),
    );
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const anchor = part === 0 ? "start" : part === 1 ? "end" : "middle";
    return drawing(
      "text",
      { x: part * WIDTH, y: HEIGHT - 6, "text-anchor": anchor },
      day(first + part * (last - first)),
    );
  });
  return drawing(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      class: "timeline",
      "aria-hidden": "true",
      focusable: "false",
    },
    drawing("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT }),
    drawing("text", { x: 0, y: 12 }, `most in one bar: ${most.toLocaleString("en")}`),
    bars,
    ticks,
  );
}

/**
 * @param {any[]} bins
 * @param {number} seconds
 * @param {import("../desk.js").Desk} desk
 */
function twin(bins, seconds, desk) {
  const told = bins.filter(({ reports }) => reports > 0);
  const largest = [...told].sort((a, b) => b.reports - a.reports).slice(0, 200);
  const rows = largest.sort((a, b) => a.at - b.at);
  return element(
    "details",
    { open: true },
    element(
      "summary",
      {},
      told.length > rows.length ? `The ${rows.length} largest as a table` : "As a table",
    ),
    scrolling(
      "Timeline as a table",
      makeTable(
        ["From", { title: "Reports", number: true }],
        rows.map(({ at, reports }) =>
          countRow([day(at)], reports, () => narrow(desk, at, seconds)),
        ),
      ),
      { tall: true },
    ),
  );
}

/**
 * @param {import("../desk.js").Desk} desk
 * @param {number} at
 * @param {number} seconds
 */
function narrow(desk, at, seconds) {
  // Both days belong to what is asked for.
  desk.filters.set({ ...desk.filters.conditions, since: day(at), until: day(at + seconds - 1) });
}

/** @param {any[]} bins */
function sum(bins) {
  return bins.reduce((all, { reports }) => all + reports, 0);
}

/** @param {number} moment Unix seconds */
function day(moment) {
  const date = new Date(moment * 1000);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}

/** @param {number} seconds */
function step(seconds) {
  if (seconds < 86_400) return counted(Math.round(seconds / 3600), "hour");
  return counted(Math.round(seconds / 86_400), "day");
}
