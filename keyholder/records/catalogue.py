"""What can go wrong with records: a part of the catalogue in keyholder/errors.py."""

RECORDS: dict[str, tuple[str, str]] = {
    "record-operation": (
        "This operation on a report or incident is not one that this version knows",
        "Check the ids, the language and the level, or update this program",
    ),
    "record-tag": (
        "A tag is empty or too long",
        "Give 1 to 64 bytes of text",
    ),
    "record-text": (
        "The text is empty or too long",
        "Give up to 32,000 bytes; what is longer takes several notes",
    ),
    "record-reports": (
        "One operation takes 1 to 512 different reports",
        "Name them in several operations",
    ),
    "record-unknown": (
        "Nothing that a keyholder did has this handle, or is left to undo",
        "Copy the handle from `keyholder history`",
    ),
    "record-ambiguous": (
        "Several holders' records have handles that begin so",
        "Give the whole handle, as `keyholder history` prints it",
    ),
    "record-incidents": (
        "These reports are not all in one incident that somebody merged",
        "Name reports of one incident; `keyholder show` tells which one each is in",
    ),
    "record-input": (
        "There is no text on standard input, or it is not UTF-8",
        "Type it, or pipe it in: `keyholder note ID < file`",
    ),
    "records-damaged": (
        "The file of what you wrote, records.db, is cut off or damaged",
        "Put it back from a copy or move it away: what the service has comes back from there",
    ),
    "record-left": (
        "This was written by somebody who was no holder any more when it arrived",
        "It does not count; an officer may list that holder again",
    ),
    "record-revoked": (
        "This was written by somebody whose records do not count, or not any more",
        "Run `keyholder sync` for the newest keyring; else ask an officer",
    ),
}
