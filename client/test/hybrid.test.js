import assert from "node:assert/strict";
import { test } from "node:test";
import { Chacha20Poly1305 } from "@hpke/chacha20poly1305";
import { CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { concat, toHex, utf8 } from "../lib/bytes.js";
import { HYBRID_KEY_SIZE, HYBRID_OVERHEAD } from "../lib/envelope.js";
import { deriveKey, sealHybrid } from "../lib/hybrid.js";
import { loadSodium } from "../lib/sodium.js";

/** Another implementation of the whole, with ML-KEM, X25519 and HPKE of its own. */
const suite = new CipherSuite({
  kem: new XWing(),
  kdf: new HkdfSha256(),
  aead: new Chacha20Poly1305(),
});
const sodium = await loadSodium();

/** @param {Uint8Array} bytes */
function buffer(bytes) {
  return new Uint8Array(bytes).buffer;
}

async function makePair() {
  const pair = await suite.kem.generateKeyPair();
  const publicKey = new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey));
  const seed = new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey));
  return { ...pair, bytes: publicKey, seed };
}

test("what is sealed here opens in another HPKE", async () => {
  for (const size of [0, 1, 512, 32768]) {
    const pair = await makePair();
    assert.equal(pair.bytes.length, HYBRID_KEY_SIZE);
    const plaintext = crypto.getRandomValues(new Uint8Array(size));
    const info = concat(utf8("heliograph/report/v1"), Uint8Array.of(1, 2, 0, size % 256));
    const box = await sealHybrid(sodium, plaintext, pair.bytes, info);
    assert.equal(box.length, size + HYBRID_OVERHEAD);
    const enc = buffer(box.subarray(0, 1120));
    const options = { recipientKey: pair.privateKey, enc, info: buffer(info) };
    const opened = await suite.open(options, buffer(box.subarray(1120)));
    assert.equal(toHex(new Uint8Array(opened)), toHex(plaintext));
    const other = { ...options, info: buffer(info.subarray(1)) };
    await assert.rejects(suite.open(other, buffer(box.subarray(1120))));
  }
});

test("what another HPKE seals opens with the key schedule here", async () => {
  const pair = await makePair();
  const [info, plaintext] = [utf8("info"), utf8("plaintext")];
  const options = { recipientPublicKey: pair.publicKey, info: buffer(info) };
  const { enc, ct } = await suite.seal(options, buffer(plaintext));
  const { privateKey } = sodium.crypto_kem_xwing_seed_keypair(pair.seed);
  const shared = sodium.crypto_kem_xwing_dec(new Uint8Array(enc), privateKey);
  const { key, nonce } = await deriveKey(shared, info);
  const sealed = new Uint8Array(ct);
  const opened = sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, sealed, null, nonce, key);
  assert.equal(toHex(opened), toHex(plaintext));
});

test("two boxes of one plaintext have nothing in common", async () => {
  const pair = await makePair();
  const boxes = [];
  for (let index = 0; index < 2; index += 1) {
    boxes.push(await sealHybrid(sodium, new Uint8Array(64), pair.bytes, utf8("")));
  }
  const [one, other] = boxes.map((box) => [...box]);
  const same = one?.filter((byte, index) => byte === other?.[index]).length ?? 0;
  assert.ok(same < 40, `${same} of ${one?.length} bytes are the same`);
});

test("a bad key is refused", async () => {
  const pair = await makePair();
  const lowOrder = new Uint8Array(pair.bytes).fill(0, 1184);
  const notCanonical = new Uint8Array(pair.bytes).fill(0xff, 0, 3);
  for (const key of [pair.bytes.subarray(1), lowOrder, notCanonical, new Uint8Array()]) {
    await assert.rejects(sealHybrid(sodium, new Uint8Array(1), key, utf8("")));
  }
});
