/** Taking reports from codes that another phone shows: by the camera, or from pictures of them. */

import { toHex } from "../lib/bytes.js";
import { HeliographError } from "../lib/errors.js";
import { readQrText } from "../lib/passing-on/qr-text.js";
import { sha256 } from "../lib/sha256.js";
import { openDepot } from "./depot.js";
import { element, icon } from "./element.js";

/** @typedef {import("./frame.js").App} App */
/** @typedef {import("./depot.js").Depot} Depot */

/** Between two looks at the camera's picture: a phone has other things to do. */
const PAUSE_MILLISECONDS = 150;
/** So long the camera waits for its screen to stand there. */
const LOOKS = 20;

/** @type {import("./frame.js").Screen} */
export const screen = {
  title: "app.scan.title",
  icon: "photo",
  body: async (app) => {
    const { words } = app;
    const depot = await openDepot();
    /** @type {Set<string>} */
    const taken = new Set();
    const take = (/** @type {string} */ text) => takeText(app, depot, taken, text);
    const video = element("video", {
      class: "camera",
      playsinline: true,
      muted: true,
      "aria-label": words.text("app.scan.video"),
      hidden: true,
    });
    void watchCamera(app, video, take);
    const input = element("input", {
      type: "file",
      id: "take-picture",
      class: "unseen",
      accept: "image/*",
      autocomplete: "off",
      onchange: async () => {
        const file = input.files?.[0];
        if (!file) return;
        app.say(words.text("app.pass.working"));
        const { readQrFile } = await import("./qr-reading.js");
        const text = await readQrFile(file);
        if (text === null) app.say(words.text("app.scan.unread"));
        else await take(text);
        input.value = "";
      },
    });
    return [
      element("p", {}, words.text("app.scan.what")),
      video,
      element(
        "label",
        { class: "button plain wide" },
        input,
        icon("photo"),
        element("span", {}, words.text("app.pass.picture")),
      ),
    ];
  },
};

/**
 * @param {App} app
 * @param {Depot} depot
 * @param {Set<string>} taken ids of what was taken since the screen was opened
 * @param {string} text of a code
 */
async function takeText(app, depot, taken, text) {
  const { words } = app;
  try {
    const envelope = readQrText(text);
    const id = toHex(await sha256(envelope));
    if (taken.has(id)) {
      app.say(words.text("app.scan.same"));
      return;
    }
    await depot.outbox.add({ envelope });
    taken.add(id);
    app.say(words.text("app.scan.took", { number: taken.size }));
  } catch (error) {
    if (!(error instanceof HeliographError)) throw error;
    const full = error.code === "outbox-full";
    app.say(words.text(full ? "app.pass.full" : "app.scan.other"));
  }
}

/**
 * Looks through the camera until the screen is left.
 *
 * @param {App} app
 * @param {HTMLVideoElement} video
 * @param {(text: string) => Promise<void>} take
 */
async function watchCamera(app, video, take) {
  /** @type {MediaStream} */
  let stream;
  const { readQr } = await import("./qr-reading.js");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    if (video.isConnected) app.say(app.words.text("app.scan.denied"));
    return;
  }
  for (let looks = 0; !video.isConnected && looks < LOOKS; looks += 1) await pause();
  video.srcObject = stream;
  video.hidden = false;
  try {
    await video.play();
    let last = "";
    while (video.isConnected) {
      const text = await readQr(video, { still: false });
      if (text !== null && text !== last) {
        last = text;
        await take(text);
      }
      await pause();
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
}
