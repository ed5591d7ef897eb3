"""What a round of syncing came to, for programs and in words: for a terminal or the workbench."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from keyholder.commands.unwrapping import describe_unwrapped, list_unwrapped
from keyholder.commands.verify import describe_checked, describe_confirmed, list_findings
from keyholder.counts import write_count
from keyholder.round import Round
from keyholder.vault import Identity

_SHOWN = 20  # mismatches that are listed one by one


class Line(NamedTuple):
    """One line of the answer, or what has to be warned of."""

    text: str
    warns: bool = False


def describe_round(found: Round) -> dict[str, Any]:
    """As JSON values: see `keyholder sync`."""
    synced, refused = found.synced, found.refused
    return {
        "new": synced.new,
        "held": found.total,
        "purged": found.purged,
        "mismatches": [{"index": index, "code": code} for index, code in synced.mismatches],
        "gaps": [{"first": first, "last": last} for first, last in synced.gaps],
        "keyring": {
            "version": found.held.keyring.version,
            "refused": None if refused is None else refused.code,
        },
        "records": {"sent": found.records.sent, "waiting": found.records.waiting},
        "log": {**describe_checked(found.checked), "cosigned": found.cosigned},
        "wraps": describe_unwrapped(found.unwrapped),
    }


def list_lines(found: Round, identity: Identity) -> Iterator[Line]:
    """The same in words. Nothing in them was written by a stranger."""
    synced = found.synced
    for index, code in synced.mismatches[:_SHOWN]:
        yield Line(f"Index {index}: {code}", warns=True)
    if len(synced.mismatches) > _SHOWN:
        more = len(synced.mismatches) - _SHOWN
        yield Line(f"… and {more:,} more: see --json", warns=True)
    for first, last in synced.gaps[:_SHOWN]:
        left = f"Index {first} was" if first == last else f"Indexes {first} to {last} were"
        yield Line(f"{left} left out by the service", warns=True)
    gone = f", {found.purged:,} of them purged" if found.purged else ""
    version = found.held.keyring.version
    new = write_count(synced.new, "new envelope")
    yield Line(f"{new}{gone}; {found.total:,} held. Keyring {version}.")
    if sent := found.records.sent:
        yield Line(f"{write_count(sent, 'record of yours was', 'records of yours were')} sent.")
    if found.came:
        yield Line(f"{found.came:,} that the service had not given before came now.")
    for text, warns in list_unwrapped(found.unwrapped):
        yield Line(text, warns)
    for text in list_findings(found.checked.findings):
        yield Line(text, warns=True)
    yield Line(describe_confirmed(found.checked))
    if found.cosigned and identity.holder_id not in found.checked.cosigners:
        yield Line("You cosigned it now.")
