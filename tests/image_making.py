"""Pictures for tests: whole ones that browsers show, and heads that promise more than there is."""

import struct
import zlib


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def make_png(width: int, height: int, *, rows: int | None = None, moving: bool = False) -> bytes:
    """A grey PNG that says this size, with so many rows of pixels (all of them)."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * (height if rows is None else rows))
    frames = _chunk(b"acTL", struct.pack(">II", 2, 0)) if moving else b""
    end = _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + frames + _chunk(b"IDAT", pixels) + end


def make_jpeg_head(width: int, height: int, *, thumbnail: bool = True) -> bytes:
    """The head of a JPEG, with another one's head in its EXIF as cameras write it."""
    inner = make_jpeg_head(160, 120, thumbnail=False) if thumbnail else b""
    exif = b"Exif\0\0" + inner
    frame = struct.pack(">BHHB", 8, height, width, 3) + bytes(9)
    return (
        b"\xff\xd8\xff\xe1"
        + struct.pack(">H", len(exif) + 2)
        + exif
        + b"\xff\xff\xc2"  # a marker may be filled up
        + struct.pack(">H", len(frame) + 2)
        + frame
        + b"\xff\xda\0\2"
    )


def make_webp_head(form: str, width: int, height: int, *, moving: bool = False) -> bytes:
    """The head of a WebP: "VP8 ", "VP8L" or "VP8X"."""
    if form == "VP8 ":
        body = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    elif form == "VP8L":
        body = b"\x2f" + struct.pack("<I", (width - 1) | (height - 1) << 14)
    else:
        sides = (width - 1) | (height - 1) << 24
        body = bytes((0x02 if moving else 0, 0, 0, 0)) + sides.to_bytes(6, "little")
    body = form.encode() + struct.pack("<I", len(body)) + body + bytes(16)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
