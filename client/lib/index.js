/**
 * The package's entry: what other apps may use. Everything is a plain function that takes what it needs;
 * nothing is created at import, and libsodium is loaded by loadSodium alone.
 */

export { blobLength, MAX_BLOB, padded } from "./blobs/padding.js";
export { PIECE_SIZE, sealBlob } from "./blobs/sealing.js";
export { CborReader, writeHead } from "./cbor.js";
export { envelopeId, KINDS, LENGTHS, MAX_ENVELOPE, readHeader, SUITES } from "./envelope.js";
export { HeliographError } from "./errors.js";
export { readBundle, writeBundle } from "./keyring/bundle.js";
export { sealingKey, warnings } from "./keyring/choosing.js";
export { fetchFiles } from "./keyring/fetching.js";
export { expired, readFirst, readSuccessor } from "./keyring/keyring.js";
export { readLeaf } from "./leaf.js";
export { checkReceipt } from "./log/receipts.js";
export { createKeyrings } from "./outbox/keyrings.js";
export { openOutbox } from "./outbox/outbox.js";
export { createSender } from "./outbox/sending.js";
export { readBundleFile, writeBundleFile } from "./passing-on/bundle-file.js";
export { fitsQrText, readQrText, writeQrText } from "./passing-on/qr-text.js";
export { createCodec } from "./report/codec.js";
export { countTexts, writeCompact } from "./report/compact.js";
export { sealReport } from "./reporting.js";
export { readText, writeTexts } from "./sealed-sms.js";
export { MAX_CONTENT, newReportId, seal, sealForSms } from "./sealing.js";
export { loadSodium } from "./sodium.js";
