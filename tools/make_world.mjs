/**
 * Prints the world's countries as SVG paths, from world-atlas (Natural Earth, public domain):
 * `[{"id": "104", "name": "Myanmar", "path": "M…"}]`. tools/make_world.py calls it.
 *
 * Mercator, in hundredths of a degree: x = (longitude + 180) * 100, y = (90 - m(latitude)) * 100
 * with m(l) = ln(tan(45° + l / 2)) in degrees. keyholder/workbench/page/world.js places dots alike.
 * d3-geo cuts what crosses the date line.
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const packages = pathToFileURL(`${process.argv[2]}/package.json`);
const require = createRequire(packages);
const { feature } = require("topojson-client");
const atlas = require("world-atlas/countries-50m.json");
const { geoMercator, geoPath } = await import(
  new URL("node_modules/d3-geo/src/index.js", packages).href
);

const TOP = 100; // units: about 84° north
const BOTTOM = 16_600; // about 60° south: Antarctica reports nothing, and would take half the map
const FINE = 14; // units: finer than any screen shows
const projection = geoMercator()
  .scale(36_000 / (2 * Math.PI))
  .translate([18_000, 9_000])
  .clipExtent([
    [0, TOP],
    [36_000, BOTTOM],
  ]);

/** Writes what d3 draws, in whole units from point to point, without what is too fine. */
function createPen() {
  let path = "";
  let start = [0, 0];
  let last = [0, 0];
  let line = "";
  return {
    moveTo(x, y) {
      start = [Math.round(x), Math.round(y)];
      last = start;
      line = "";
    },
    lineTo(x, y) {
      const [nextX, nextY] = [Math.round(x), Math.round(y)];
      if (Math.abs(nextX - last[0]) + Math.abs(nextY - last[1]) < FINE) return;
      line += `${nextX - last[0]} ${nextY - last[1]} `;
      last = [nextX, nextY];
    },
    closePath() {
      // An island smaller than that is a dot: whole countries are so small.
      path += `M${start[0]} ${start[1]}${line === "" ? "h6v6h-6" : `l${line.trim()}`}z`;
    },
    arc() {},
    result: () => path,
  };
}

const countries = feature(atlas, atlas.objects.countries).features.map((country) => {
  const pen = createPen();
  geoPath(projection, pen)(country);
  return { id: country.id ?? "", name: country.properties.name, path: pen.result() };
});
process.stdout.write(JSON.stringify(countries));
