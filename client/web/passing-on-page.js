/** Passing on: sealed reports leave with somebody who travels, or come from somebody and are sent here. */

import { choosePassable, takeFile, writeCarried } from "./carried.js";
import { openDepot } from "./depot.js";
import { element, icon } from "./element.js";
import { sayBytes } from "./measures.js";
import { saveFile } from "./saving.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./depot.js").Depot} Depot */

/** Of the file: it says nothing of what is in it. */
const FILE_NAME = "data.bin";

/** @type {import("./frame.js").Screen} */
export const screen = {
  title: "app.pass.title",
  icon: "share",
  body: async (app) => {
    const depot = await openDepot();
    const passable = choosePassable(await depot.outbox.waiting());
    return [drawGiving(app, depot, passable), drawTaking(app, depot)];
  },
};

/**
 * @param {App} app
 * @param {Depot} depot
 * @param {ReturnType<typeof choosePassable>} passable
 */
function drawGiving(app, depot, passable) {
  const { words } = app;
  const { reports, blobs, bytes } = passable;
  const head = [
    element("h2", {}, words.text("app.pass.give")),
    element("p", {}, words.text("app.pass.give.what")),
  ];
  if (reports.length + blobs.length === 0) {
    return element(
      "section",
      { class: "stack" },
      head,
      element("p", { class: "hint", id: "none" }, words.text("app.pass.none")),
    );
  }
  const withFiles = element("input", {
    type: "checkbox",
    id: "with-files",
    autocomplete: "off",
    checked: reports.length === 0,
  });
  const gather = () =>
    writeCarried(depot.outbox, withFiles.checked ? passable : { reports, blobs: [] });
  return element(
    "section",
    { class: "stack" },
    head,
    blobs.length > 0 &&
      element(
        "label",
        { class: "tick" },
        withFiles,
        element("span", {}, words.nodes("app.pass.files", { size: sayBytes(words, bytes) })),
      ),
    element(
      "button",
      {
        type: "button",
        id: "save",
        class: "main-way wide",
        onclick: async () => {
          saveFile(await gather(), FILE_NAME);
          app.say(words.text("app.pass.saved"));
        },
      },
      icon("file"),
      element("span", {}, words.nodes("app.pass.save", { number: reports.length })),
    ),
    canShare() &&
      element(
        "button",
        { type: "button", id: "share", class: "plain wide", onclick: () => void share(gather) },
        icon("share"),
        element("span", {}, words.text("app.pass.share")),
      ),
    reports.length > 0 &&
      element(
        "button",
        { type: "button", id: "to-codes", class: "plain wide", onclick: () => app.go("codes") },
        icon("codes"),
        element("span", {}, words.text("app.pass.codes")),
      ),
  );
}

/** @returns {boolean} whether the phone's own way of handing files on takes such a file */
function canShare() {
  return navigator.canShare?.({ files: [new File([], FILE_NAME)] }) ?? false;
}

/** @param {() => Promise<Blob>} gather */
async function share(gather) {
  const file = new File([await gather()], FILE_NAME, { type: "application/octet-stream" });
  // Turned down by the person or the phone: the file can still be saved.
  await navigator.share({ files: [file] }).catch(() => undefined);
}

/**
 * @param {App} app
 * @param {Depot} depot
 */
function drawTaking(app, depot) {
  const { words } = app;
  const input = element("input", {
    type: "file",
    id: "take-file",
    class: "unseen",
    autocomplete: "off",
    onchange: async () => {
      const file = input.files?.[0];
      if (!file) return;
      app.say(words.text("app.pass.working"));
      const said = await takeFile(depot.outbox, file).then(
        (taken) => sayTaken(app, taken),
        () => words.text("app.fault.unreadable"),
      );
      app.say(said);
      input.value = "";
    },
  });
  return element(
    "section",
    { class: "stack" },
    element("h2", {}, words.text("app.pass.take")),
    element("p", {}, words.text("app.pass.take.what")),
    element(
      "label",
      { class: "button plain wide" },
      input,
      icon("file"),
      element("span", {}, words.text("app.pass.file")),
    ),
    element(
      "button",
      { type: "button", id: "to-scan", class: "plain wide", onclick: () => app.go("scan") },
      icon("photo"),
      element("span", {}, words.text("app.pass.camera")),
    ),
  );
}

/**
 * @param {App} app
 * @param {import("./carried.js").Taken} taken
 */
function sayTaken({ words }, { reports, files, refused, full }) {
  const lines = [
    reports + files > 0
      ? words.text("app.pass.took", { reports, files })
      : words.text("app.pass.nothing"),
    refused > 0 && reports + files > 0 ? words.text("app.pass.some", { number: refused }) : "",
    full ? words.text("app.pass.full") : "",
  ];
  return lines.filter(Boolean).join(" ");
}
