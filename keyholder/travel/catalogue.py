"""Codes of files that go from one holder to another: a part of keyholder.errors."""

TRAVEL: dict[str, tuple[str, str]] = {
    "travel-unreadable": (
        "A file that was named cannot be read",
        "Check its name, and that the disk or stick is there",
    ),
    "travel-form": (
        "This is not such a file, or it is damaged",
        "Check which file it is, and ask its maker for it again",
    ),
    "travel-signature": (
        "The file is not what its maker signed: it was changed or cut off",
        "Ask for it again by another way",
    ),
    "travel-too-many": (
        "The file would hold more than a reader takes",
        "Write a part of it: see the options of the command",
    ),
    # peeled files
    "peeled-holder": (
        "A peeled file counts only from a holder whom the keyring lists and who is not revoked",
        "Run `keyholder sync`; else ask another holder of lock A for the file",
    ),
    "peeled-nothing": (
        "No envelope was peeled, so there is no file",
        "Run `keyholder sync`; only a holder of lock A of a dual epoch can peel",
    ),
    "peeled-in-home": (
        "A peeled file may not lie in a home: one laptop must not open a dual epoch alone",
        "Write it to a stick, or to another folder, and delete it once it was handed on",
    ),
    # bundles
    "bundle-maker": (
        "The maker of this bundle was revoked",
        "Do not use it; ask another holder",
    ),
    "bundle-gap": (
        "The bundle's envelopes do not follow on those that are held",
        "Ask for a bundle with an earlier --since",
    ),
    "bundle-refused": (
        "Something in the bundle was refused, or contradicts what is held here",
        "What is named above was not taken; compare with its maker by a way you trust",
    ),
    # the ceremony
    "rehearsal-failed": (
        "A command of the rehearsal failed, as its last line says",
        "Nothing of yours was touched; tell the makers of this program that line",
    ),
    # QR codes
    "qr-kind": (
        "Only files that holders exchange are shown as QR codes",
        "Give a card, a lock offer, a proposal, a keyring, a root file or a small peeled file",
    ),
    "qr-too-big": (
        "This file needs more QR codes than anybody scans",
        "Hand it on as a file",
    ),
    "qr-output": (
        "Codes are written as an .html or an .svg file",
        "Give --output a name that ends so",
    ),
    "qr-text": (
        "A line is not the text of one of these QR codes",
        "Scan that code again; one text a line",
    ),
    "qr-mixed": (
        "These are the codes of several files",
        "Read those of one file at a time",
    ),
    "qr-missing": (
        "Some codes of the file are missing",
        "Scan them too; the order plays no part",
    ),
    "qr-hash": (
        "The codes are all there, and do not make the file that was shown",
        "Scan all of them again",
    ),
}
