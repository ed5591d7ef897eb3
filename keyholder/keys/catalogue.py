"""Codes of cards, lock offers, wraps, destroying and keeping: a part of keyholder.errors."""

KEYS: dict[str, tuple[str, str]] = {
    # cards
    "card-form": (
        "This is not a card",
        "Ask its holder for a new one: `keyholder card --output FILE`",
    ),
    "card-signature": (
        "This card is not signed by the key in it: it was altered",
        "Ask its holder for it by another way",
    ),
    "card-full": (
        "A card has room for 104 one-time keys",
        "Offer keys for fewer epochs",
    ),
    "card-changed": (
        "This card changes or takes back a key that its holder offered before",
        "Do not use it; ask the holder, by a way you trust, what happened",
    ),
    "card-older": (
        "This card offers less than the one that is held: it is an older one",
        "Keep the one that is held; ask the holder for the newest",
    ),
    "card-other-key": (
        "This card is not signed by the key that the keyring lists for its holder",
        "Do not use it; ask the holder, by a way you trust",
    ),
    "card-missing": (
        "There is no card here of that holder",
        "Take it first: `keyholder card --take FILE`",
    ),
    "card-no-key": (
        "The card of that holder offers no key for this epoch, or the keyring does not list her",
        "Fetch the newest keyring, `keyholder sync` or `bundle in`; else ask for a renewed card",
    ),
    "card-own": (
        "This is your own card",
        "Give it to the other holders",
    ),
    "file-unreadable": (
        "The file cannot be read",
        "Check its name and who may read it",
    ),
    # lock offers
    "offer-form": (
        "This is not a lock offer",
        "Ask its maker for it again",
    ),
    "offer-stranger": (
        "The lock offer is not signed by a holder whom the keyring lists",
        "Do not use it; ask who made it",
    ),
    "offer-number": (
        "The number of the offered epoch is none of the next 26",
        "Of several epochs add the lowest first; else have the offers made anew",
    ),
    "offer-pair": (
        "These offers are not locks A and B of one epoch by two makers",
        "Give one offer of a single lock, or the two of a dual epoch; lock B is made with --like A",
    ),
    "offer-outsider": (
        "The lock offer has a wrap for somebody whom the keyring does not list as a holder",
        "Have the lock made anew without her, or list her first",
    ),
    "offer-overlap": (
        "A holder would get both locks, and open alone what shall take two",
        "Have one lock made anew without her, or add --allow-both if the coalition wants it",
    ),
    "offer-holders": (
        "The holders of lock A of a dual epoch are to be named: the others will get lock B",
        "Add --holder ID for each",
    ),
    "offer-is-both": (
        "This vault holds the epoch's other lock",
        "Let another holder make this one: nobody makes both",
    ),
    "epoch-alone": (
        "No other holder would get this lock: whoever loses its only seed loses its reports",
        "Take the other holders' cards first, or add --alone",
    ),
    # epochs
    "epoch-unknown": (
        "The keyring has no epoch of this number",
        "See `keyholder coalition show`",
    ),
    "epoch-last": (
        "Nothing else would be sealed to: reporters could send nothing",
        "Make another epoch first: `keyholder epoch new --start now`",
    ),
    "epoch-early": (
        "The time to destroy this epoch has not come",
        "Phones may still bring reports for it. Add --early to do it all the same",
    ),
    "wraps-form": (
        "A file of wraps in the keyring is not one",
        "Ask the officers to sign a keyring without it",
    ),
    "wraps-full": (
        "The wraps of this lock do not fit into the keyring",
        "Have it made for fewer holders",
    ),
    # keeping
    "kept-damaged": (
        "A kept item is damaged, or was sealed by another vault",
        "Put kept.db back from a copy",
    ),
    "keep-nothing": (
        "Nothing that opens is meant by this",
        "Give ids from `keyholder list`, or filters as it takes them",
    ),
}
