/** A QR code as a drawing: black on white with its margin, in dark mode too, for other phones to read. */

import { encodeQR } from "../vendor/qr/index.js";

const SVG = "http://www.w3.org/2000/svg";
/** Light modules around the code (ISO/IEC 18004, 5.3.8). */
const MARGIN = 4;

/**
 * @param {string} text of lib/passing-on/qr-text.js
 * @param {string} label what it shows, for those who cannot see it
 * @returns {SVGSVGElement}
 */
export function drawQr(text, label) {
  const rows = encodeQR(text, "raw", { ecc: "low", encoding: "alphanumeric", border: MARGIN });
  const size = rows.length;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "qr");
  svg.setAttribute("viewBox", `0 0 ${size} ${size}`);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  const ground = document.createElementNS(SVG, "rect");
  ground.setAttribute("width", String(size));
  ground.setAttribute("height", String(size));
  ground.setAttribute("fill", "#ffffff");
  const dark = document.createElementNS(SVG, "path");
  dark.setAttribute("d", tracePath(rows));
  dark.setAttribute("fill", "#000000");
  svg.append(ground, dark);
  return svg;
}

/**
 * @param {boolean[][]} rows
 * @returns {string} a path of one rectangle for each run of dark modules
 */
export function tracePath(rows) {
  let path = "";
  for (const [y, row] of rows.entries()) {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      let end = x;
      while (row[end]) end += 1;
      path += `M${x} ${y}h${end - x}v1h${x - end}z`;
      x = end;
    }
  }
  return path;
}
