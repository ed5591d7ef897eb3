import { concat, utf8 } from "../../lib/bytes.js";
import { cleanFile, LONGEST } from "../../web/pictures.js";

const CANARY = "16.8409N096.1735E Pixel4a";

/** @param {number} value */
const u16 = (value) => Uint8Array.of(value >> 8, value & 255);
/** @param {number} value */
const u32 = (value) => concat(u16(value >>> 16), u16(value & 65535));

/** @param {number} marker @param {Uint8Array} content */
const segment = (marker, content) =>
  concat(Uint8Array.of(0xff, marker), u16(content.length + 2), content);

/**
 * A TIFF directory as cameras write it: model, orientation 6 (turned right), and a GPS directory.
 *
 * @returns {Uint8Array}
 */
function exif() {
  const text = concat(utf8(CANARY), Uint8Array.of(0));
  /** @param {number} tag @param {number} type @param {number} count @param {Uint8Array} value */
  const entry = (tag, type, count, value) => concat(u16(tag), u16(type), u32(count), value);
  const first = 8 + 2 + 3 * 12 + 4;
  const gps = first + text.length;
  const place = gps + 2 + 2 * 12 + 4;
  return concat(
    utf8("MM"),
    u16(42),
    u32(8),
    u16(3),
    entry(0x110, 2, text.length, u32(first)),
    entry(0x112, 3, 1, concat(u16(6), u16(0))),
    entry(0x8825, 4, 1, u32(gps)),
    u32(0),
    text,
    u16(2),
    entry(1, 2, 2, utf8("N\0\0\0")),
    entry(2, 2, text.length, u32(place)),
    u32(0),
    text,
  );
}

/**
 * @param {number} width
 * @param {number} height
 * @param {string} type
 * @returns {Promise<Uint8Array<ArrayBuffer>>} a picture that is red on the left and blue on the right
 */
async function draw(width, height, type) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "red";
  context.fillRect(0, 0, width / 2, height);
  context.fillStyle = "blue";
  context.fillRect(width / 2, 0, width / 2, height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, type));
  return new Uint8Array(await blob.arrayBuffer());
}

/** @param {number} width @param {number} height @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function takePhoto(width, height) {
  const jpeg = await draw(width, height, "image/jpeg");
  return concat(
    jpeg.slice(0, 2),
    segment(0xe1, concat(utf8("Exif\0\0"), exif())),
    segment(0xe1, utf8(`http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${CANARY}</x:xmpmeta>`)),
    segment(0xed, utf8(`Photoshop 3.0\0${CANARY}`)),
    segment(0xfe, utf8(CANARY)),
    jpeg.slice(2),
    utf8(CANARY), // what some phones append: a film, a depth map
  );
}

/** @param {Blob} blob */
async function look(blob) {
  const bitmap = await createImageBitmap(blob);
  const canvas = document.createElement("canvas");
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(bitmap, 0, 0);
  /** @param {number} x @param {number} y */
  const colour = (x, y) => {
    const [red = 0, , blue = 0] = context.getImageData(
      x * bitmap.width,
      y * bitmap.height,
      1,
      1,
    ).data;
    return red > 200 && blue < 60 ? "red" : blue > 200 && red < 60 ? "blue" : "other";
  };
  return { width: bitmap.width, height: bitmap.height, colour };
}

/** @param {Uint8Array} bytes @param {string} text */
function holds(bytes, text) {
  return new TextDecoder("latin1").decode(bytes).includes(text);
}

/** @param {unknown} found @param {unknown} wanted @param {string} what */
function same(found, wanted, what) {
  if (found !== wanted) throw new Error(`${what}: ${found}, not ${wanted}`);
}

export const tests = {
  async "a photo loses place, camera, time, thumbnail and what is behind it, and stands upright"() {
    const photo = await takePhoto(400, 200);
    same(holds(photo, CANARY), true, "the canary is there before");
    const { file, kind, cleaned } = await cleanFile(new File([photo], "IMG_secret.jpg"));
    const bytes = new Uint8Array(await file.arrayBuffer());
    same(cleaned, true, "cleaned");
    same(kind, "photo", "kind");
    same(file instanceof File, false, "a file with a name");
    for (const trace of [CANARY, "Exif", "xap", "Photoshop", "secret"]) {
      same(holds(bytes, trace), false, trace);
    }
    for (let at = 0; at + 8 < CANARY.length; at += 1) {
      same(holds(bytes, CANARY.slice(at, at + 8)), false, `canary from ${at} on`);
    }
    const seen = await look(file);
    same(`${seen.width}x${seen.height}`, "200x400", "size");
    same(seen.colour(0.5, 0.2), "red", "above");
    same(seen.colour(0.5, 0.8), "blue", "below");
    return `photo of ${photo.length} bytes with EXIF: ${bytes.length} bytes without`;
  },

  async "a large photo becomes smaller, unless its own size is wanted"() {
    const photo = new Blob([await takePhoto(3000, 1000)]);
    const small = await look((await cleanFile(photo)).file);
    same(Math.max(small.width, small.height), LONGEST, "longest side");
    const whole = await look((await cleanFile(photo, { original: true })).file);
    same(`${whole.width}x${whole.height}`, "1000x3000", "original size");
    const tiny = await look((await cleanFile(new Blob([await draw(40, 20, "image/jpeg")]))).file);
    same(`${tiny.width}x${tiny.height}`, "40x20", "a small one is not blown up");
  },

  async "a PNG's texts go too, whatever its name says"() {
    const png = await draw(60, 30, "image/png");
    // IHDR ends at byte 33; a reader of pictures need not check a text chunk's CRC.
    const text = concat(utf8("Comment\0"), utf8(CANARY));
    const chunk = concat(
      u32(text.length),
      utf8("tEXt"),
      text,
      u32(crc(concat(utf8("tEXt"), text))),
    );
    const made = concat(png.slice(0, 33), chunk, png.slice(33));
    const { file, cleaned } = await cleanFile(new File([made], "film.mp4", { type: "video/mp4" }));
    same(cleaned, true, "cleaned");
    same(holds(new Uint8Array(await file.arrayBuffer()), CANARY), false, "canary");
  },

  async "where a browser hides its canvases, a photo goes as it is and not as noise"() {
    const photo = await takePhoto(40, 20);
    const real = CanvasRenderingContext2D.prototype.getImageData;
    // As Tor Browser does it: white, until the person allows more.
    CanvasRenderingContext2D.prototype.getImageData = (_x, _y, width, height) =>
      new ImageData(new Uint8ClampedArray(4 * width * height).fill(255), width, height);
    try {
      const made = await cleanFile(new Blob([photo]));
      same(made.cleaned, false, "cleaned");
      same(made.file.size, photo.length, "size");
    } finally {
      CanvasRenderingContext2D.prototype.getImageData = real;
    }
  },

  async "what cannot be drawn or read goes as it is, and is told as not cleaned"() {
    const photo = await takePhoto(400, 200);
    for (const [bytes, kind] of /** @type {const} */ ([
      [photo.slice(0, 300), "photo"],
      [utf8("%PDF-1.7 somebody's name"), "document"],
      [concat(u32(24), utf8("ftypheic"), new Uint8Array(40)), "photo"],
      [concat(u32(16), utf8("ftypmp42"), u32(0), u32(900), utf8("moov")), "video"],
    ])) {
      const made = await cleanFile(new Blob([bytes]));
      same(made.cleaned, false, `${kind} cleaned`);
      same(made.kind, kind, "kind");
      same(made.file.size, bytes.length, "size");
    }
  },
};

/** @param {Uint8Array} bytes @returns {number} CRC-32 as PNG has it */
function crc(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return ~value >>> 0;
}
