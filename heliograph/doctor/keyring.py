"""The coalition's keyring: pinned, valid, current, and of this service."""

import hashlib
from collections.abc import Iterator, Sequence

from crypto.checkpoints import make_log_signer
from crypto.errors import KeyringError
from crypto.keyring import Epoch, Keyring, is_development
from crypto.notes import write_key
from heliograph.doctor.clock import write_days
from heliograph.doctor.deployment import Deployment, NotReadable
from heliograph.doctor.findings import Finding, ok, warning, wrong
from heliograph.loopback import is_loopback

DAY = 86_400
SOON = 30 * DAY
EPOCH_SOON = 3 * DAY
ASK = "Ask the officers to publish a new one."


def check_root(deployment: Deployment) -> Iterator[Finding]:
    """The pinned root file."""
    if deployment.settings.root_file is None:
        yield wrong(
            "root-absent",
            "No root file is pinned: the service accepts no keyring and nobody can seal.",
            "Set HELIOGRAPH_ROOT_FILE to the root file that the officers gave you.",
        )
        return
    try:
        root = deployment.pinned_root
        marked = is_development(root)
    except (NotReadable, KeyringError):
        yield wrong(
            "root-unreadable",
            "The pinned root file cannot be read, or is no coalition's root.",
            "Check HELIOGRAPH_ROOT_FILE against the file that the officers gave you.",
        )
        return
    if marked:
        yield _judge_development(deployment)
    yield ok(f"The pinned root's SHA-256 is {hashlib.sha256(root).hexdigest()}.")


def _judge_development(deployment: Deployment) -> Finding:
    settings = deployment.settings
    if (
        settings.development
        and settings.loopback
        and all(is_loopback(url) for url in settings.public_urls)
    ):
        return warning(
            "root-development",
            "This is a development coalition: its keys protect nobody.",
            "Use it to look around. For real reports, pin your coalition's own root file.",
        )
    return wrong(
        "root-development-refused",
        "The pinned root belongs to a development coalition, whose keys are not secret. The "
        "service refuses to start.",
        "Pin your coalition's own root file.",
    )


def check_keyring(deployment: Deployment) -> Iterator[Finding]:
    """The keyring in the store: there, valid, not expired, with a current epoch."""
    try:
        keyring = deployment.keyring
    except KeyringError as error:
        yield wrong(
            "keyring-refused",
            f"The keyring in the store does not follow from the pinned root ({error.code}): the "
            "service does not start.",
            "Check that HELIOGRAPH_ROOT_FILE is the root that this store began with. "
            "docs/errors.md says what the code means.",
        )
        return
    if keyring is None:
        yield wrong(
            "keyring-absent",
            "There is no keyring yet: nobody can seal, and the gateway refuses texts.",
            "Ask an officer to bring it: `keyholder coalition publish --service` and a public "
            "address.",
        )
        return
    yield judge_expiry(keyring, deployment.now)
    yield from judge_epochs(keyring.epochs, max(deployment.now, keyring.signed_at))
    if not keyring.holders:
        yield wrong(
            "keyring-no-holders",
            "The keyring lists no holder: nobody can download a report.",
            "Ask the officers to list the holders' request keys.",
        )
    else:
        yield ok(f"Keyring {keyring.version} is valid; holders: {len(keyring.holders)}.")


def judge_expiry(keyring: Keyring, now: int) -> Finding:
    """A verdict on the keyring's end."""
    left = keyring.expires - now
    if left <= 0:
        return wrong(
            "keyring-past",
            "The keyring is expired. It is used all the same, and every sender is warned.",
            ASK,
        )
    if left < SOON:
        return warning("keyring-ends", f"The keyring expires in {write_days(left // DAY)}.", ASK)
    return ok(f"The keyring is good for {write_days(left // DAY)}.")


def judge_epochs(epochs: Sequence[Epoch], now: int) -> Iterator[Finding]:
    """Verdicts on the epochs: one that is current, one that follows, and a fallback."""
    current = [epoch for epoch in epochs if epoch.seal_from <= now < epoch.seal_until]
    weekly = [epoch for epoch in current if not epoch.fallback]
    if not current:
        yield wrong(
            "epoch-none",
            "The keyring has no current epoch: reports are sealed to an old one.",
            "Ask the officers for a new epoch.",
        )
        return
    if not weekly:
        yield warning(
            "epoch-fallback-only",
            "Only the fallback epoch is current: its key lives long.",
            "Ask the officers for a new epoch.",
        )
    else:
        until = max(epoch.seal_until for epoch in epochs if not epoch.fallback)
        if until < now + EPOCH_SOON:
            yield warning(
                "epoch-ends",
                f"Hours until the last epoch ends, and none follows: {(until - now) // 3600}.",
                "Ask the officers for the next epoch.",
            )
        else:
            yield ok(f"Epochs are there for {write_days((until - now) // DAY)}.")
    if len(weekly) == len(current):
        yield warning(
            "epoch-no-fallback",
            "No fallback epoch is current: when the epochs end, reports go to a dead one.",
            "Ask the officers for one: `keyholder epoch new --fallback`.",
        )


def check_addresses(deployment: Deployment) -> Iterator[Finding]:
    """Whether phones find this service by the keyring."""
    keyring = deployment.require_keyring()
    listed = {address.rstrip("/") for address in keyring.addresses}
    missing = [url for url in deployment.settings.public_urls if url not in listed]
    if len(missing) == len(deployment.settings.public_urls):
        yield wrong(
            "address-unlisted",
            "The keyring lists none of this service's public addresses: phones go elsewhere.",
            "Check HELIOGRAPH_PUBLIC_URLS to the letter, or ask the officers to list them.",
        )
    elif missing:
        yield warning(
            "address-partly-unlisted",
            f"The keyring does not list {', '.join(missing)}.",
            "Ask the officers to list it, unless it is for keyholders or providers alone.",
        )
    else:
        yield ok("The keyring lists this service's public addresses.")


def check_log_key(deployment: Deployment) -> Iterator[Finding]:
    """Whether the keyring lists the key that signs this service's log."""
    keyring, seed = deployment.require_keyring(), deployment.log_seed
    if write_key(make_log_signer(seed).key) in keyring.log_keys:
        yield ok("The keyring lists the log's key.")
    elif keyring.log_keys:
        yield wrong(
            "log-key-unlisted",
            "The keyring lists another log's key: every keyholder will be told that it changed.",
            "Put the right log.key back; or ask an officer for `keyholder coalition change "
            "--log-key` with the key at /v1/log/key.",
        )
    else:
        yield warning(
            "log-key-unsigned",
            "The keyring lists no log key: each keyholder trusts the first one seen.",
            "Ask an officer for `keyholder coalition change --log-key` with the key at "
            "/v1/log/key.",
        )
