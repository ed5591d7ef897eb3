"""keyholder coalition show, change, publish, export; the rest of its commands stand beside it."""

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from crypto.keyring import write_bundle
from keyholder.coalition import (
    check_lists,
    describe_keyring,
)
from keyholder.commands import founding, members, officers, pinning, proposals
from keyholder.commands.founding import Addresses, SmsNumbers, UssdCodes
from keyholder.commands.options import Json, Propose, Publish, Service
from keyholder.commands.printing import say, say_fingerprint, say_json, warn
from keyholder.commands.session import Session, read_coalition
from keyholder.commands.signing import (
    Documents,
    describe_signed,
    finish,
    publish_keyring,
    sign_next,
)
from keyholder.counts import choose_word, write_count
from keyholder.development import check_development
from keyholder.errors import CoalitionError
from keyholder.exports.output import check_output, write_output
from keyholder.held import Held
from keyholder.moments import write_moment
from keyholder.repository import list_withheld
from keyholder.signing.roots import name_officer
from keyholder.terminal import show
from keyholder.vault import Identity

_LISTS = {
    "addresses": "Addresses",
    "sms_numbers": "SMS numbers",
    "ussd_codes": "USSD codes",
    "log_keys": "Log keys",
    "holders": "Holders",
}

group = typer.Typer(no_args_is_help=True, help="The coalition's keyring: make, show, publish.")


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
    say_fingerprint("  Fingerprint of the pinned root", hashlib.sha256(held.root).digest())
    signers = described["officers"]
    threshold = signers["threshold"]
    sign = choose_word(threshold, "signs", "sign")
    needed = f"{threshold} of {len(signers['keys'])} {sign}"
    if signers["root_threshold"] != signers["threshold"]:
        needed += f", {signers['root_threshold']} the next root"
    say(f"  Officers: {needed}")
    for key_id in signers["keys"]:
        say(f"    {name_officer(key_id)}")
    for key in held.keyring.log_keys:
        say_fingerprint(f"  Log key {show(key)}", hashlib.sha256(key.encode()).digest())
    say(f"  Expires {write_moment(held.keyring.expires)}")
    if held.keyring.development:
        say("  DEVELOPMENT: it protects nobody")
    for name, title in _LISTS.items():
        say(f"  {title}: {show(', '.join(described[name])) or 'none'}")
    purged = described["purged"]
    say(
        f"  Purged: {write_count(purged['envelopes'], 'envelope')}, "
        f"{write_count(purged['blobs'], 'blob')}"
    )
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
    leave_out_withheld: Annotated[
        bool,
        typer.Option(
            "--leave-out-withheld",
            help="Sign without files that the keyring lists and nobody has any more: seeds wrapped "
            "in them reach nobody after it.",
        ),
    ] = False,
    propose: Propose = None,
    publish: Publish = False,
    service: Service = None,
    json: Json = False,
) -> None:
    """Sign the next keyring with other addresses, numbers, codes or keys of the log in it.

    What is given takes the place of the whole list of its kind; other lists stay. Phones try every
    address of the keyring they hold, so add a new address before an old one is blocked. Where a
    keyring lists log keys, no other checkpoint is believed.

    --json prints {"keyring": version, "log_keys": [...]}, and each other list that was given; with
    --leave-out-withheld "left_out": paths of files that it lists no more. Where it is only
    proposed, also {"proposal": file, "fingerprint", "words", "lacking"}.
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
    left_out = list_withheld(held.keyring) if leave_out_withheld else []
    if not lists and not left_out:
        raise CoalitionError("coalition-unchanged")
    check_development(
        held.keyring.development,
        session.surroundings.environment,
        tuple(lists.get("addresses", ())),
    )

    def replace(_identity: Identity, _held: Held, documents: Documents) -> None:
        documents["reporter.json"].update(lists)

    newer = sign_next(
        session,
        service,
        replace,
        publish=publish,
        propose_to=propose,
        leave_out=leave_out_withheld,
    )
    if json:
        say_json(
            {
                "keyring": newer.keyring.version,
                "log_keys": list(newer.keyring.log_keys),
                **({"left_out": left_out} if leave_out_withheld else {}),
                **lists,
                **describe_signed(newer),
            }
        )
    else:
        counts = ", ".join(f"{_LISTS[name].lower()}: {len(lists[name])}" for name in lists)
        if lists:
            say(f"Keyring {newer.keyring.version} lists {counts}.")
        for path in left_out:
            say(f"Keyring {newer.keyring.version} lists {path} no more.")
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


group.command()(founding.create)
group.command()(pinning.pin)
group.command("root")(pinning.export_root)
group.command()(proposals.review)
group.command()(proposals.sign)
group.command()(proposals.join)
group.command()(proposals.withdraw)
group.command()(officers.officers)
group.command()(officers.renew)
group.command()(members.add)
group.command()(members.remove)
group.command()(members.revoke)
group.command("members")(members.list_all)
group.command()(members.name)
