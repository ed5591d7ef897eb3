/** Where: countries by how many reports, regions as dots. No tiles: nothing is fetched. */

import { drawing, element, fillWith } from "../element.js";
import { shown } from "../hidden.js";
import { countRow, makeTable, scrolling } from "../table.js";
import { counted } from "../words.js";
import { loadWorld, place, WHOLE } from "../world.js";

const SHADES = 5;

/**
 * @param {HTMLElement} view
 * @param {import("../desk.js").Desk} desk
 * @returns {import("../desk.js").Shown}
 */
export function showMap(view, desk) {
  const stopped = new AbortController();
  const heading = element("h2", { tabindex: -1 }, "Map");
  const body = element("div", {}, element("p", {}, "Drawing …"));
  fillWith(view, heading, body);
  load();

  async function load() {
    try {
      const conditions = desk.filters.conditions;
      const [paths, told] = await Promise.all([
        loadWorld(),
        desk.api.get("/api/map", conditions, stopped.signal),
      ]);
      const chosen = conditions.country;
      fillWith(
        body,
        element(
          "p",
          {},
          chosen
            ? element(
                "button",
                {
                  type: "button",
                  onclick: () => desk.filters.set({ ...conditions, country: "", region: "" }),
                },
                "← The whole world",
              )
            : "Darker is more reports; a dot is a region, at its middle. Choose a country to come nearer.",
        ),
        element(
          "div",
          { class: "halves map" },
          draw(paths, told, chosen, desk),
          tables(told, desk),
        ),
      );
    } catch (error) {
      desk.fail(error);
    }
  }

  return { focus: () => heading.focus(), leave: () => stopped.abort() };
}

/**
 * @param {Record<string, string>} paths
 * @param {any} told
 * @param {string | undefined} chosen
 * @param {import("../desk.js").Desk} desk
 */
function draw(paths, told, chosen, desk) {
  const counts = /** @type {Record<string, number>} */ (told.countries ?? {});
  const most = Math.max(1, ...Object.values(counts));
  const shapes = Object.entries(paths).map(([code, d]) => {
    const number = counts[code] ?? 0;
    const shade =
      number === 0 ? 0 : 1 + Math.floor((SHADES - 1) * (Math.log(number + 1) / Math.log(most + 1)));
    return drawing(
      "path",
      {
        d,
        class: `country shade-${shade}${code === chosen ? " chosen" : ""}`,
        "data-code": code,
        onclick: () => code !== "-" && choose(desk, { country: code, region: "" }),
      },
      drawing("title", {}, `${code}: ${counted(number, "report")}`),
    );
  });
  const box = chosen && paths[chosen] ? around(paths[chosen] ?? "") : WHOLE;
  const largest = Math.max(
    1,
    ...(told.regions ?? []).map((/** @type {any} */ region) => region.reports),
  );
  const dots = (told.regions ?? []).map((/** @type {any} */ region) => {
    const { x, y } = place(region.lat, region.lon);
    const r = (box.width / 900) * (4 + 14 * Math.sqrt(region.reports / largest));
    return drawing(
      "circle",
      {
        class: "dot",
        cx: x,
        cy: y,
        r,
        onclick: () => choose(desk, { country: region.region.slice(0, 2), region: region.region }),
      },
      drawing("title", {}, `${region.name ?? region.region}: ${counted(region.reports, "report")}`),
    );
  });
  return drawing(
    "svg",
    {
      class: "world",
      viewBox: `${box.x} ${box.y} ${box.width} ${box.height}`,
      "aria-hidden": "true",
      focusable: "false",
    },
    shapes,
    dots,
  );
}

/**
 * The box around a country's largest island, with room. A country on both sides of the date line
 * is shown by the side that is larger.
 * @param {string} path
 */
function around(path) {
  const boxes = path
    .split("M")
    .slice(1)
    .map((ring) => {
      const numbers = (ring.match(/-?\d+/g) ?? []).map(Number);
      let [x = 0, y = 0] = numbers;
      let [left, right, top, bottom] = [x, x, y, y];
      for (let at = 2; at + 1 < numbers.length; at += 2) {
        x += numbers[at] ?? 0;
        y += numbers[at + 1] ?? 0;
        left = Math.min(left, x);
        right = Math.max(right, x);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y);
      }
      return { left, right, top, bottom, area: (right - left) * (bottom - top) };
    })
    .sort((a, b) => b.area - a.area);
  const largest = boxes[0];
  if (!largest) return WHOLE;
  const near = boxes.filter(
    ({ left, right, area }) =>
      area > largest.area / 50 && right > largest.left - 2_000 && left < largest.right + 2_000,
  );
  const left = Math.min(...near.map((box) => box.left));
  const right = Math.max(...near.map((box) => box.right));
  const top = Math.min(...near.map((box) => box.top));
  const bottom = Math.max(...near.map((box) => box.bottom));
  const room = 0.08 * Math.max(right - left, bottom - top, 100);
  return {
    x: left - room,
    y: top - room,
    width: right - left + 2 * room,
    height: bottom - top + 2 * room,
  };
}

/**
 * @param {any} told
 * @param {import("../desk.js").Desk} desk
 */
function tables(told, desk) {
  const names = new Map(desk.state.countries.map(({ code, name }) => [code, name]));
  const countries = Object.entries(
    /** @type {Record<string, number>} */ (told.countries ?? {}),
  ).sort((a, b) => b[1] - a[1]);
  const regions = [...(told.regions ?? [])].sort((a, b) => b.reports - a.reports).slice(0, 300);
  return scrolling(
    "The map as tables",
    [
      table(
        "Countries",
        countries.map(([code, number]) =>
          countRow(shown(names.get(code) ?? code), number, () =>
            choose(desk, { country: code, region: "" }),
          ),
        ),
      ),
      table(
        "Regions",
        regions.map(({ region, name, reports }) =>
          countRow(shown(`${name ?? region}, ${region.slice(0, 2)}`), reports, () =>
            choose(desk, { country: region.slice(0, 2), region }),
          ),
        ),
      ),
    ],
    { tall: true },
  );
}

/**
 * @param {string} caption
 * @param {HTMLElement[]} rows
 */
function table(caption, rows) {
  return makeTable(["Name", { title: "Reports", number: true }], rows, { caption });
}

/**
 * @param {import("../desk.js").Desk} desk
 * @param {Record<string, string>} wanted
 */
function choose(desk, wanted) {
  desk.filters.set({ ...desk.filters.conditions, ...wanted });
}
