"""Networks and platforms in a message, and the fields that they fill when they have a level."""

from collections.abc import Iterator

from reports.lexicon import ALL
from reports.reading import Piece, Reading


def list_values(piece: Piece, level: str, *, an_app: bool) -> Iterator[tuple[str, object]]:
    """The fields that a noun with a level fills."""
    works = level in ("ok", "back")
    if level == "was":
        return
    if "internet" in piece.senses:
        if level == "ok":
            yield "net", ("data", "ok")
        else:
            fields = {"down": ("kind", "full"), "slow": ("kind", "throttled")}
            yield fields.get(level, ("status", "ended"))
    if "signal" in piece.senses and not an_app:
        if level == "down":
            for member in ALL:
                yield "net", (member, "down")
            yield "kind", "jamming"
        return
    if "social" in piece.senses and level == "down":
        yield "kind", "apps"
    for sense in piece.senses.get("noun", ()):
        if sense.of == "net":
            slow = works and sense.plain
            yield "net", (sense.value, "slow" if slow else "ok" if works else level)
            if level == "back" and sense.value == "data" and not slow:
                yield "status", "ended"
        elif works:
            yield "plat_works", (sense.value, "yes")
        else:
            yield "plat", sense.value


def mend_level(reading: Reading, piece: Piece, level: str, value: object) -> None:
    """What is back is no longer down; where 2G works, data is slow and not down."""
    net = reading.found.get("net", {})
    member, now = value if isinstance(value, tuple) else ("", "")
    if net.get(member) == "down" and (level == "back" or (now == "slow" and _is_2g(piece))):
        del net[member]


def is_platform(piece: Piece) -> bool:
    """Whether it names an app or a site."""
    return any(sense.of == "plat" for sense in piece.senses.get("noun", ()))


def is_voice(piece: Piece) -> bool:
    """Whether it names calls, or the phone."""
    return any(sense.value == "voice" for sense in piece.senses.get("noun", ()))


def _is_2g(piece: Piece) -> bool:
    return any(sense.plain for sense in piece.senses.get("noun", ()))
