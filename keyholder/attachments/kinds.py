"""What kind of file an attachment is, by its own first bytes and nothing that a stranger said.

A file is saved under an extension of this list, or as `bin`. There is no kind for what a program
would run or render with links in it: PDF, HTML, SVG, office files and archives are all `bin`.
"""

import re
from typing import NamedTuple


class Kind(NamedTuple):
    """`media_type` only where a browser may show it. Words and extensions are ours."""

    name: str
    words: str
    extension: str
    media_type: str | None = None


JPEG = Kind("jpeg", "JPEG picture", "jpg", "image/jpeg")
PNG = Kind("png", "PNG picture", "png", "image/png")
WEBP = Kind("webp", "WebP picture", "webp", "image/webp")
GIF = Kind("gif", "GIF picture", "gif")
HEIC = Kind("heic", "HEIC picture", "heic")
MP4 = Kind("mp4", "MP4 film", "mp4")
QUICKTIME = Kind("quicktime", "QuickTime film", "mov")
WEBM = Kind("webm", "WebM film", "webm")
SOUND_MP4 = Kind("m4a", "MP4 sound", "m4a")
OGG = Kind("ogg", "Ogg sound or film", "ogg")
MP3 = Kind("mp3", "MP3 sound", "mp3")
WAV = Kind("wav", "WAV sound", "wav")
AMR = Kind("amr", "AMR sound", "amr")
TEXT = Kind("text", "plain text", "txt")
OTHER = Kind("other", "other file", "bin")

_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42"), MP4),
    **dict.fromkeys((b"avc1", b"M4V ", b"MSNV", b"dash", b"3gp4", b"3gp5", b"3gp6"), MP4),
    **dict.fromkeys((b"M4A ", b"M4B "), SOUND_MP4),
    b"qt  ": QUICKTIME,
}
_MARKS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"OggS", OGG),
    (b"ID3", MP3),
    (b"\xff\xfb", MP3),
    (b"\xff\xf3", MP3),
    (b"#!AMR", AMR),
)
_RIFF = {b"WEBP": WEBP, b"WAVE": WAV}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def recognise(beginning: bytes) -> Kind:
    """The kind of a file that begins so (64 KiB are enough)."""
    for mark, kind in _MARKS:
        if beginning.startswith(mark):
            return kind
    if beginning.startswith(b"RIFF"):
        return _RIFF.get(beginning[8:12], OTHER)
    if beginning[4:8] == b"ftyp":
        return _BRANDS.get(beginning[8:12], OTHER)
    if beginning.startswith(b"\x1aE\xdf\xa3") and b"webm" in beginning[:64]:
        return WEBM
    return TEXT if _is_text(beginning) else OTHER


def _is_text(beginning: bytes) -> bool:
    """Whether it is UTF-8 without control characters. The last character may be cut off, and what
    marks itself as something to run or to render is no plain text."""
    try:
        text = beginning.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":
            return False
        text = beginning[: error.start].decode("utf-8")
    return not text.lstrip("\ufeff \t\r\n").startswith(("<", "#!", "%PDF", "{\\rtf")) and (
        _CONTROLS.search(text) is None
    )
