/**
 * Photos, films and files as they may leave the phone. A photo is drawn anew, so that nothing is left
 * of it but what one sees: no place, no time, no camera, no name, no thumbnail.
 */

import { cleanMovie } from "./movies.js";

/** @typedef {import("./draft.js").Attachment} Attachment */

/** The longest side of a photo that is made smaller, in pixels. */
export const LONGEST = 1600;
/** A service takes blobs of at most 256 MiB, sealed and padded (Padmé adds up to 12 %): bytes. */
export const MOST_BYTES = 224 * 1024 * 1024;
/** As many as a report holds. */
export const MOST_FILES = 16;

const QUALITY = 0.85;
/** Red, green, blue and opacity of three pixels, and how far off what is read of them may be. */
const PROBE = [18, 52, 86, 255, 200, 30, 120, 255, 90, 220, 40, 255];
const NOISE = 16;
const PICTURES = ["jpeg", "png", "webp", "gif", "bmp"];

/**
 * @param {Blob} file as the person chose it
 * @param {{original?: boolean}} [options] original: a photo keeps its size in pixels
 * @returns {Promise<Attachment>}
 */
export async function cleanFile(file, { original = false } = {}) {
  const form = readForm(new Uint8Array(await file.slice(0, 32).arrayBuffer()));
  if (PICTURES.includes(form)) {
    const drawn = await drawAnew(file, original ? Number.POSITIVE_INFINITY : LONGEST).catch(
      () => null,
    );
    if (drawn) return { file: drawn, kind: "photo", cleaned: true };
    return { file, kind: "photo", cleaned: false };
  }
  if (form === "movie") {
    const cleaned = await cleanMovie(file).catch(() => null);
    if (cleaned) return { file: cleaned.film, kind: "video", cleaned: cleaned.cleaned };
    return { file, kind: "video", cleaned: false };
  }
  const kind = form === "heic" ? "photo" : file.type.startsWith("video/") ? "video" : "document";
  return { file, kind, cleaned: false };
}

/**
 * @param {Uint8Array} start the first 32 bytes of a file
 * @returns {string} what it is by its own bytes, whatever its name says
 */
export function readForm(start) {
  const text = String.fromCharCode(...start);
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG")) return "png";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "webp";
  if (text.startsWith("GIF8")) return "gif";
  if (text.startsWith("BM")) return "bmp";
  if (text.slice(4, 8) === "ftyp") {
    return /^(?:hei|hev|mif1|msf1|avi)/.test(text.slice(8, 12)) ? "heic" : "movie";
  }
  return /^(?:moov|mdat|wide|free|skip|pnot)$/.test(text.slice(4, 8)) ? "movie" : "other";
}

/**
 * @param {Blob} file
 * @param {number} longest side, pixels
 * @returns {Promise<Blob>} a JPEG with nothing in it but the picture, upright
 */
async function drawAnew(file, longest) {
  if (!readsBack()) throw new RangeError("canvases are hidden");
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new RangeError("no canvas");
    context.fillStyle = "white";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const drawn = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    canvas.width = 0; // gives the memory back at once
    if (drawn === null) throw new RangeError("too large to draw");
    return /** @type {Blob} */ (drawn);
  } finally {
    bitmap.close();
  }
}

/**
 * Tor Browser gives white or noise for what was drawn, until the person allows it: a photo must not
 * become that without a word.
 *
 * @returns {boolean} whether what is read from a canvas is what was drawn there
 */
function readsBack() {
  const canvas = document.createElement("canvas");
  canvas.width = PROBE.length / 4;
  canvas.height = 1;
  const context = canvas.getContext("2d");
  if (context === null) return false;
  for (let x = 0; x < canvas.width; x += 1) {
    context.fillStyle = `rgb(${PROBE.slice(4 * x, 4 * x + 3).join(" ")})`;
    context.fillRect(x, 0, 1, 1);
  }
  const { data } = context.getImageData(0, 0, canvas.width, 1);
  return PROBE.every((value, index) => Math.abs(value - (data[index] ?? 0)) <= NOISE);
}
