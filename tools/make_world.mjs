/**
 * Prints the world's countries as SVG paths, from world-atlas (Natural Earth, public domain):
 * `[{"id": "104", "name": "Myanmar", "path": "M…"}]`. tools/make_world.py calls it.
 *
 * Mercator, in hundredths of a degree: x = (longitude + 180) * 100, y = (90 - m(latitude)) * 100
 * with m(l) = ln(tan(45° + l / 2)) in degrees. keyholder/workbench/page/world.js places dots alike.
 */

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const { feature } = require("topojson-client");
const atlas = require("world-atlas/countries-50m.json");

const SOUTH = -60; // degrees: Antarctica reports nothing, and would take half of the map
const NORTH = 84;

/** @param {[number, number]} point longitude and latitude in degrees */
function place([longitude, latitude]) {
  const kept = Math.min(NORTH, Math.max(SOUTH, latitude));
  const y = (Math.log(Math.tan(Math.PI / 4 + (kept * Math.PI) / 360)) * 180) / Math.PI;
  return [Math.round((longitude + 180) * 100), Math.round((90 - y) * 100)];
}

/** @param {[number, number][]} ring closed: its last point is its first */
function draw(ring) {
  const points = ring.map(place);
  const [start, ...rest] = points;
  const [x, y] = start;
  let path = "";
  let last = [x, y];
  for (const [nextX, nextY] of rest.slice(0, -1)) {
    const far = Math.abs(nextX - last[0]) + Math.abs(nextY - last[1]);
    if (far < 14) continue; // finer than any screen shows
    path += `${nextX - last[0]} ${nextY - last[1]} `;
    last = [nextX, nextY];
  }
  // An island smaller than that is a dot: whole countries are so small.
  return path === "" ? `M${x} ${y}h6v6h-6z` : `M${x} ${y}l${path.trim()}z`;
}

const countries = feature(atlas, atlas.objects.countries).features.map(
  ({ id, properties, geometry }) => {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const rings = polygons.flat().filter((ring) => ring.every(([, latitude]) => latitude > SOUTH));
    return { id: id ?? "", name: properties.name, path: rings.map(draw).join("") };
  },
);
process.stdout.write(JSON.stringify(countries));
