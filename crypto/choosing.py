"""Choosing the key to seal with: an epoch and a suite, from the keyring and the channel.

Never a negotiation.
"""

from crypto.errors import KeyringError
from crypto.keyring import Epoch, Keyring, expired
from crypto.sealing import SealingKey


def sealing_key(keyring: Keyring, channel: str, now: int) -> SealingKey:
    """The key to seal with on `channel`, such as "app", "app-sms", "sms" or "ussd".

    `now` is Unix seconds by the sealer's clock; the later of it and the keyring's `signed_at`
    counts, so that a slow clock never chooses a dead key. The newest current epoch, else a current
    fallback, else the epoch that ends last: one whose key should still exist before any other, and
    fallbacks first.
    Raises KeyringError no-epoch.
    """
    epoch = _choose(keyring, channel, now)
    suite = epoch.suites[channel]
    keys = tuple(epoch.locks[lock][suite] for lock in suite.locks)
    return SealingKey(suite, epoch.number, epoch.seal_from, keys)


def warnings(keyring: Keyring, channel: str, now: int) -> tuple[str, ...]:
    """What to tell the person who seals; all of it seals all the same.

    "keyring-expired": past its end. "epoch-past": no epoch is current, an old one is used.
    "clock-behind": the clock is before the keyring's signature, so it is wrong. Raises KeyringError
    no-epoch.
    """
    epoch = _choose(keyring, channel, now)
    time = max(now, keyring.signed_at)
    found = {
        "keyring-expired": expired(keyring, time),
        "epoch-past": not _is_current(epoch, time),
        "clock-behind": now < keyring.signed_at,
    }
    return tuple(code for code, holds in found.items() if holds)


def _choose(keyring: Keyring, channel: str, now: int) -> Epoch:
    time = max(now, keyring.signed_at)
    offered = [epoch for epoch in keyring.epochs if channel in epoch.suites]
    if not offered:
        raise KeyringError("no-epoch")
    current = [epoch for epoch in offered if _is_current(epoch, time)]
    if current:
        return max(current, key=lambda epoch: (not epoch.fallback, epoch.seal_from, epoch.number))
    return max(
        offered,
        key=lambda epoch: (
            epoch.destroy_after > time,
            # By a clock that runs years ahead every key looks destroyed; the officers' clock says
            # which are.
            epoch.destroy_after > keyring.signed_at,
            epoch.fallback,
            epoch.seal_until,
            epoch.number,
        ),
    )


def _is_current(epoch: Epoch, time: int) -> bool:
    return epoch.seal_from <= time < epoch.seal_until
