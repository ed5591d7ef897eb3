"""How many pixels a picture says that it has, read from its head before a program unpacks it.

A few hundred bytes can unpack to gigabytes. Moving pictures have no measure here: they would show
as many pictures as they like. Formats: ITU-T T.81 (JPEG), W3C PNG, RFC 9649 (WebP).
"""

import struct

from keyholder.attachments.kinds import JPEG, PNG, WEBP, Kind

MOST_BYTES = 16 * 1024 * 1024
MOST_PIXELS = 50_000_000  # 200 MB unpacked
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # SOF0 to SOF15
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_SCAN = frozenset({0xD9, 0xDA})  # end, and the start of what is packed
_MOST_PARTS = 1_000
_PNG_HEAD = 8
_ANIMATED_WEBP = 0x02


def measure_picture(data: bytes, kind: Kind) -> tuple[int, int] | None:
    """(width, height) in pixels, 1 or more; None for moving, broken and other pictures."""
    try:
        size = _READERS[kind](data) if kind in _READERS else None
    except (struct.error, IndexError):
        return None
    return size if size is not None and min(size) > 0 else None


def is_showable(size: tuple[int, int] | None) -> bool:
    """Whether a picture of this many pixels may be unpacked."""
    return size is not None and size[0] * size[1] <= MOST_PIXELS


def _measure_jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    for _ in range(_MOST_PARTS):
        if data[at] != 0xFF:
            return None
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        at += 1
        if marker in _ALONE:
            continue
        if marker in _SCAN:
            return None
        (length,) = struct.unpack_from(">H", data, at)
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 3)
            return width, height
        at += length
    return None


def _measure_png(data: bytes) -> tuple[int, int] | None:
    at, size = _PNG_HEAD, None
    for _ in range(_MOST_PARTS):
        length, name = struct.unpack_from(">I4s", data, at)
        if (size is None) != (name == b"IHDR") or name == b"acTL":
            return None
        if name == b"IHDR":
            size = struct.unpack_from(">II", data, at + 8)
        if name == b"IDAT":
            return size
        at += 12 + length
    return None


def _measure_webp(data: bytes) -> tuple[int, int] | None:
    name, _length = struct.unpack_from("<4sI", data, 12)
    if name == b"VP8X":
        flags, low, high = struct.unpack_from("<B3xIH", data, 20)
        if flags & _ANIMATED_WEBP:
            return None
        canvas = low | high << 32  # two numbers of 24 bits
        return (canvas & 0xFFFFFF) + 1, (canvas >> 24) + 1
    if name == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and data[20] == 0x2F:
        (packed,) = struct.unpack_from("<I", data, 21)
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    return None


_READERS = {JPEG: _measure_jpeg, PNG: _measure_png, WEBP: _measure_webp}
