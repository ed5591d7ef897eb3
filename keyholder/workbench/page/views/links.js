/** Links to measurements: made, and never fetched unasked. */

import { element } from "../element.js";

/** @type {Record<string, string>} */
const NAMES = { ooni: "OONI Explorer: what was blocked", ioda: "IODA: what was cut" };

/** @param {Record<string, string> | undefined} links */
export function makeLinks(links) {
  const found = Object.entries(links ?? {}).filter(([, address]) => address.startsWith("https://"));
  if (found.length === 0) return null;
  return element(
    "section",
    {},
    element("h3", {}, "Compare with measurements"),
    element(
      "p",
      { class: "soft" },
      "Opening one tells that service, and whoever watches your network, which country and time you are interested in.",
    ),
    element(
      "ul",
      { class: "plain" },
      found.map(([name, address]) =>
        element(
          "li",
          {},
          element(
            "details",
            {},
            element("summary", {}, NAMES[name] ?? name),
            element("p", {}, element("code", { class: "address" }, address)),
            element(
              "p",
              {},
              element(
                "a",
                { href: address, target: "_blank", rel: "noreferrer noopener" },
                "Open it in a new tab",
              ),
            ),
          ),
        ),
      ),
    ),
  );
}
