"""What can go wrong with a bundle of evidence. Codes as in keyholder.errors: never reused."""

EVIDENCE: dict[str, tuple[str, str]] = {
    "evidence-nothing": (
        "No report or envelope was asked for, or none matches",
        "Name ids from `keyholder list`, or give a filter",
    ),
    "evidence-too-many": (
        "A bundle holds 10,000 envelopes at most, and these are more",
        "Narrow the filter, and make several bundles",
    ),
    "evidence-gone": (
        "An envelope of these was purged, removed or altered: there is no original to bundle",
        "See `keyholder verify`, and name other ids or a narrower filter",
    ),
    "evidence-signer": (
        "The keyring does not list this identity as a holder, so nobody could check its signature",
        "Ask a holder of the coalition to do it",
    ),
    "evidence-log-key": (
        "The keyring lists no key of the log, so nobody could check the log's signature",
        "Put it there with `keyholder coalition change --log-key`, then sync",
    ),
    "evidence-unproven": (
        "No signed checkpoint that agrees with the leaves held here covers all these envelopes",
        "Run `keyholder sync` and `keyholder verify`, then try again",
    ),
    "evidence-attachments": (
        "The attachments of these reports are more than the 512 MiB that a bundle takes",
        "Name fewer reports, or leave --attachments out",
    ),
    "custody-words": (
        "A line of the custody log takes an act in small letters, and texts of one line each",
        "Write as `handed over`, and 1 to 1,000 characters behind each option",
    ),
    "custody-full": (
        "The custody log has no room for another line",
        "Make a new bundle of the same reports, and name the old one in it",
    ),
    "bundle-unreadable": (
        "The bundle is not there, or cannot be read",
        "Check its name and who may read it",
    ),
    "bundle-form": (
        "This is no bundle of evidence: another zip file, or one that was cut off or changed",
        "If a program packed it anew, unpack it and check the folder",
    ),
    "bundle-too-big": (
        "The bundle is bigger than any that this program makes",
        "Ask who made it for several smaller ones",
    ),
    "bundle-altered": (
        "The bundle is not what its maker signed, or does not prove what it should",
        "Trust nothing of what is named above; ask its maker for another copy",
    ),
    "root-unreadable": (
        "The root file cannot be read, or is none",
        "Give the coalition's root.json as you got it from people you trust",
    ),
}

EVIDENCE_FINDINGS: dict[str, str] = {
    "container-altered": "the zip around it is not as it was written",
    "item-altered": "it is not the file that the manifest lists: its size or SHA-256 differs",
    "item-missing": "the manifest lists it, and it is not here",
    "item-unlisted": "it is here, and no manifest lists it: somebody added it",
    "manifest-altered": "it is not what the holder signed, or is no manifest",
    "signature-altered": "it is no true signature over the manifest",
    "signer-unknown": "the keyring does not list the holder who signed as one of its own",
    "keyring-refused": "no keyring that the root file's officers signed",
    "checkpoint-refused": "no checkpoint that a key of the keyring's list signed",
    "original-altered": "it is not the envelope of this id, or its leaf says something else",
    "proof-wrong": "it does not prove that this leaf is in the log of the checkpoint",
    "content-altered": "it is not what the manifest says that the envelope opened to",
    "attachment-altered": "it is not the sealed attachment that its name says",
    "custody-broken": "its lines are not one chain, each signed by a holder",
    "opening-differs": "your own keys open this envelope to something else",
}
"""What `verify-bundle` finds in a file of a bundle, in words."""
