/** Reading a QR code from a picture or the camera: by the browser where it can, else by our decoder. */

import { decodeQR } from "../vendor/qr/decode.js";

/** Larger pictures are made smaller: the decoder takes 4,096 pixels a side, and time for each. */
const MOST_PIXELS = 2000;
/** What the decoder may take for one still picture, and for one frame of the camera. */
const STILL_MILLISECONDS = 3000;
const FRAME_MILLISECONDS = 120;

/**
 * @typedef {ImageBitmap | HTMLVideoElement} Source
 * @typedef {{detect(source: Source): Promise<{rawValue: string}[]>}} Detector
 */

/**
 * @param {Source} source
 * @param {{still: boolean}} how
 * @returns {Promise<string | null>} the text of the code in it
 */
export async function readQr(source, { still }) {
  const detector = await makeDetector();
  const found = await detector?.detect(source).catch(() => []);
  if (found?.[0]) return found[0].rawValue;
  const image = readPixels(source);
  if (image === null) return null;
  try {
    return decodeQR(image, { timeLimit: still ? STILL_MILLISECONDS : FRAME_MILLISECONDS });
  } catch {
    return null;
  }
}

/**
 * @param {Blob} file a picture
 * @returns {Promise<string | null>}
 */
export async function readQrFile(file) {
  /** @type {ImageBitmap} */
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  try {
    return await readQr(bitmap, { still: true });
  } finally {
    bitmap.close();
  }
}

/** @type {Promise<Detector | null> | null} */
let making = null;

/** @returns {Promise<Detector | null>} the browser's own, where it has one for QR codes */
function makeDetector() {
  making ??= (async () => {
    const found = /** @type {any} */ (globalThis).BarcodeDetector;
    try {
      const formats = (await found?.getSupportedFormats()) ?? [];
      return formats.includes("qr_code") ? new found({ formats: ["qr_code"] }) : null;
    } catch {
      return null;
    }
  })();
  return making;
}

/**
 * @param {Source} source
 * @returns {ImageData | null} its pixels; null where there are none yet
 */
function readPixels(source) {
  const [width, height] =
    source instanceof HTMLVideoElement
      ? [source.videoWidth, source.videoHeight]
      : [source.width, source.height];
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, MOST_PIXELS / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
