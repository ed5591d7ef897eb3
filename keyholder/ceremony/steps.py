"""The steps of a ceremony as they stand on one machine: what is done, what is next, and on whose
machine. docs/ceremony.md has the same steps, in the same order."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from crypto.keyring import Epoch
from keyholder.ceremony.looking import Look
from keyholder.counts import choose_word, write_count
from keyholder.words import write_words


class Role(StrEnum):
    """What the person at this machine is to be."""

    FIRST = "first-officer"
    OFFICER = "officer"
    OUTER = "lock-a"
    INNER = "lock-b"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `title` and `found` are our words and hex digits alone."""

    name: str
    title: str
    done: bool
    found: str
    """What the home shows."""
    where: str = ""
    """On whose machine the next command is typed."""
    command: str = ""
    aloud: str = ""
    """What is to be said, or compared, in the room or over the phone."""


HERE = "this machine"
_OFFICER = "an officer's machine"


def list_steps(look: Look, role: Role | None) -> list[Step]:
    """Every step, in order. The first that is not done is the next one."""
    return [make(look, role) for make in _STEPS]


def _have_identity(look: Look, _role: Role | None) -> Step:
    return Step("identity", "An identity under a passphrase", True, f"holder {look.holder_id}")


def _have_card(look: Look, role: Role | None) -> Step:
    officer = role in (Role.FIRST, Role.OFFICER) or look.officer or look.waiting is not None
    keys = " --epochs 0" if officer else ""
    done = look.offers > 0 or (officer and look.carded) or look.officer or look.waiting is not None
    return Step(
        "card",
        "A card for the others",
        done or look.listed,
        f"{write_count(look.offers, 'one-time key')} offered"
        if look.offers or not look.carded
        else "written",
        HERE,
        f"keyholder card --output NAME.card{keys}",
        "Read its twelve words aloud; each of the others looks at her copy: "
        "keyholder card --show FILE. Officers keep all of them: keyholder card --take FILE",
    )


def _have_coalition(look: Look, role: Role | None) -> Step:
    step = "coalition"
    title = "The coalition: officers, threshold, root"
    if look.held is not None:
        signers = write_count(look.officers, "officer")
        found = f"{look.threshold} of {signers} {choose_word(look.threshold, 'signs', 'sign')}"
        return Step(step, title, True, found)
    if look.waiting is not None:
        words = write_words(look.waiting.digest)
        lacking = max(part.lacking for part in look.waiting.parts)
        return Step(
            step, title, False, f"proposed here, {write_count(lacking, 'signature')} lacking",
            "the other officers' machines, then this one",
            "keyholder coalition sign FILE; here: keyholder coalition join FILE",
            f"The words of the proposal: {words}",
        )  # fmt: skip
    if role is Role.FIRST:
        command = (
            "keyholder coalition create --address https://… --threshold 2 --officer-member FILE "
            "--officer-member FILE --member FILE … --propose founding.proposal"
        )
        return Step(step, title, False, "none yet", HERE, command)
    if role is Role.OFFICER:
        return Step(
            step, title, False, "none yet", HERE,
            "keyholder coalition review founding.proposal, then keyholder coalition sign "
            "founding.proposal",
            "Compare the proposal's words with the first officer before you sign",
        )  # fmt: skip
    return Step(
        step, title, False, "none yet", HERE,
        "keyholder coalition pin root.json --keyring FILE (an officer writes both: keyholder "
        "coalition root root.json, keyholder coalition export FILE)",
        "Compare the root's words with two officers",
    )  # fmt: skip


def _have_threshold(look: Look, _role: Role | None) -> Step:
    done = look.held is not None and look.threshold >= 2 and look.officers > look.threshold
    return Step(
        "threshold",
        "No officer signs alone, and one may be lost",
        done,
        f"{look.threshold} of {look.officers}" if look.held else "no coalition yet",
        _OFFICER,
        "keyholder coalition officers --add FILE --threshold 2 --propose FILE",
    )


def _be_listed(look: Look, _role: Role | None) -> Step:
    return Step(
        "listed",
        "The keyring lists you",
        look.listed,
        "listed" if look.listed else "not listed",
        _OFFICER,
        "keyholder coalition add FILE --propose FILE, with your card",
    )


def _have_epoch(look: Look, role: Role | None) -> Step:
    return _want_epoch(look, role, "epoch", "An epoch that is sealed to", fallback=False)


def _have_fallback(look: Look, role: Role | None) -> Step:
    return _want_epoch(look, role, "fallback", "A fallback epoch for a year", fallback=True)


def _want_epoch(look: Look, role: Role | None, name: str, title: str, *, fallback: bool) -> Step:
    found = [epoch for epoch in look.epochs if epoch.fallback == fallback]
    if found:
        told = ", ".join(f"{one.number} (lock {' and '.join(sorted(one.locks))})" for one in found)
        return Step(name, title, True, f"epoch {told}")
    more = " --fallback" if fallback else ""
    if role is Role.INNER:
        command = "keyholder epoch new --lock B --like a.offer --output b.offer"
        return Step(name, title, False, "none", HERE, command, "One maker of each lock is enough")
    if role in (Role.FIRST, Role.OFFICER) or look.officer:
        command = "keyholder epoch add a.offer b.offer --propose epoch.proposal"
        where = "this machine, once both offers lie on the table"
        return Step(name, title, False, "none", where, command)
    command = f"keyholder epoch new --lock A{more} --holder ID --output a.offer"
    return Step(name, title, False, "none", HERE, command, "One maker of each lock is enough")


def _have_two_holders(look: Look, _role: Role | None) -> Step:
    thin = [
        f"{epoch.number}{lock}"
        for epoch in look.epochs
        for lock in sorted(epoch.locks)
        if look.holders.get((epoch.number, lock), 0) < 1
    ]
    done = bool(look.epochs) and not thin
    return Step(
        "holders",
        "Every lock has two holders at least",
        done,
        f"only its maker: {', '.join(thin)}" if thin else write_count(len(look.epochs), "epoch"),
        "the maker's machine",
        "keyholder card --take FILE, then keyholder epoch new for the next epoch",
    )


def _have_seeds(look: Look, role: Role | None) -> Step:
    title = "The seeds of your lock are in your vault"
    officer = role in (Role.FIRST, Role.OFFICER) or (look.officer and not look.offers)
    if officer and not look.seeds:
        return Step("seeds", title, True, "an officer needs none")
    held = [epoch for epoch in look.epochs if _hold(look, epoch)]
    both = [e.number for e in look.epochs if {(e.number, "A"), (e.number, "B")} <= look.seeds]
    found = f"{len(held)} of {write_count(len(look.epochs), 'epoch')}"
    if both:
        found += f"; BOTH locks of {', '.join(map(str, both))}: this laptop opens alone"
    done = bool(look.epochs) and len(held) == len(look.epochs) and not both
    return Step(
        "seeds", title, done, found, HERE,
        "keyholder sync, or keyholder bundle in FILE",
    )  # fmt: skip


def _hold(look: Look, epoch: Epoch) -> bool:
    return any((epoch.number, lock) in look.seeds for lock in epoch.locks)


def _be_published(look: Look, _role: Role | None) -> Step:
    return Step(
        "published",
        "The service has the keyring",
        look.synced,
        "its log was seen here" if look.synced else "nothing came from a service yet",
        "an officer's machine, then this one",
        "keyholder coalition publish --service https://…; then keyholder sync",
    )


def _have_backup(look: Look, _role: Role | None) -> Step:
    found = {
        None: "name it with --backup DIR",
        True: "the copy is whole",
        False: "it differs: copy anew, delete the old",
    }
    return Step(
        "backup",
        "A copy of your home on an encrypted disk, in another place",
        look.copied is True,
        found[look.copied],
        HERE,
        f"copy the whole folder {look.folder}, then keyholder ceremony --backup DIR",
        "A copy from before an epoch was destroyed still opens it: delete such copies",
    )


_STEPS: tuple[Callable[[Look, Role | None], Step], ...] = (
    _have_identity,
    _have_card,
    _have_coalition,
    _have_threshold,
    _be_listed,
    _have_epoch,
    _have_fallback,
    _have_two_holders,
    _have_seeds,
    _be_published,
    _have_backup,
)
