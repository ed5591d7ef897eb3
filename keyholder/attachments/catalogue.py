"""What can be wrong with an attachment. Codes as in keyholder.errors: never reused."""

ATTACHMENTS: dict[str, tuple[str, str]] = {
    "attachment-not-fetched": (
        "The attachment is not in this home",
        "Fetch it with `keyholder attachments ID --fetch`, on a machine with a network",
    ),
    "attachment-not-there": (
        "The service has no such attachment: it has not arrived yet, or somebody removed it",
        "Try again later: a phone may still be sending it. A report says only what was meant",
    ),
    "attachment-purged": (
        "A keyring lists the attachment as purged, so it is neither fetched nor opened",
        "Nothing is left to do; `keyholder purge --local` deletes a copy that is here",
    ),
    "attachment-too-large": (
        "The report says that the attachment is larger than any that a service takes",
        "Treat the report as forged, or as made by a broken program",
    ),
    "attachment-incomplete": (
        "The report does not say key, SHA-256 and size of the attachment, or none that can be",
        "Treat the report as forged, or as made by a broken program",
    ),
    "attachment-length": (
        "The service has the attachment in another length than the report says",
        "Treat the report as forged, or as made by a broken program",
    ),
    "attachment-hash": (
        "What the service gave is not the attachment that the report names; it was thrown away",
        "Try again. If it stays so, tell the service's operator and the other keyholders",
    ),
    "attachment-cut-off": (
        "The service breaks the attachment off again and again; what came of it is kept",
        "Try again: it goes on where it stopped. If it stays so, tell the service's operator",
    ),
    "attachments-left": (
        "Some of these attachments were not fetched or saved",
        "See what is said above of each",
    ),
}
