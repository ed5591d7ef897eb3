/**
 * MP4 and QuickTime films (ISO/IEC 14496-12) without what the camera wrote about itself: place, time,
 * model, thumbnails. Only the heads of boxes are read; the film stays where it is, in slices.
 *
 * A box that is not needed for playing is turned into `free` with zeros in it, so nothing moves and no
 * offset changes. What is not known is taken to be not needed.
 */

/** Boxes that stay, by the box they stand in; those named here as keys are looked into. */
const KEPT = /** @type {Record<string, string>} */ ({
  "": "ftyp styp moov mdat moof mfra sidx ssix",
  moov: "mvhd trak mvex iods",
  trak: "tkhd mdia edts tref tapt txas load",
  mdia: "mdhd hdlr minf elng",
  minf: "vmhd smhd nmhd sthd gmhd hmhd hdlr dinf stbl",
  stbl: "stsd stts ctts stss stsc stsz stz2 stco co64 sdtp sbgp sgpd subs saiz saio cslg stps padb",
  moof: "mfhd traf",
  traf: "tfhd trun tfdt sbgp sgpd subs saiz saio",
});
const TIMED = new Set(["mvhd", "tkhd", "mdhd"]);
const PLAYED = new Set(["vide", "soun"]);
const MOST_BOXES = 20_000;
const ZEROS = 1 << 16;

/** @typedef {{from: number, to: number, type: string, payload: number}} Box */
/** @typedef {{at: number, bytes: Uint8Array<ArrayBuffer>} | {at: number, zeros: number}} Edit */

/**
 * @typedef {object} Walk
 * @property {Blob} film
 * @property {Edit[]} edits in the order of their places
 * @property {number} boxes seen so far
 * @property {string} handler of the track that is walked: "vide", "soun" or another
 * @property {boolean} played every track is a picture or a sound
 */

/**
 * @param {Blob} film
 * @returns {Promise<{film: Blob, cleaned: boolean}>} the same length; `cleaned` is false where a track
 *   is neither picture nor sound (positions by the second, for one): those are not looked into
 * @throws {RangeError} if it is not such a film, or a broken one
 */
export async function cleanMovie(film) {
  /** @type {Walk} */
  const walk = { film, edits: [], boxes: 0, handler: "", played: true };
  await walkBoxes(walk, "", 0, film.size);
  return { film: applyEdits(film, walk.edits), cleaned: walk.played };
}

/** @param {Walk} walk @param {string} parent @param {number} from @param {number} to */
async function walkBoxes(walk, parent, from, to) {
  const kept = (KEPT[parent] ?? "").split(" ");
  for (let at = from; at < to; ) {
    if (parent !== "" && to - at < 8) {
      walk.edits.push({ at, zeros: to - at }); // QuickTime ends some boxes with four bytes of zero
      return;
    }
    const box = await readBox(walk, at, to);
    if (!kept.includes(box.type)) blankBox(walk, box);
    else if (box.type in KEPT) await walkBoxes(walk, box.type, box.payload, box.to);
    else await cleanBox(walk, box);
    at = box.to;
  }
}

/** @param {Walk} walk @param {number} at @param {number} end */
async function readBox(walk, at, end) {
  walk.boxes += 1;
  const head = new DataView(await walk.film.slice(at, Math.min(end, at + 16)).arrayBuffer());
  if (head.byteLength < 8 || walk.boxes > MOST_BOXES) throw new RangeError("not a film");
  let size = head.getUint32(0);
  let payload = at + 8;
  if (size === 0) size = end - at;
  if (size === 1) {
    if (head.byteLength < 16) throw new RangeError("a box is cut off");
    size = Number(head.getBigUint64(8));
    payload = at + 16;
  }
  if (payload > at + size || at + size > end) throw new RangeError("a box is cut off");
  return { from: at, to: at + size, type: readType(head, 4), payload };
}

/** @param {Walk} walk @param {Box} box */
function blankBox(walk, box) {
  walk.edits.push({ at: box.from + 4, bytes: new TextEncoder().encode("free") });
  walk.edits.push({ at: box.payload, zeros: box.to - box.payload });
}

/** @param {Walk} walk @param {Box} box */
async function cleanBox(walk, box) {
  const room = box.to - box.payload;
  if (TIMED.has(box.type)) {
    const version = (await readBytes(walk, box.payload, 1)).getUint8(0);
    const zeros = version === 1 ? 16 : 8;
    if (room < 4 + zeros) throw new RangeError("a box is cut off");
    walk.edits.push({ at: box.payload + 4, zeros });
  } else if (box.type === "hdlr") {
    if (room < 24) throw new RangeError("a box is cut off");
    const kind = readType(await readBytes(walk, box.payload + 8, 4), 0);
    if (kind !== "alis" && kind !== "url ") {
      walk.handler = kind;
      walk.played &&= PLAYED.has(kind);
    }
    walk.edits.push({ at: box.payload + 24, zeros: room - 24 });
  } else if (box.type === "stsd" && walk.handler === "vide") {
    await cleanEntries(walk, box);
  }
}

/**
 * The name of the compressor, 32 bytes in each picture's description, may name the camera.
 *
 * @param {Walk} walk
 * @param {Box} box
 */
async function cleanEntries(walk, box) {
  for (let at = box.payload + 8; at < box.to; ) {
    const entry = await readBox(walk, at, box.to);
    if (entry.to - entry.from < 86) throw new RangeError("a box is cut off");
    walk.edits.push({ at: entry.from + 50, zeros: 32 });
    at = entry.to;
  }
}

/** @param {Walk} walk @param {number} at @param {number} count */
async function readBytes(walk, at, count) {
  const view = new DataView(await walk.film.slice(at, at + count).arrayBuffer());
  if (view.byteLength < count) throw new RangeError("a box is cut off");
  return view;
}

/** @param {DataView} view @param {number} at */
function readType(view, at) {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}

/** @param {Blob} film @param {Edit[]} edits */
function applyEdits(film, edits) {
  const zeros = new Blob([new Uint8Array(ZEROS)]);
  /** @type {BlobPart[]} */
  const parts = [];
  let done = 0;
  for (const edit of edits) {
    parts.push(film.slice(done, edit.at));
    if ("bytes" in edit) {
      parts.push(edit.bytes);
      done = edit.at + edit.bytes.length;
    } else {
      for (let left = edit.zeros; left > 0; left -= ZEROS) {
        parts.push(left < ZEROS ? zeros.slice(0, left) : zeros);
      }
      done = edit.at + edit.zeros;
    }
  }
  parts.push(film.slice(done));
  return new Blob(parts);
}
