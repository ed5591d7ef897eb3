/** Starts the app: words, a draft, the first screen. What seals and sends is fetched when it is needed. */

import { coverPage, coverStandsFirst, readLook, wear } from "./covers/choice.js";
import { createDraft, warnBeforeLeaving } from "./draft.js";
import { element } from "./element.js";
import { leave, watchEscape } from "./exit.js";
import { drawFrame, updateNav } from "./frame.js";
import { loadRest, loadScreen, QUESTIONS } from "./routes.js";
import { createTrail } from "./trail.js";
import { chooseLanguage, loadWords } from "./words.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./frame.js").Screen} Screen */

if (coverStandsFirst(window)) location.replace(coverPage(readLook(window)));

const place = /** @type {HTMLElement} */ (document.getElementById("app"));
const draft = createDraft();
/** @type {Screen | null} */
let shown = null;
let drawing = 0;

const trail = createTrail("start", (name) => void show(name), window);

/** @type {App} */
const app = {
  words: await firstWords(),
  draft,
  go: trail.push,
  back: trail.back,
  next: () => trail.push(QUESTIONS[QUESTIONS.indexOf(trail.here()) + 1] ?? "review"),
  restart: trail.restart,
  redraw: () => void show(trail.here()),
  say,
  speak,
};

wear(document, readLook(window), app.words.text(`app.look.${readLook(window)}`));
warnBeforeLeaving(draft, window);
watchEscape(document, goAway);
draft.watch(() => shown && updateNav(app, shown));
await show(trail.here());
void loadRest();

/** @param {string} name */
async function show(name) {
  drawing += 1;
  const mine = drawing;
  try {
    const screen = await loadScreen(name);
    if (mine !== drawing) return; // another screen was gone to meanwhile
    shown = screen;
    const number = QUESTIONS.indexOf(name) + 1;
    const step = number > 0 ? { number, of: QUESTIONS.length } : null;
    await drawFrame(place, app, screen, {
      leave: goAway,
      atStart: trail.atStart(),
      step,
    });
  } catch {
    say(app.words.text("app.fault.screen"));
  }
}

/** The quick exit. */
function goAway() {
  drawing += 1; // what is being drawn must not appear any more
  void leave({ draft, trail, place });
}

/** @param {string} text */
function say(text) {
  const region = document.getElementById("said");
  if (region) region.textContent = text;
  else place.append(element("div", { id: "said", class: "said", role: "status" }, text));
}

/** @param {string} lang */
async function speak(lang) {
  try {
    app.words = await loadWords(lang);
  } catch {
    return false;
  }
  return true;
}

/** The words of the phone's language, else English. */
async function firstWords() {
  const lang = chooseLanguage(navigator.languages);
  try {
    return await loadWords(lang);
  } catch {
    return loadWords("en");
  }
}
