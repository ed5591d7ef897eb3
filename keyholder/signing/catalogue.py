"""Codes of officers, members and what they sign: a part of keyholder.errors."""

SIGNING: dict[str, tuple[str, str]] = {
    "threshold-too-high": (
        "More signatures would be needed than there are officers: nobody could sign any more",
        "Give a --threshold of at most the number of officers",
    ),
    "threshold-too-low": (
        "A keyring that nobody needs to sign protects nobody",
        "Give a --threshold of 1 or more",
    ),
    "officers-many": (
        "A root takes at most 32 officers",
        "Name fewer: a few who can meet are better than many",
    ),
    "officer-unknown": (
        "No officer of the keyring is meant by this",
        "Give a key id from `keyholder coalition officers`, or a holder whose card is held here",
    ),
    "officer-known": (
        "The key on this card is an officer's already",
        "Leave this card out",
    ),
    "officers-unchanged": (
        "Nothing would change about the officers",
        "Give --add, --remove, --threshold or --root-threshold",
    ),
    "officer-leaves": (
        "You would leave the officers by this: somebody who stays has to propose it",
        "Ask another officer; you may sign it as well",
    ),
    "proposal-waiting": (
        "Another proposal that you signed waits for signatures: two would fork the keyring",
        "Have it signed, or withdraw it with `keyholder coalition withdraw`",
    ),
    "proposal-none": (
        "No proposal waits here",
        "Nothing needs to be withdrawn",
    ),
    "proposal-declined": (
        "Nothing was signed",
        "Run it again when you have compared the words with the other officers",
    ),
    "founding-declined": (
        "No coalition was begun",
        "Run it again when you have compared the words of each card with its holder",
    ),
    "pin-swapped": (
        "The file given as the root is a keyring, and the one after --keyring is a root",
        "Give them the other way round: coalition pin ROOT --keyring FILE",
    ),
    "pin-root-is-keyring": (
        "The file given as the root is a keyring, as `coalition export` writes it",
        "Give the root's file first, as `coalition root` writes it; the keyring after --keyring",
    ),
    "pin-keyring-is-root": (
        "The file after --keyring is a root, as `coalition root` writes it",
        "Give the keyring's file there, as `coalition export` writes it",
    ),
    "proposal-taken": (
        "The keyring in use says exactly what this proposal says: it was taken up already",
        "Nothing is left to sign; send it with `keyholder coalition publish`",
    ),
    "keyring-withheld": (
        "Files that the keyring lists were kept back here; what you signed would lose them for all",
        "Take it whole, by `keyholder bundle in`; or `coalition change --leave-out-withheld`",
    ),
    "member-known": (
        "A holder with this id is listed already",
        "See `keyholder coalition members`",
    ),
    "member-unknown": (
        "The keyring lists no such holder",
        "Give the whole id from `keyholder coalition members`",
    ),
    "member-revoked": (
        "This holder was revoked, which is for good",
        "Have a new home made with `keyholder init`, and a new card",
    ),
    "members-many": (
        "The keyring has no room for more holders, or for more revoked ones",
        "Remove some, or begin a new coalition",
    ),
    "names-damaged": (
        "The names that you gave to holders cannot be read",
        "Put `names.box` back from a copy, or delete it and give the names again",
    ),
    "pin-declined": (
        "The root file was not pinned",
        "Compare its words with an officer, by a way you trust",
    ),
    "proposal-unreadable": (
        "The proposal's file cannot be read",
        "Check its name, and that the disk or stick is there",
    ),
    "pin-unreadable": (
        "The root file or the keyring's file cannot be read",
        "Check the names, and that the disk or stick is there",
    ),
}
