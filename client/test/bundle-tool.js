/**
 * Bundles for tests in other languages. `write FILE FOLDER` packs the folder's files by their endings
 * (.envelope, .blob); `read FILE` tells each item in a line.
 */

import { openAsBlob } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toHex } from "../lib/bytes.js";
import { readBundleFile, writeBundleFile } from "../lib/passing-on/bundle-file.js";
import { sha256 } from "../lib/sha256.js";

const [task = "", file = "", folder = ""] = process.argv.slice(2);
if (task === "write") await write();
else await tell();

async function write() {
  const names = await readdir(folder);
  const read = names
    .filter((name) => name.endsWith(".envelope"))
    .map(async (name) => new Uint8Array(await readFile(join(folder, name))));
  const open = names
    .filter((name) => name.endsWith(".blob"))
    .map((name) => openAsBlob(join(folder, name)));
  const bundle = writeBundleFile({
    envelopes: await Promise.all(read),
    blobs: await Promise.all(open),
  });
  await writeFile(file, bundle.stream());
}

async function tell() {
  for await (const item of readBundleFile(await openAsBlob(file))) {
    const bytes =
      item.kind === "envelope"
        ? item.envelope
        : item.kind === "blob"
          ? new Uint8Array(await item.blob.arrayBuffer())
          : null;
    const told =
      item.kind === "refused" ? item.code : toHex(await sha256(bytes ?? new Uint8Array()));
    process.stdout.write(`${item.kind} ${told}\n`);
  }
}
