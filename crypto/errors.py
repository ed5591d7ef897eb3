"""What can go wrong in this room: one class a subject, one stable code a cause.

A code is never reused for another cause. `str(error)` is a fixed text: what is wrong and what to do
next. It never carries anything that came in, so it may be shown and logged.
"""

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

Causes: TypeAlias = Mapping[str, str]


class CryptoError(Exception):
    """Base of this room's errors.

    `code` is stable and kebab-case; `str` is the code's fixed text.
    """

    CAUSES: ClassVar[Causes] = {}

    def __init__(self, code: str) -> None:
        self.text = self.CAUSES[code]
        self.code = code
        super().__init__(code)

    def __str__(self) -> str:
        return self.text


class EnvelopeError(CryptoError):
    """The form of an envelope or a leaf is wrong, or an envelope cannot be made."""

    CAUSES: ClassVar[Causes] = {
        "envelope-too-short": "This is too short to be an envelope. Send the whole envelope again.",
        "envelope-version": "This is not an envelope of version 1. "
        "Update this program, or check what was sent.",
        "envelope-suite": "The envelope names a suite that does not exist. "
        "Update this program, or check what was sent.",
        "envelope-length": "The envelope has a length that its suite does not allow. "
        "Send the whole envelope again.",
        "envelope-content-too-long": "The content does not fit. "
        "Shorten it, or send it as an attachment.",
        "envelope-padded-length": "That padded length is not allowed for this suite. "
        "Use one of the lengths of the format.",
        "envelope-suite-not-for-sms": "This suite does not fit into text messages. "
        "Use the suite that the keyring names for texts.",
        "envelope-sealing-key": "The key to seal with is not a valid key of its suite. "
        "Fetch the keyring again; do not seal with this one.",
        "envelope-report-id": "A report id is exactly 8 bytes. "
        "Make the report id with new_report_id.",
        "leaf-invalid": "This is not a leaf of an envelope. "
        "Download it again, and tell the coalition if that does not help.",
    }


class OpeningError(CryptoError):
    """An envelope of good form was not opened, or a seed is not the signed lock's."""

    CAUSES: ClassVar[Causes] = {
        "no-key": "There is no key here for this envelope's epoch and suite. "
        "Ask the holders of that epoch's locks, or fetch the newer keyring.",
        "box-not-opened": "The envelope was changed on its way, or was sealed to another key. "
        "Keep it; check that the epoch's seed is the right one.",
        "suite-mismatch": "The envelope says one suite outside and another inside. "
        "Treat it as forged.",
        "kind-unknown": "The envelope holds a kind that this program does not know. "
        "Update this program, then open it again.",
        "padding-invalid": "The padding inside the envelope is wrong. "
        "Treat it as forged, or as made by a broken program.",
        "lock-mismatch": "This seed is not the seed of the signed lock. "
        "Check which epoch and lock the seed belongs to; do not use it.",
        "lock-unknown": "There is no such lock in this suite. "
        "A single suite has lock A; a dual suite has locks A and B.",
        "seed-length": "A seed is exactly 32 bytes. "
        "Check the file or card that the seed came from.",
        "wrap-key": "A one-time key is not valid. Ask its holder for a new card.",
        "wrap-holder": "A holder's id is 16 hex digits. Take it from the holder's card.",
        "wrap-not-opened": "This wrap is for another one-time key, epoch, lock or holder, "
        "or it was changed. Ask whoever made the lock to wrap its seed for you again.",
    }


class SealedSmsError(CryptoError):
    """A text is not a sealed SMS, or an envelope cannot travel as one."""

    CAUSES: ClassVar[Causes] = {
        "sms-not-sealed": "This text does not begin as a sealed text does. "
        "Treat it as a plain text.",
        "sms-length": "A sealed text has exactly 160 characters. Ask for the text again.",
        "sms-alphabet": "The text holds a character that sealed texts do not use. "
        "Ask for the text again.",
        "sms-spare-bits": "The last character of the text has bits set that must be zero. "
        "Ask for the text again.",
        "sms-type": "The text is neither an envelope nor a part of one. "
        "Update this program, or ask for the text again.",
        "sms-single-form": "The text holds an envelope that cannot travel as one text. "
        "Ask for the text again.",
        "sms-part-count": "An envelope has 2 to 15 parts. Ask for the text again.",
        "sms-part-index": "The part's number is not below the number of parts. "
        "Ask for the text again.",
        "sms-envelope-form": "This envelope does not fill text messages exactly. Seal it for SMS.",
    }


class KeyringError(CryptoError):
    """A keyring was refused; the last good one stays in use. Or it has nothing to seal with."""

    CAUSES: ClassVar[Causes] = {
        "keyring-bundle-too-big": "The keyring file is bigger than 1 MiB. "
        "Fetch it again from another place.",
        "keyring-bundle-form": "This is not a keyring file. Fetch it again from another place.",
        "keyring-root-form": "A root file of the keyring cannot be read. "
        "Fetch the keyring again from another place.",
        "keyring-root-signatures": "A root file of the keyring is not signed by enough officers. "
        "Do not use it; ask an officer.",
        "keyring-root-version": "A root file of the keyring has the wrong version. "
        "Do not use it; ask an officer.",
        "keyring-root-fork": "There are two different root files of one version. "
        "Do not use it; tell an officer at once.",
        "keyring-development": "A development keyring and a real one are mixed. "
        "Do not use it; ask an officer.",
        "keyring-targets-missing": "The list of signed files is missing from the keyring. "
        "Fetch the whole keyring again.",
        "keyring-metadata-form": "A signed file of the keyring cannot be read. "
        "Fetch the keyring again from another place.",
        "keyring-signatures": "The keyring is not signed by enough keyring officers. "
        "Do not use it; ask an officer.",
        "keyring-version": "The version inside a keyring file is not the one in its name. "
        "Fetch the keyring again from another place.",
        "keyring-rollback": "This keyring is older than the one in use. "
        "Keep the one in use, and fetch again.",
        "keyring-fork": "There are two different keyrings of one version. "
        "Do not use it; tell an officer at once.",
        "keyring-snapshot": "The parts of the keyring do not belong together. "
        "Fetch the whole keyring again.",
        "keyring-file-missing": "A file that the keyring lists is missing. "
        "Fetch the whole keyring again.",
        "keyring-file-hash": "A file of the keyring is not the one that was signed. "
        "Fetch the keyring again from another place.",
        "keyring-json": "A file of the keyring is not strict JSON in printable ASCII. "
        "Ask an officer to publish it again.",
        "keyring-format": "A file of the keyring names a format that this program does not know. "
        "Update this program.",
        "keyring-field": "A field of the keyring is missing, or is not of its type or range. "
        "Ask an officer to publish it again.",
        "keyring-epoch": "An epoch of the keyring contradicts itself. "
        "Ask an officer to publish it again.",
        "keyring-key": "A key or an id in the keyring is not hex digits of its length. "
        "Ask an officer to publish it again.",
        "no-epoch": "The keyring has no epoch to seal to on this channel. "
        "Fetch the newer keyring; nothing is stored unsealed.",
    }


class ProposalError(CryptoError):
    """What officers are to sign was refused: nothing of it was signed or taken up."""

    CAUSES: ClassVar[Causes] = {
        "proposal-form": "This is not a proposal as this program writes it, or it was changed. "
        "Ask whoever proposed it for the file again.",
        "proposal-stranger": "The proposal bears a signature of somebody who is no officer. "
        "Do not sign it; ask whoever gave it to you.",
        "proposal-changed": "The proposal was changed after an officer had signed it. "
        "Do not sign it; tell the other officers.",
        "proposal-unsigned": "A part of the proposal bears nobody's signature. "
        "Ask the officer who proposed it to sign it first.",
        "proposal-late": "The keyring went on without this proposal: another one came in between. "
        "Ask for a new proposal on the keyring in use.",
        "proposal-early": "The proposal follows a newer keyring than the one held here. "
        "Fetch the newer keyring first: `keyholder sync`, or `keyholder bundle in FILE`.",
        "proposal-other": "These files are not copies of one proposal. "
        "Join only files that show the same words.",
    }


class RequestSignatureError(CryptoError):
    """A signed request was refused."""

    CAUSES: ClassVar[Causes] = {
        "signature-missing": "The request is not signed. Sign it with your request key.",
        "signature-duplicate": "A header of the signature is there twice. Send each header once.",
        "signature-malformed": "The headers of the signature cannot be read. "
        "Sign it as the format says.",
        "signature-components": "The signature covers other parts of the request than it must. "
        'Cover "@method", "@target-uri" and "content-digest", in this order.',
        "signature-parameters": "The signature has other parameters than keyid and alg. "
        'Give the keyid and alg="ed25519" alone, and no time.',
        "signature-digest": "The body is not the one that was signed. Send the request again.",
        "signature-key-unknown": "The key that signed is not in the keyring. "
        "Ask an officer to list your key, or fetch the newer keyring.",
        "signature-wrong": "The signature does not match the request. "
        "Check the service's address and your request key.",
        "signature-uri": "The address holds characters that an address cannot have. "
        "Check the service's address.",
    }


class PassphraseError(CryptoError):
    """A locked box was not unlocked."""

    CAUSES: ClassVar[Causes] = {
        "passphrase-wrong": "The passphrase is wrong, or the file was changed. "
        "Type the passphrase again.",
        "passphrase-length": "A passphrase has 1 to 1,024 bytes. Choose another passphrase.",
        "box-damaged": "The file is damaged, or is not a locked file. Use a copy of it.",
        "box-cost": "The file asks for more memory or work than this program gives. "
        "Use a copy of it; treat this one as forged.",
        "key-length": "A vault key is exactly 32 bytes. Check the file that the key came from.",
    }


class LogError(CryptoError):
    """A proof of the log is false, or what was kept of it is damaged."""

    CAUSES: ClassVar[Causes] = {
        "inclusion-wrong": "The proof does not show that this leaf is in the log. "
        "Fetch it again; if it stays so, tell the coalition.",
        "consistency-wrong": "The proof does not show that the older log is the newer one's "
        "beginning. Keep both checkpoints, and tell the coalition.",
        "frontier-damaged": "What was kept of the log's hashes is damaged. "
        "Compute it again from the leaves.",
    }


class NoteError(CryptoError):
    """A signed note, a checkpoint or a receipt was refused."""

    CAUSES: ClassVar[Causes] = {
        "note-form": "This is not a signed note. Fetch it again, and check the address.",
        "note-key": "This is not a key for signed notes. Copy the whole key as it was given.",
        "note-not-signed": "The key that was asked for did not sign this. "
        "Check which key the keyring lists, and tell the coalition.",
        "note-signature-wrong": "A signature under this is false. "
        "Keep it as evidence, and tell the coalition.",
        "checkpoint-form": "The note is signed, but it is no checkpoint. "
        "Check the address, and tell the operator.",
        "receipt-form": "This is not a receipt. Fetch it again, and check the address.",
    }


class RecordError(CryptoError):
    """A record of a holder was refused, or cannot be written so."""

    CAUSES: ClassVar[Causes] = {
        "record-size": "This is too short or too long for a record. "
        "What is longer takes several records.",
        "record-form": "This does not have the form of a record. "
        "Treat it as forged, or as made by a broken program.",
        "record-author": "Nobody whose records count is said to have written this. "
        "Fetch the newer keyring; if it stays so, treat it as forged.",
        "record-signature": "The holder who is said to have written this did not sign it. "
        "Treat it as forged.",
    }


class CarriedError(CryptoError):
    """An item of a bundle, or the text of a QR code, is neither envelope nor blob."""

    CAUSES: ClassVar[Causes] = {
        "bundle-empty": "The file holds nothing. Ask for the file again.",
        "bundle-form": "From here on this is no file of waiting reports. "
        "What came before is whole; ask for the file again.",
        "bundle-cut-off": "The file ends in the middle of an item. "
        "What came before is whole; ask for the file again.",
        "bundle-too-many": "The file holds too many items, or too many that are no report. "
        "What came before is whole; ask for the rest in another file.",
        "bundle-item-type": "An item of the file is a text. "
        "It was stepped over; check where the file comes from.",
        "bundle-item-length": "An item of the file is as long as no report and no attachment. "
        "It was stepped over; ask for the file again.",
        "qr-text-length": "The text is as long as no QR code of ours is. Scan the code again.",
        "qr-text-alphabet": "The text holds a character that QR codes of ours do not use. "
        "Scan the code again.",
        "qr-text-value": "The text holds characters that stand for nothing. Scan the code again.",
        "qr-text-too-long": "This envelope does not fit into one QR code. Pass it on as a file.",
    }


class BlobError(CryptoError):
    """The length of a blob or of its content is wrong, or it does not open as a report says."""

    CAUSES: ClassVar[Causes] = {
        "blob-length": "No blob has this length. Check the padding and the chunks.",
        "blob-empty": "An attachment has at least one byte. Send the report without it.",
        "blob-id": "These are not the bytes that the report names. "
        "Get the attachment anew; if it stays so, treat it as changed.",
        "blob-size": "The attachment has another length than the report says. "
        "Treat the report as forged, or as made by a broken program.",
        "blob-chunk": "The attachment does not open with the key in the report. "
        "Treat it as forged, or as made by a broken program.",
        "blob-tag": "The attachment was cut or joined. "
        "Treat it as forged, or as made by a broken program.",
        "blob-padding": "The attachment holds something behind its end. "
        "Treat it as forged, or as made by a broken program.",
    }
