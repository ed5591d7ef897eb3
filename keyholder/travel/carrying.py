"""Sealed records of holders without a network, carried to the service by one who has one.

They lie in the home as they came, a file each, and `sync` sends them as it sends its own.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from crypto.envelope import MAX_ENVELOPE, envelope_id, read_header
from crypto.errors import EnvelopeError
from keyholder.errors import HomeError
from keyholder.files import make_folder, read_start, write_whole
from keyholder.home import Home
from keyholder.service import Service, post_envelopes

MOST = 4_096
"""Envelopes that wait here at most: what comes on top is left with its maker."""
_ENDING = ".envelope"
_BATCH = 64
_ARRIVED = ("stored", "known")


def carry(home: Home, envelopes: Sequence[bytes]) -> int:
    """Keep envelopes of good form until they are sent; gives how many are new here. HomeError."""
    try:
        if envelopes:
            make_folder(home.carried)
        waiting = set(_list_files(home))
        fresh = 0
        for envelope in envelopes:
            path = home.carried / f"{envelope_id(envelope).hex()}{_ENDING}"
            if path not in waiting and len(waiting) < MOST and _is_envelope(envelope):
                write_whole(path, [envelope])
                waiting.add(path)
                fresh += 1
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return fresh


def send_carried(service: Service, home: Home) -> tuple[int, int]:
    """Send what waits; gives how many arrived, and how many wait on.

    Cut off anywhere, it is sent again: the service knows it. ServiceError; HomeError.
    """
    try:
        files = list(_list_files(home))
        arrived = 0
        for at in range(0, len(files), _BATCH):
            batch = files[at : at + _BATCH]
            results = post_envelopes(service, [read_start(file, MAX_ENVELOPE) for file in batch])
            for file, result in zip(batch, results, strict=True):
                if result in _ARRIVED:
                    file.unlink()
                    arrived += 1
    except OSError as error:
        raise HomeError("home-unwritable") from error
    return arrived, len(files) - arrived


def _list_files(home: Home) -> Iterable[Path]:
    return sorted(home.carried.glob(f"*{_ENDING}"))


def _is_envelope(envelope: bytes) -> bool:
    try:
        read_header(envelope)
    except EnvelopeError:
        return False
    return True
