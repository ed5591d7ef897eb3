/** Everything that was said, each with "change", the choices about sending, and "send". */

import { anyOf } from "../choices.js";
import { element, icon } from "../element.js";
import { fieldsOf, isAnswered, QUESTIONS } from "../questions.js";
import { loadScreen } from "../routes.js";
import { readBack } from "../saying.js";
import { drawTextsChoice } from "../texts-choice.js";

/** @typedef {import("../frame.js").App} App */

/** @type {import("../frame.js").Screen} */
export const screen = {
  title: "app.review.title",
  icon: "review",
  body: async (app) => {
    const { draft, words } = app;
    const answered = QUESTIONS.filter(({ name }) => isAnswered(draft, name));
    const open = QUESTIONS.filter(({ name }) => !isAnswered(draft, name));
    return [
      draft.isEmpty() && element("p", { class: "lead" }, words.text("app.review.nothing")),
      element(
        "div",
        { class: "stack" },
        await Promise.all(answered.map(({ name }) => drawSaid(app, name))),
      ),
      !draft.isEmpty() && (await drawTextsChoice(app)),
      !draft.isEmpty() && drawReceipt(app),
      open.length > 0 &&
        element(
          "section",
          { class: "group", "aria-labelledby": "open" },
          element("h2", { id: "open" }, words.text("app.review.open")),
          element(
            "div",
            { class: "chips" },
            await Promise.all(open.map(({ name }) => drawOpen(app, name))),
          ),
        ),
      !draft.isEmpty() && element("p", { class: "hint" }, words.text("app.review.after")),
    ];
  },
  actions: (app) => [
    element(
      "button",
      {
        type: "button",
        class: "main-way",
        id: "send",
        disabled: app.draft.isEmpty(),
        onclick: () => app.go("send"),
      },
      element("span", {}, app.words.text("app.send")),
      icon("send"),
    ),
  ],
};

/** @param {App} app @param {string} name of a question that was answered */
async function drawSaid(app, name) {
  const { words, draft } = app;
  const { title } = await loadScreen(name);
  const said = await readBack(app, fieldsOf(name));
  const files = name === "files" ? draft.files.length : 0;
  return element(
    "section",
    { class: "panel said-so", "aria-labelledby": `said-${name}` },
    element("h2", { id: `said-${name}` }, words.text(title)),
    element(
      "button",
      { type: "button", class: "quiet change", id: `change-${name}`, onclick: () => app.go(name) },
      words.text("app.change"),
      element("span", { class: "unseen" }, `: ${words.text(title)}`),
    ),
    element(
      "dl",
      {},
      said.flatMap((one) => [
        element("dt", { class: said.length === 1 && files === 0 ? "unseen" : "hint" }, one.label),
        element("dd", { dir: "auto" }, one.said),
      ]),
      files > 0 && element("dt", { class: "hint" }, words.text("field.evidence.blobs")),
      files > 0 && element("dd", {}, words.nodes("app.files.count", { count: files })),
    ),
  );
}

/** @param {App} app @param {string} name of a question that was not answered */
async function drawOpen(app, name) {
  const { title } = await loadScreen(name);
  return element(
    "button",
    { type: "button", class: "plain chip", id: `add-${name}`, onclick: () => app.go(name) },
    icon("add"),
    element("span", {}, app.words.text(title)),
  );
}

/** @param {App} app */
function drawReceipt(app) {
  const { words, draft } = app;
  return element(
    "div",
    { class: "group" },
    anyOf(
      {
        name: "receipt",
        legend: words.text("app.receipt.title"),
        look: "rows",
        choices: [{ value: "keep", label: words.text("app.receipt.keep") }],
      },
      draft.choices.receipt ? ["keep"] : [],
      (chosen) => {
        draft.choices.receipt = chosen.length > 0;
      },
    ),
    element("p", { class: "hint" }, words.text("app.receipt.warning")),
  );
}
