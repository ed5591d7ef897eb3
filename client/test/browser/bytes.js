import { toHex, utf8 } from "../../lib/bytes.js";
import { sha256 } from "../../lib/sha256.js";
import { loadSodium } from "../../lib/sodium.js";

/** What the page's harness runs: each is given nothing and throws if it fails. */
export const tests = {
  async "the platform's SHA-256 and libsodium's SHA-512 are there"() {
    const sodium = await loadSodium();
    if (toHex(await sha256(utf8(""))).slice(0, 8) !== "e3b0c442") throw new Error("SHA-256");
    if (sodium.crypto_hash(utf8("")).length !== 64) throw new Error("SHA-512");
  },
};
