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
    "record-left": (
        "This was written by somebody who was no holder any more when it arrived",
        "It does not count; an officer may list that holder again",
    ),
    "record-revoked": (
        "This was written by somebody whose records do not count, or not any more",
        "Run `keyholder sync` for the newest keyring; else ask an officer",
    ),
}
