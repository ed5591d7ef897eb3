"""Vectors of TUF files that two programs could read in two ways, or whose form is just allowed."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from securesystemslib.formats import encode_canonical
from tuf.api.metadata import Root

from crypto.officers import tuf_signer
from tools.vectors.case import Case, swap
from tools.vectors.publishing import OFFICERS, keyring_case, publish, root_bytes

Change = Callable[[dict[str, Any]], None]
TOLD = (("version", "1"), ("root version", "1"), ("epochs", "2"))


def make_forms() -> Iterator[Case]:
    """Cases of kind `keyring`."""
    yield from _allowed()
    yield from _targets()
    yield from _timestamps()
    yield from _roots()


def sign_raw(data: bytes, change: Change) -> bytes:
    """The file with another `signed` part, signed over exactly that: no library writes it anew."""
    signed = json.loads(data)["signed"]
    change(signed)
    payload = str(encode_canonical(signed)).encode()
    signatures = [tuf_signer(seed).sign(payload).to_dict() for seed in OFFICERS[:2]]
    return json.dumps({"signatures": signatures, "signed": signed}).encode()


def _allowed() -> Iterator[Case]:
    def add_fields(root: Root) -> None:
        texts = ['a "quote" and a \\', "", {"b": [], "B": {}, "_": None}, [[True, 0]]]
        root.unrecognized_fields["later"] = [*texts, 9_999_999_999_999_999]

    pinned = root_bytes(change=add_fields)
    yield keyring_case(
        "form-unknown",
        "open",
        "fields unknown to TUF, quotes, and an integer of 16 digits, under the signature",
        publish(root=pinned),
        *TOLD,
        pinned=pinned,
    )
    good = publish()
    capitals = json.loads(good["1.targets.json"])
    for signature in capitals["signatures"]:
        signature["sig"] = signature["sig"].upper()
    yield keyring_case(
        "form-signature-capitals",
        "open",
        "signatures in capitals: they are not signed themselves",
        {**good, "1.targets.json": json.dumps(capitals, indent=1).encode()},
        *TOLD,
    )


def _targets() -> Iterator[Case]:
    good = publish()
    name = "1.targets.json"

    def change(**fields: object) -> Change:
        return lambda signed: signed.update(fields)

    def change_listed(**fields: object) -> Change:
        return lambda signed: signed["targets"]["holders.json"].update(fields)

    def add_hash(algorithm: str) -> Change:
        return lambda signed: signed["targets"]["holders.json"]["hashes"].update(
            {algorithm: "00" * 20}
        )

    signed = [
        ("spec-version", "another major version of TUF", change(spec_version="2.0.0")),
        ("spec-short", "a version of TUF in one number", change(spec_version="1")),
        ("expires-none", "no end", change(expires=None)),
        ("expires-day", "the 30th of February", change(expires="2027-02-30T00:00:00Z")),
        ("expires-second", "a second 60", change(expires="2027-01-01T00:00:60Z")),
        ("expires-zone", "another zone", change(expires="2027-01-01T00:00:00+01:00")),
        ("expires-short", "a month of one digit", change(expires="2027-1-01T00:00:00Z")),
        ("expires-small", "a small z", change(expires="2027-01-01T00:00:00z")),
        ("version-zero", "version 0", change(version=0)),
        ("version-text", "a text in place of version 1", change(version="1")),
        ("version-huge", "version 2^53", change(version=2**53)),
        ("negative", "a negative number in an unknown field", change(later=-1)),
        ("digits", "a number of 17 digits", change(later=10**16)),
        ("not-ascii", "a letter outside ASCII, as an escape", change(later=["\u00e9"])),
        ("delegations", "a delegation", change(delegations={"keys": {}, "roles": []})),
        ("list", "a list in place of the targets", change(targets=[])),
        ("length-true", "true in place of a length", change_listed(length=True)),
        ("length-huge", "a length of 2^53", change_listed(length=2**53)),
        ("length-none", "no length", change_listed(length=None)),
        ("hashes-none", "no hashes", change_listed(hashes={})),
        ("hash-number", "a number in place of a hash", change_listed(hashes={"sha256": 1})),
        ("hash-sha1", "SHA-1 beside SHA-256", add_hash("sha1")),
    ]
    for label, comment, edit in signed:
        files = {**good, name: sign_raw(good[name], edit)}
        yield keyring_case(f"form-{label}", "keyring-metadata-form", comment, files)
    fields = json.loads(good[name])
    raw = [
        ("twice", "a name twice", swap(good[name], b'"version":1', b'"version":1,"version":1')),
        (
            "fraction",
            "a fraction that is not signed",
            good[name].replace(b"{", b'{"later":1.5,', 1),
        ),
        ("tab", "a tab between two fields", good[name].replace(b"{", b"{\t", 1)),
        ("key-id", "a key id that is no text", _add_signature(fields, {"keyid": 1, "sig": ""})),
        ("signature", "a signature without its key id", _add_signature(fields, {"sig": ""})),
        (
            "signatures",
            "an object in place of the signatures",
            _write({**fields, "signatures": {}}),
        ),
        ("unsigned", "nothing that is signed", _write({"signatures": fields["signatures"]})),
    ]
    for label, comment, data in raw:
        files = {**good, name: data}
        yield keyring_case(f"form-{label}", "keyring-metadata-form", comment, files)
    yield keyring_case(
        "form-signature-text",
        "keyring-signatures",
        "words in place of a signature",
        {
            **good,
            name: _write({**fields, "signatures": [_spoil(one) for one in fields["signatures"]]}),
        },
    )


def _timestamps() -> Iterator[Case]:
    good = publish(2)

    def list_more(signed: dict[str, Any]) -> None:
        signed["meta"]["other.json"] = {"version": 1}

    def list_none(signed: dict[str, Any]) -> None:
        signed["meta"] = {}

    def set_true(signed: dict[str, Any]) -> None:
        signed["meta"]["snapshot.json"]["version"] = True

    def set_null(signed: dict[str, Any]) -> None:
        signed["meta"]["snapshot.json"]["length"] = None

    for label, comment, edit in (
        ("more", "a timestamp that lists another file", list_more),
        ("none", "a timestamp that lists nothing", list_none),
        ("true", "true in place of the snapshot's version", set_true),
        ("null", "a length that is null", set_null),
    ):
        data = sign_raw(good["timestamp.json"], edit)
        files = {**good, "timestamp.json": data}
        yield keyring_case(f"form-timestamp-{label}", "keyring-metadata-form", comment, files)


def _roots() -> Iterator[Case]:
    files = publish()
    first = tuf_signer(OFFICERS[0]).public_key
    other_id = "00" * 32

    def edit_key(public: str, scheme: str = "ed25519") -> Change:
        key = {"keytype": "ed25519", "scheme": scheme, "keyval": {"public": public}}

        def change(signed: dict[str, Any]) -> None:
            signed["keys"][other_id] = key
            signed["roles"]["targets"]["keyids"].append(other_id)

        return change

    def edit_role(**fields: object) -> Change:
        return lambda signed: signed["roles"]["root"].update(fields)

    def edit_roles(**fields: object) -> Change:
        return lambda signed: signed["roles"].update(fields)

    public = str(first.keyval["public"])
    spaced = " ".join((public[:2], public[2:]))
    cases = [
        ("key-space", "one key under two ids, once with a space", edit_key(spaced)),
        ("key-capitals", "a key in capitals", edit_key("AB" * 32)),
        ("key-short", "a key of 31 bytes", edit_key("ab" * 31)),
        ("key-low-order", "a key of low order", edit_key("01" + "00" * 31)),
        ("key-no-point", "a key that is no point", edit_key("02" + "00" * 31)),
        ("key-scheme", "another scheme", edit_key("ab" * 32, "ed448")),
        ("threshold-zero", "a threshold of 0", edit_role(threshold=0)),
        ("threshold-huge", "a threshold of 2^53", edit_role(threshold=2**53)),
        ("threshold-true", "true in place of a threshold", edit_role(threshold=True)),
        ("key-ids-twice", "a key id twice in a role", edit_role(keyids=[first.keyid, first.keyid])),
        ("key-ids-text", "a text in place of key ids", edit_role(keyids=first.keyid)),
        ("key-ids-number", "a key id that is no text", edit_role(keyids=[first.keyid, 1])),
        ("role-more", "a fifth role", edit_roles(other={"keyids": [], "threshold": 1})),
        ("role-list", "a list in place of a role", edit_roles(root=[])),
        ("snapshots-null", "null whether there are snapshots", _set_null),
    ]
    for label, comment, edit in cases:
        data = sign_raw(files["1.root.json"], edit)
        yield keyring_case(
            f"form-root-{label}",
            "keyring-root-form",
            comment,
            {**files, "1.root.json": data},
            pinned=data,
        )


def _set_null(signed: dict[str, Any]) -> None:
    signed["consistent_snapshot"] = None


def _add_signature(fields: dict[str, Any], signature: dict[str, Any]) -> bytes:
    return _write({**fields, "signatures": [*fields["signatures"], signature]})


def _spoil(signature: dict[str, Any]) -> dict[str, Any]:
    return {**signature, "sig": "not hex"}


def _write(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode()
