"""keyholder coalition create, show, change, publish, export."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from crypto.keyring import first, write_bundle
from crypto.officers import public_key
from keyholder.coalition import (
    check_lists,
    describe_coalition,
    describe_holders,
    describe_keyring,
)
from keyholder.commands.options import Json, Publish, Service
from keyholder.commands.printing import say, say_json, warn
from keyholder.commands.session import Session, read_coalition, unlock_identity
from keyholder.commands.signing import Documents, finish, publish_keyring, sign_next
from keyholder.development import check_development
from keyholder.errors import CoalitionError
from keyholder.exports.output import check_output, write_output
from keyholder.held import Held, write_held
from keyholder.home import hold
from keyholder.moments import write_moment
from keyholder.repository import make_keyring, make_root
from keyholder.terminal import show
from keyholder.vault import Identity

_LISTS = {
    "addresses": "Addresses",
    "sms_numbers": "SMS numbers",
    "ussd_codes": "USSD codes",
    "log_keys": "Log keys",
    "holders": "Holders",
}

Addresses = Annotated[
    list[str] | None,
    typer.Option("--address", metavar="URL", help="The service, as phones reach it."),
]
SmsNumbers = Annotated[
    list[str] | None,
    typer.Option("--sms-number", "--number", metavar="NUMBER", help="It takes reports by SMS."),
]
UssdCodes = Annotated[
    list[str] | None, typer.Option("--ussd-code", metavar="CODE", help="For example *384*1#.")
]

group = typer.Typer(no_args_is_help=True, help="The coalition's keyring: make, show, publish.")


@group.command()
def create(
    context: typer.Context,
    development: Annotated[
        bool,
        typer.Option(
            "--development",
            help="Mark the root: it is refused everywhere but on this machine, for developers.",
        ),
    ] = False,
    address: Addresses = None,
    sms_number: SmsNumbers = None,
    ussd_code: UssdCodes = None,
    json: Json = False,
) -> None:
    """Begin a coalition: sign root 1 and keyring 1, with this holder in it.

    Pin the root file that it prints at services, gateways and tools. The keyring has no epoch yet.

    --json prints {"root": "file", "fingerprint": "64 hex digits", "version": 1}.
    """
    session: Session = context.obj
    documents = {
        "reporter.json": describe_coalition(
            address or [], sms_number or [], ussd_code or [], session.now
        )
    }
    check_development(development, session.surroundings.environment, tuple(address or ()))
    identity = unlock_identity(session)
    with hold(session.home):
        if session.home.root.exists():
            raise CoalitionError("keyring-exists")
        documents["holders.json"] = describe_holders(
            {identity.holder_id: public_key(identity.signing_seed)}
        )
        root = make_root(identity.officer_seed, session.now, development=development)
        files = make_keyring(
            {"1.root.json": root}, 1, identity.officer_seed, documents, session.now
        )
        write_held(session.home, Held(root, first(root, files)))
    fingerprint = hashlib.sha256(root).hexdigest()
    if json:
        say_json({"root": str(session.home.root), "fingerprint": fingerprint, "version": 1})
        return
    say(f"Root file to pin: {show(str(session.home.root))}")
    say(f"Fingerprint (SHA-256): {write_fingerprint(fingerprint)}")
    say("Next: keyholder epoch new")


@group.command("show")
def show_keyring(context: typer.Context, json: Json = False) -> None:
    """Print what the held keyring says. It is public, and needs no passphrase.

    --json prints version, root, expiry, addresses, epochs (without keys) and holders.
    """
    session: Session = context.obj
    held = read_coalition(session)
    described = describe_keyring(held.keyring, hashlib.sha256(held.root).hexdigest())
    if json:
        say_json(described)
        return
    say(f"Keyring {described['version']}, root {described['root_version']}")
    say(
        f"  Fingerprint of the pinned root (SHA-256): {write_fingerprint(described['fingerprint'])}"
    )
    say(f"  Expires {write_moment(held.keyring.expires)}")
    if held.keyring.development:
        say("  DEVELOPMENT: it protects nobody")
    for name, title in _LISTS.items():
        say(f"  {title}: {show(', '.join(described[name])) or 'none'}")
    purged = described["purged"]
    say(f"  Purged: {purged['envelopes']:,} envelopes, {purged['blobs']:,} blobs")
    for epoch in described["epochs"]:
        fallback = ", fallback" if epoch["fallback"] else ""
        locks = " and ".join(epoch["locks"])
        say(
            f"  Epoch {epoch['epoch']}: {epoch['seal_from']} to {epoch['seal_until']}, "
            f"lock {locks}{fallback}; to be destroyed after {epoch['destroy_after']}"
        )
    if session.now >= held.keyring.expires:
        warn("This keyring has expired. It still seals; an officer should sign a newer one.")


@group.command()
def change(
    context: typer.Context,
    address: Addresses = None,
    sms_number: SmsNumbers = None,
    ussd_code: UssdCodes = None,
    log_key: Annotated[
        list[str] | None,
        typer.Option(
            "--log-key",
            metavar="KEY",
            help="A key that the service's log signs with, as it tells it under /v1/log/key.",
        ),
    ] = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the next keyring with other addresses, numbers, codes or keys of the log in it.

    What is given takes the place of the whole list of its kind; other lists stay. Phones try every
    address of the keyring they hold, so add a new address before an old one is blocked. Where a
    keyring lists log keys, no other checkpoint is believed.

    --json prints {"keyring": version, "log_keys": [...]}, and each other list that was given.
    """
    session: Session = context.obj
    held = read_coalition(session)
    given = {
        "addresses": address,
        "sms_numbers": sms_number,
        "ussd_codes": ussd_code,
        "log_keys": log_key,
    }
    lists = check_lists({name: texts for name, texts in given.items() if texts})
    if not lists:
        raise CoalitionError("coalition-unchanged")
    check_development(
        held.keyring.development,
        session.surroundings.environment,
        tuple(lists.get("addresses", ())),
    )

    def replace(_identity: Identity, _held: Held, documents: Documents) -> None:
        documents["reporter.json"].update(lists)

    newer = sign_next(session, service, replace, publish=publish)
    if json:
        say_json(
            {"keyring": newer.keyring.version, "log_keys": list(newer.keyring.log_keys), **lists}
        )
    else:
        counts = ", ".join(f"{_LISTS[name].lower()}: {len(lists[name])}" for name in lists)
        say(f"Keyring {newer.keyring.version} lists {counts}.")
    finish(session, newer, service, publish=publish, json=json)


@group.command()
def publish(context: typer.Context, service: Service = None) -> None:
    """Send the held keyring to the service. Its signatures are its authority: no key is needed."""
    session: Session = context.obj
    held = read_coalition(session, service)
    publish_keyring(session, held, service)


@group.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The bundle to write: one file, all public.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file.")] = False,
) -> None:
    """Write the held keyring as one file, to carry to a machine without a network."""
    session: Session = context.obj
    held = read_coalition(session)
    check_output(file, force=force)
    write_output(file, [write_bundle(held.keyring.files)])
    say(f"Keyring {held.keyring.version} is in {show(str(file))}.")


def write_fingerprint(digits: str) -> str:
    """64 hex digits in groups of four, to be read aloud."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
