"""The page in a bundle that says in plain words what is in it and what it proves."""

from crypto.checkpoints import Checkpoint

_TEXT = """Evidence of reported internet shutdowns
=======================================

Made by holder {holder} on {time} with Heliograph {version}.
Originals: {originals}. Working copies: {contents} opened envelopes, {reports} reports.
Log: {origin}, {size} leaves.

WARNING: the folder working/ is plain text that people risked themselves to report. Keep it on an
encrypted disk, and share it only as each report's "consent" allows.

What is here
------------
originals/   The evidentiary copies: envelopes exactly as phones or gateways sealed them, bit for
             bit (.envelope), what the public log says of each (.leaf), and the proof that the log
             holds it (.tlog-proof, a C2SP signed note). Nobody changes these files.
working/     The working copies: what those envelopes opened to, byte for byte (contents/, CBOR),
             and the same as reports to read (reports/, JSON). One report may have come in several
             envelopes; each report lists its own.
attachments/ If it is there: photos and files that came with the reports, sealed as their senders
             sealed them, each named by its SHA-256. The reports in working/ name them and hold
             their keys (spec/blob-v1.md).
log/         The checkpoint that the log signed, with the cosignatures of other holders.
keyring/     The coalition's public keys: whose signatures count, signed by its officers. root.json
             is where all trust begins: compare it with people you trust.
custody.jsonl   The chain of custody: who did what, when, with which program. Each line names the
             hash of the line before it and is signed. Holders may add lines: keyholder custody.
manifest.json, manifest.sig   Size and SHA-256 of every file, signed by the holder who made this.

How to check it
---------------
    keyholder verify-bundle THIS --root root.json

It needs no network, no keys and no other file. Give it a root.json that you got from the coalition
another way; without it, the bundle is only compared with itself. Any other program can check the
same: SHA-256, Ed25519, C2SP tlog-proof, The Update Framework. spec/evidence-v1.md tells each step.

What this proves
----------------
1. Identity and authenticity of each item: that it has not changed since holder {holder} signed
   the manifest. The manifest's hashes and the signature prove it.
2. That each original was in the coalition's log when the checkpoint was signed. The inclusion proof
   and the log's signature prove it. Each leaf names the day on which the service says it took the
   envelope; the holders who cosigned saw the same log.
3. That the log's key and the holder belong to the coalition whose officers signed the keyring.

What this does not prove
------------------------
- That what a report says is true. It proves that these bytes were in the log at that time, not
  that what they say is true, who sent them, or that two reports come from two people.
- That a working copy is what its original opens to. Only keyholders can open an original, and the
  keys are not given away, because they open everybody's reports of that time. The holder who
  signed the manifest vouches for it. Another holder of the same keys can check it with
  `keyholder verify-bundle THIS --open`.
- When it was made: the times in the custody log and the manifest are the holder's own clock.
- That nothing was left out. A bundle holds what its maker chose.
- That no line was cut from the end of the custody log after the bundle was made.

The words are those of the Berkeley Protocol on Digital Open Source Investigations (United Nations
Human Rights Office and Human Rights Center, UC Berkeley School of Law, 2022): evidentiary copy and
working copy are kept apart, each item has a hash from its collection on, every act is documented.
"""


def write_readme(
    holder: str,
    time: str,
    version: str,
    counts: tuple[int, int, int],
    checkpoint: Checkpoint,
) -> bytes:
    """`counts` are originals, opened contents, reports."""
    originals, contents, reports = counts
    return _TEXT.format(
        holder=holder,
        time=time,
        version=version,
        originals=originals,
        contents=contents,
        reports=reports,
        origin=checkpoint.origin,
        size=checkpoint.size,
    ).encode("ascii")
