import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { utf8 } from "../lib/bytes.js";
import { fetchFiles } from "../lib/keyring/fetching.js";
import { readFirst, readSuccessor } from "../lib/keyring/keyring.js";
import { loadSodium } from "../lib/sodium.js";
import { readVectorFiles, readVectorKeyring } from "./keyring-files.js";

const sodium = await loadSodium();
const first = await readVectorFiles("first");
const walked = await readVectorFiles("root-walk");
const held = await readVectorKeyring("first");
const PORTAL = utf8("<html><title>Wi-Fi</title><form>Room number</form></html>");

/**
 * @typedef {(response: import("node:http").ServerResponse, body: Uint8Array | undefined) => void} Answer
 */

/** @type {Answer} */
function answer(response, body) {
  response.writeHead(body ? 200 : 404);
  response.end(body ?? "{}");
}

/**
 * A service on loopback for the time of one test.
 * @param {import("node:test").TestContext} context
 * @param {Map<string, Uint8Array>} files
 * @param {Record<string, Answer>} [special] answers by file name, "*" for every one
 */
async function serve(context, files, special = {}) {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const name = (request.url ?? "").replace("/v1/keyring/", "");
    asked.push(name);
    (special[name] ?? special["*"] ?? answer)(response, files.get(name));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { address: `http://127.0.0.1:${port}`, asked };
}

/**
 * @param {string} address
 * @param {import("../lib/keyring/keyring.js").Keyring | null} known
 * @param {number} [milliseconds]
 */
function fetchFrom(address, known, milliseconds = 60_000) {
  return fetchFiles({ address, fetch, known, pinnedRoot: first.pinnedRoot, milliseconds });
}

test("a first keyring is fetched, file by file", async (context) => {
  const { address, asked } = await serve(context, walked.files);
  const files = await fetchFrom(address, null);
  const keyring = await readFirst(sodium, walked.pinnedRoot, files);
  assert.deepEqual([keyring.version, keyring.rootVersion], [2, 2]);
  assert.equal(asked.length, 7, asked.join());
  assert.deepEqual(asked.slice(0, 3), ["timestamp.json", "2.snapshot.json", "2.targets.json"]);
  assert.deepEqual(asked.slice(5), ["2.root.json", "3.root.json"]);
});

test("where the timestamp is the held one, nothing more is asked", async (context) => {
  const { address, asked } = await serve(context, first.files);
  assert.equal((await fetchFrom(`${address}/`, held)).size, 0);
  assert.deepEqual(asked, ["timestamp.json"]);
});

test("a successor brings only what is not held", async (context) => {
  const { address, asked } = await serve(context, walked.files);
  const keyring = await readSuccessor(sodium, held, await fetchFrom(address, held));
  assert.deepEqual([keyring.version, keyring.rootVersion], [2, 2]);
  assert.ok(!asked.some((name) => /reporter|holders/.test(name)), asked.join());
});

test("an old keyring that is replayed is refused at its timestamp", async (context) => {
  const { address, asked } = await serve(context, first.files);
  const newer = await readVectorKeyring("root-walk");
  await assert.rejects(fetchFrom(address, newer), { code: "keyring-rollback" });
  assert.deepEqual(asked, ["timestamp.json"]);
});

/** @type {[string, string, Record<string, Answer>][]} */
const HOSTILE = [
  ["a captive portal", "keyring-metadata-form", { "*": (response) => answer(response, PORTAL) }],
  ["an error", "service-unreachable", { "*": (response) => response.writeHead(500).end("no") }],
  [
    "a portal that redirects",
    "service-unreachable",
    { "*": (response) => response.writeHead(302, { location: "/portal" }).end() },
  ],
  [
    "half an answer",
    "service-unreachable",
    {
      "2.targets.json": (response, body) => {
        response.writeHead(200, { "content-length": body?.length });
        response.write(body?.subarray(0, 50), () => response.destroy());
      },
    },
  ],
  ["no answer", "service-unreachable", { "*": (response) => response.destroy() }],
  ["silence", "service-unreachable", { "2.snapshot.json": () => undefined }],
  [
    "a body without end",
    "keyring-bundle-too-big",
    { "timestamp.json": (response) => pour(response) },
  ],
  ["no keyring", "keyring-answer", { "*": (response) => answer(response, undefined) }],
  [
    "no snapshot",
    "keyring-snapshot",
    { "2.snapshot.json": (response) => answer(response, undefined) },
  ],
  [
    "no targets",
    "keyring-targets-missing",
    { "2.targets.json": (response) => answer(response, undefined) },
  ],
  [
    "a root's place taken by a server's fault",
    "service-unreachable",
    { "2.root.json": (response) => response.writeHead(503).end() },
  ],
];

for (const [title, code, special] of HOSTILE) {
  test(`${title}: ${code}`, async (context) => {
    const { address } = await serve(context, walked.files, special);
    const milliseconds = title === "silence" ? 200 : 60_000;
    await assert.rejects(fetchFrom(address, null, milliseconds), { name: "HeliographError", code });
  });
}

test("a target that is missing or longer than listed", async (context) => {
  const name = [...walked.files.keys()].find((file) => file.endsWith(".reporter.json")) ?? "";
  const missing = await serve(context, walked.files, {
    [name]: (response) => answer(response, undefined),
  });
  await assert.rejects(fetchFrom(missing.address, null), { code: "keyring-file-missing" });
  const longer = await serve(context, walked.files, { [name]: (response) => pour(response) });
  await assert.rejects(fetchFrom(longer.address, null), { code: "keyring-bundle-too-big" });
});

test("a portal's page in a root's place is refused by the reader", async (context) => {
  const { address } = await serve(context, walked.files, {
    "2.root.json": (response) => answer(response, PORTAL),
    "3.root.json": (response) => answer(response, PORTAL),
  });
  const files = await fetchFrom(address, held);
  await assert.rejects(readSuccessor(sodium, held, files), { code: "keyring-root-form" });
});

test("no more roots are taken at once than there is a bound for", async (context) => {
  const { address, asked } = await serve(context, walked.files, {
    "*": (response, body) => answer(response, body ?? PORTAL),
  });
  await fetchFrom(address, null);
  assert.equal(asked.filter((name) => name.endsWith(".root.json")).length, 32);
});

test("an address that is none", async () => {
  for (const address of ["", "no address", "ftp://reports.example"]) {
    await assert.rejects(fetchFrom(address, null), { code: "service-unreachable" });
  }
});

/** @param {import("node:http").ServerResponse} response */
function pour(response) {
  response.writeHead(200);
  const piece = Buffer.alloc(64 * 1024, " ");
  const write = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on("drain", write);
  write();
}
