/** Starts the app: words, a draft, the first screen. What seals and sends is fetched when it is needed. */

import { coverPage, coverStandsFirst, readLook, wear } from "./covers/choice.js";
import { createDraft, forgetWhenLeft, warnBeforeLeaving } from "./draft.js";
import { leave, watchEscape } from "./exit.js";
import { createShell, prepareScreen, updateWays } from "./frame.js";
import { QUESTIONS, stepOf } from "./questions.js";
import { isFirstVisit, keepOffline } from "./registering.js";
import { loadRest, loadScreen } from "./routes.js";
import { screen as fault } from "./screens/fault.js";
import { createTrail } from "./trail.js";
import { chooseLanguage, loadWords } from "./words.js";

/** @typedef {import("./frame.js").App} App */

if (coverStandsFirst(window)) location.replace(coverPage(readLook(window)));

const place = /** @type {HTMLElement} */ (document.getElementById("app"));
const draft = createDraft();
const shell = createShell(place);
const trail = createTrail("start", (name) => void show(name), window);
let drawing = 0;

/** @type {App} */
const app = {
  words: await firstWords(),
  draft,
  go: trail.push,
  back: trail.back,
  next: () => trail.push(QUESTIONS[stepOf(trail.here())]?.name ?? "review"),
  restart: trail.restart,
  redraw: () => void show(trail.here()),
  say,
  speak,
};

const look = readLook(window);
wear(document, look, app.words.text(`app.look.${look}`));
warnBeforeLeaving(draft, window);
forgetWhenLeft(draft, place, window);
watchEscape(document, goAway);
draft.watch(() => updateWays(app, trail.here()));
await show(trail.here());
void keepAll();

/**
 * From now on what waits is sent, whatever screen stands there, and the app stays on the phone. On a
 * first visit nothing waits, and the worker's way to bring the files is the shorter one: the page
 * fetches nothing beside it that nobody asks for.
 */
async function keepAll() {
  const isFirst = await isFirstVisit(window);
  if (!isFirst) begin();
  await keepOffline({
    need: [`/locales/${app.words.lang}.json`],
    mayReload: () => draft.isEmpty() && trail.atStart(),
    ...(isFirst ? { tried: begin } : {}),
  });
}

/** Fetches what is still missing, opens the outbox and sends. */
function begin() {
  void loadRest();
  void import("./depot.js").then(({ openDepot }) => openDepot()).catch(() => undefined);
}

/** @param {string} name */
async function show(name) {
  drawing += 1;
  const mine = drawing;
  const around = {
    name,
    atStart: trail.atStart(),
    changing: trail.before() === "review" && stepOf(name) > 0,
    leave: goAway,
  };
  const place = await loadScreen(name)
    .then((screen) => prepareScreen(shell, app, screen, around))
    .catch(() => prepareScreen(shell, app, fault, around));
  if (mine === drawing) place(); // else another screen was gone to meanwhile
}

/** The quick exit. */
function goAway() {
  drawing += 1; // what is being drawn must not appear any more
  void leave({ draft, trail, place });
}

/**
 * @param {string} text
 * @param {boolean} [unseen]
 */
function say(text, unseen = false) {
  shell.said.classList.toggle("unseen", unseen);
  shell.said.textContent = text;
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
