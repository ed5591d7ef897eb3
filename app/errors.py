"""What the app room raises, and the one place for its sentences. problems.py gives them HTTP
statuses.

A code is never reused for another cause. `str(error)` is a fixed text: what is wrong and what to do
next. It never carries anything that came in, so it may be shown and logged.
"""

from collections.abc import Mapping

CAUSES: Mapping[str, str] = {
    # requests
    "not-found": "There is nothing here. Check the address.",
    "method-not-allowed": "This address does not take that method. See the Allow header.",
    "request-invalid": "A parameter of the request is wrong. Check it against the API.",
    "request-malformed": "This is not a valid HTTP request. Check the client.",
    "request-not-signed": "This address is for keyholders, with a signed request. "
    "Sign it with a request key that the keyring lists, for the service's public address.",
    "headers-too-large": "The headers are too long. Send fewer or shorter ones.",
    "media-type": "This address does not take that media type. Check it against the API.",
    "body-too-large": "The body is too long. Send less in one request.",
    "body-too-slow": "The body took too long to arrive. Send it again, or less at once.",
    "body-cut-off": "The body ended too early. Send what is missing again.",
    "batch-too-many": "The batch has too many items. Send what is missing in another batch.",
    "batch-malformed": "The batch is not a CBOR sequence. Send what is missing again.",
    "batch-item-type": "An item of the batch is not a byte string. Send envelopes alone.",
    "keyring-not-accepted": "This service has no pinned root and accepts no keyring. "
    "Ask the operator to pin the coalition's root file.",
    "cosignature-refused": "This is not a holder's cosignature of the newest checkpoint. "
    "Fetch the checkpoint, check it, and cosign that one.",
    # attachments
    "tus-version": "This address speaks tus 1.0.0. Send Tus-Resumable: 1.0.0.",
    "blob-metadata": "Uploads take no metadata, which would say in clear what an attachment is. "
    "Leave Upload-Metadata out.",
    "blob-too-large": "The attachment is too long. Send a smaller one.",
    "blob-offset": "The upload does not go on at this offset. "
    "Ask for the offset with HEAD, and send from there.",
    "blob-locked": "Another request is sending to this upload. "
    "Ask for the offset with HEAD, and go on from there.",
    "blob-paused": "The request has used up its time; what came is kept. "
    "Ask for the offset with HEAD, and go on from there.",
    "blob-checksum": "The bytes are not those of the checksum; none of them is kept. "
    "Send them again.",
    "blob-checksum-form": "The checksum cannot be read. Send sha1 or sha256, in base64.",
    "range-invalid": "The range lies outside of the attachment. Check its length.",
    "internal": "The service has a fault. Tell the operator the incident id.",
    # the store
    "store-full": "The service has no room left. Keep the envelope and try again later.",
    "parts-full": "Too many parts of text messages wait for the rest. "
    "Send the report another way, or try again later.",
    "blobs-full": "The service has no room left for attachments. "
    "Send the report without it, or try again later.",
    "blobs-unavailable": "Attachments cannot be kept or read now. Try again later. "
    "Operator: check the folder or the bucket of the blobs, and its keys.",
    "blob-damaged": "A piece of an attachment is gone from the folder or the bucket of the blobs. "
    "Operator: put it back from a copy.",
    "store-busy": "The service is busy. Keep the envelope and try again after a pause.",
    "store-unavailable": "The service cannot store anything now. "
    "Keep the envelope and try again later.",
    # for operators, at the start
    "store-io-error": "The database failed to write, so the service must end. "
    "Check the disk, then start it again: what was acknowledged is there.",
    "database-unknown": "The database URL names no database that this program knows. "
    "Use sqlite:///FILE or postgresql://USER@HOST/NAME.",
    "pragma-refused": "The database did not take a setting that durability needs. "
    "SQLite: check that the file is on a local disk and that this program may write it. "
    "PostgreSQL: fsync must be on.",
    "log-damaged": "The leaves in the database are not those that the log signed before. "
    "Stop the service, keep the database as it is, and tell the coalition.",
    "log-key-other": "Another key has signed this log before. Put log.key back from a copy; "
    "services on one database need the same one. "
    "To go on as another log, set HELIOGRAPH_REPLACE_LOG_KEY.",
    "schema-mismatch": "The database does not have the schema that this program needs. "
    "Run `heliograph migrate`.",
}

FAULTS: Mapping[str, str] = {
    # what reading a log again finds (app/auditing.py); an index follows
    "leaf-missing": "The log has a gap: leaves are gone.",
    "leaf-invalid": "A leaf is neither an envelope's nor a keyring's.",
    "leaf-twice": "An envelope has a second leaf.",
    "leaf-unfindable": "A leaf is not found by its id: the service takes the same envelope again, "
    "and gives no receipt.",
    "leaf-id-surplus": "The table of ids has rows that belong to no leaf.",
    "root-differs": "The leaves are not those that a checkpoint signed.",
    "checkpoint-altered": "A checkpoint's row does not say what its note says.",
    "tile-missing": "A kept hash of the log is gone.",
    "tile-wrong": "A kept hash of the log is not that of its leaves.",
    "body-missing": "An envelope is gone, its leaf is there, and no keyring listed it as purged.",
    "body-altered": "An envelope is not the one of its leaf.",
    "body-surplus": "A body is there without a leaf of an envelope.",
    "pending-altered": "An envelope that waits for its index is not the one of its leaf.",
}


class ServiceError(Exception):
    """Base of this room's errors: `code` is stable and kebab-case, `str` is the code's text."""

    def __init__(self, code: str) -> None:
        self.text = CAUSES[code]
        self.code = code
        super().__init__(code)

    def __str__(self) -> str:
        return self.text


class StoreError(ServiceError):
    """The store could not take or give something. Nothing of the request was kept."""


class StoreFull(StoreError):
    """No room: the disk is full, or parts of sealed SMS or blobs have used up theirs (507)."""

    def __init__(self, code: str = "store-full") -> None:
        super().__init__(code)


class StoreBusy(StoreError):
    """The queue is full or the database is locked: the same request works later (503)."""

    def __init__(self, code: str = "store-busy") -> None:
        super().__init__(code)


class StoreUnavailable(StoreError):
    """The store is stopped, broken, or not set up (503). An operator has to look at it."""

    def __init__(self, code: str = "store-unavailable") -> None:
        super().__init__(code)


class RequestRefused(ServiceError):
    """A request that is answered with a problem of the catalogue."""
