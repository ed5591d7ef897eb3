/** One report: what it says, where it came from, and what keyholders added to it. */

import { element, fillWith } from "../element.js";
import { shown } from "../hidden.js";
import { makeTable, scrolling } from "../table.js";
import { counted, FIELDS, time, word } from "../words.js";
import { showAdditions } from "./additions.js";
import { showAttachments } from "./attachments.js";
import { makeLinks } from "./links.js";

const OWN_PLACE = new Set(["text", "raw", "chan", "auth", "seq", "part", "tag", "parsed"]);

/**
 * @param {HTMLElement} view
 * @param {import("../desk.js").Desk} desk
 * @param {{id: string, at?: string}} wanted
 * @returns {import("../desk.js").Shown}
 */
export function showReport(view, desk, wanted) {
  const stopped = new AbortController();
  const heading = element("h2", { tabindex: -1 }, "Report ", element("code", {}, wanted.id));
  const body = element("div", { class: "report" }, element("p", {}, "Opening …"));
  fillWith(
    view,
    element(
      "p",
      {},
      element("button", { type: "button", onclick: () => desk.go("list") }, "← All reports"),
    ),
    heading,
    body,
  );
  load();

  async function load() {
    try {
      const told = await desk.api.get(`/api/reports/${wanted.id}`, {}, stopped.signal);
      told.report = withoutKeys(told.report ?? {});
      for (const copy of told.copies ?? []) copy.report = withoutKeys(copy.report);
      fillWith(
        body,
        warn(told),
        element("div", { class: "halves" }, [
          element("div", {}, says(told), copies(told)),
          element(
            "div",
            {},
            words(told),
            showAttachments(told, desk, stopped.signal),
            showAdditions(told, desk, load),
            origin(told),
            makeLinks(told.links),
          ),
        ]),
      );
      if (wanted.at === "tags") body.querySelector("input")?.focus();
    } catch (error) {
      desk.fail(error);
    }
  }

  return { focus: () => heading.focus(), leave: () => stopped.abort() };
}

/**
 * Attachments have a list of their own, and their keys are nothing to read over a shoulder.
 *
 * @param {any} report
 */
function withoutKeys(report) {
  const { evidence, ...others } = report;
  const { blobs: _, ...rest } = evidence ?? {};
  return Object.keys(rest).length > 0 ? { ...others, evidence: rest } : others;
}

/** @param {any} told */
function warn(told) {
  const lines = [];
  if (told.shortened)
    lines.push(
      `Too many long reports came to hold them all: of this one the beginnings of its texts are here. “keyholder show ${told.id}” prints all of it.`,
    );
  if (told.conflicts?.length) {
    lines.push(`Its copies contradict each other in: ${told.conflicts.map(title).join(", ")}.`);
  }
  if (told.missing_parts?.length)
    lines.push(`Parts that have not come: ${told.missing_parts.join(", ")}.`);
  for (const suspect of told.suspects ?? [])
    lines.push(`Part of what looks made: ${suspect}. Unverified is not denied.`);
  return (
    lines.length > 0 &&
    element(
      "div",
      { class: "warning" },
      lines.map((line) => element("p", {}, shown(line))),
    )
  );
}

/** @param {any} told */
function says(told) {
  const report = told.report ?? {};
  const named = [...FIELDS.keys()].filter((name) => name in report);
  const others = Object.keys(report).filter((name) => !FIELDS.has(name) && !OWN_PLACE.has(name));
  const conflicts = new Set(told.conflicts ?? []);
  return element(
    "section",
    {},
    element("h3", {}, "What it says"),
    element(
      "dl",
      { class: "fields" },
      [...named, ...others].map((name) =>
        element(
          "div",
          { class: conflicts.has(name) ? "conflict" : "" },
          element("dt", {}, title(name)),
          element("dd", { dir: "auto" }, value(report[name], naming(told, name))),
        ),
      ),
    ),
  );
}

/** @param {any} told */
function words(told) {
  const report = told.report ?? {};
  const texts = [
    ["Text", report.text],
    ["As it came", report.raw],
  ].filter(([, text]) => text);
  return element(
    "section",
    {},
    element("h3", {}, "In their words"),
    texts.length === 0 && element("p", { class: "soft" }, "No words, fields alone."),
    texts.map(([name, text]) =>
      element(
        "figure",
        {},
        element("figcaption", {}, name ?? ""),
        element("blockquote", { dir: "auto" }, shown(text)),
      ),
    ),
  );
}

/** @param {any} told */
function copies(told) {
  const found = told.copies ?? [];
  if (found.length < 2) return null;
  const names = [...new Set(found.flatMap((/** @type {any} */ copy) => Object.keys(copy.report)))];
  return element(
    "section",
    {},
    element("h3", {}, `${counted(found.length, "copy", "copies")} side by side`),
    scrolling(
      "Copies side by side",
      makeTable(
        ["Field", ...found.map((/** @type {any} */ copy) => `${word(copy.channel)} ${copy.index}`)],
        names.map((name) => copyRow(name, found)),
      ),
    ),
  );
}

/**
 * @param {string} name
 * @param {any[]} found
 */
function copyRow(name, found) {
  const said = new Set(
    found.filter((copy) => name in copy.report).map((copy) => JSON.stringify(copy.report[name])),
  );
  return element(
    "tr",
    { class: said.size > 1 ? "conflict" : "" },
    element("th", { scope: "row" }, title(name)),
    found.map((copy) =>
      element("td", { dir: "auto" }, name in copy.report ? value(copy.report[name]) : "–"),
    ),
  );
}

/** @param {any} told */
function origin(told) {
  return element(
    "section",
    {},
    element("h3", {}, "Where it came from"),
    element(
      "p",
      {},
      `Received ${told.received}, by ${(told.channels ?? []).map(word).join(", ") || "an unknown channel"}.`,
    ),
    scrolling(
      "Envelopes",
      makeTable(
        ["Index", "Day", "Channel", "Provider's signature", "Epoch", "Suite", "Envelope"],
        (told.envelopes ?? []).map((/** @type {any} */ one) =>
          element(
            "tr",
            {},
            [one.index, one.received, word(one.channel), one.auth ?? "–", one.epoch, one.suite].map(
              (cell) => element("td", {}, shown(cell)),
            ),
            element("td", {}, element("code", { class: "id" }, one.id)),
          ),
        ),
      ),
    ),
    element(
      "p",
      { class: "soft" },
      "A provider's signature says that the provider sent it, never who wrote it: numbers can be forged.",
    ),
  );
}

/**
 * @param {any} told
 * @param {string} name of a field
 * @returns {string | undefined} what its code means
 */
function naming(told, name) {
  const words = { cc: told.country_name, region: told.region_name }[name];
  return words && words !== told.report[name] ? words : undefined;
}

/** @param {string} name */
function title(name) {
  return FIELDS.get(name) ?? word(name);
}

/**
 * @param {unknown} told
 * @param {string} [name] in words, where the server has one
 * @returns {(string | Node)[]}
 */
function value(told, name) {
  if (Array.isArray(told)) return told.flatMap((one, at) => [at > 0 ? ", " : "", ...value(one)]);
  if (told !== null && typeof told === "object") {
    return [
      element(
        "ul",
        { class: "plain" },
        Object.entries(told).map(([key, one]) =>
          element("li", {}, shown(word(key)), ": ", value(one)),
        ),
      ),
    ];
  }
  const text = typeof told === "string" ? time(word(told)) : String(told);
  return [...shown(text), name ? ` (${name})` : ""];
}
