/** Photos, films and files that go with the report, and what evidence the person has beside them. */

import { choicesOf } from "../asking.js";
import { anyOf } from "../choices.js";
import { element, fillWith, icon } from "../element.js";
import { textField } from "../fields.js";
import { cleanFile, MOST_BYTES, MOST_FILES } from "../pictures.js";
import { findField, loadTable } from "../table.js";

/** @typedef {import("../frame.js").App} App */
/** @typedef {import("../draft.js").Attachment} Attachment */

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.files.title",
  icon: "photo",
  hint: "app.files.hint",
  body: async (app) => {
    const list = element("ul", { class: "stack", id: "files" });
    drawList(app, list);
    return [
      element("div", { class: "stack" }, drawPicker(app, list), list),
      await drawKinds(app),
      await drawLinks(app),
    ];
  },
};

/**
 * @param {App} app
 * @param {HTMLElement} list of what was chosen
 */
function drawPicker(app, list) {
  const picker = element("input", {
    type: "file",
    id: "files-picker",
    class: "unseen",
    autocomplete: "off",
    multiple: true,
    onchange: async () => {
      const chosen = [...(picker.files ?? [])];
      picker.value = ""; // the page keeps neither names nor paths
      await addFiles(app, list, chosen);
    },
  });
  return element(
    "div",
    { class: "picker" },
    picker,
    element(
      "label",
      { for: picker.id, class: "button plain wide" },
      icon("add"),
      element("span", {}, app.words.text("app.files.add")),
    ),
  );
}

/**
 * @param {App} app
 * @param {HTMLElement} list
 * @param {File[]} chosen
 */
async function addFiles(app, list, chosen) {
  const { words, draft } = app;
  list.setAttribute("aria-busy", "true");
  app.say(words.text("app.files.cleaning"));
  let refused = "";
  for (const file of chosen) {
    if (draft.files.length >= MOST_FILES) refused = "app.files.many";
    else if (file.size > MOST_BYTES) refused = "app.files.big";
    else if (file.size === 0) refused = "app.files.empty";
    else {
      const made = await cleanFile(file);
      const keepsSource = made.kind === "photo" && made.cleaned;
      draft.attach([...draft.files, keepsSource ? { ...made, source: file } : made]);
      drawList(app, list);
    }
  }
  list.removeAttribute("aria-busy");
  if (refused) {
    const most = refused === "app.files.many" ? MOST_FILES : Math.floor(MOST_BYTES / 1024 ** 2);
    app.say(words.text(refused, { most }));
  } else app.say(words.text("app.files.count", { count: draft.files.length }));
}

/** @param {App} app @param {HTMLElement} list is filled */
function drawList(app, list) {
  fillWith(
    list,
    app.draft.files.map((attachment, index) => drawAttachment(app, list, attachment, index)),
  );
}

/**
 * @param {App} app
 * @param {HTMLElement} list
 * @param {Attachment} attachment
 * @param {number} index
 */
function drawAttachment(app, list, attachment, index) {
  const { words, draft } = app;
  const name = words.text("app.files.name", {
    kind: words.label("value.evidence", attachment.kind),
    number: index + 1,
  });
  const fate = attachment.cleaned
    ? "app.files.cleaned"
    : attachment.kind === "document"
      ? "app.files.asis"
      : "app.files.uncleaned";
  return element(
    "li",
    { class: "panel attachment" },
    icon(attachment.kind === "photo" ? "photo" : "file"),
    element(
      "div",
      {},
      element("p", { class: "name" }, name),
      element("p", { class: "hint" }, words.nodes("app.files.size", sizeOf(attachment.file.size))),
      element("p", { class: attachment.cleaned ? "hint" : "warned" }, words.text(fate)),
      attachment.source ? drawSize(app, list, attachment, name) : null,
    ),
    element(
      "button",
      {
        type: "button",
        class: "quiet square",
        "aria-label": words.text("app.files.remove", { name }),
        onclick: () => {
          draft.attach(draft.files.filter((one) => one !== attachment));
          drawList(app, list);
          app.say(words.text("app.files.removed"));
          document.getElementById("files-picker")?.focus();
        },
      },
      icon("remove"),
    ),
  );
}

/**
 * A photo is made smaller unless the person wants its whole size.
 *
 * @param {App} app
 * @param {HTMLElement} list
 * @param {Attachment} attachment
 * @param {string} name
 */
function drawSize(app, list, attachment, name) {
  const { source } = attachment;
  if (!source) return null;
  const original = !attachment.original;
  return element(
    "button",
    {
      type: "button",
      class: "quiet",
      "aria-label": app.words.text(original ? "app.files.larger" : "app.files.smaller", { name }),
      onclick: async () => {
        const made = { ...(await cleanFile(source, { original })), source, original };
        app.draft.attach(app.draft.files.map((one) => (one === attachment ? made : one)));
        drawList(app, list);
      },
    },
    app.words.text(original ? "app.files.original" : "app.files.small"),
  );
}

/** @param {number} bytes */
function sizeOf(bytes) {
  return bytes < 1024 ** 2
    ? { size: Math.max(1, Math.round(bytes / 1024)), unit: "kB" }
    : { size: Math.round(bytes / 1024 ** 2), unit: "MB" };
}

/** @param {App} app */
async function drawKinds(app) {
  return anyOf(
    {
      name: "evidence-kinds",
      legend: app.words.text("app.files.kinds"),
      choices: await choicesOf(app, "evidence.kinds"),
    },
    app.draft.report.evidence?.kinds ?? [],
    (kinds) => setEvidence(app, "kinds", kinds),
  );
}

/** @param {App} app */
async function drawLinks(app) {
  const field = findField(await loadTable(), "evidence.links");
  const { max_bytes: maxBytes = 0, max_items: most = 0 } = field;
  return textField(app, {
    id: "evidence-links",
    label: app.words.text("field.evidence.links"),
    hint: app.words.text("app.files.links"),
    value: (app.draft.report.evidence?.links ?? []).join("\n"),
    maxBytes, // of all together; of each, in the table
    rows: 2,
    change: (value) => {
      const links = value.split(/\s+/).filter((link) => link !== "");
      setEvidence(app, "links", links.slice(0, most));
    },
  });
}

/** @param {App} app @param {"kinds" | "links"} part @param {string[]} values */
function setEvidence(app, part, values) {
  const { [part]: _, ...others } = app.draft.report.evidence ?? {};
  app.draft.set("evidence", values.length > 0 ? { ...others, [part]: values } : others);
}
