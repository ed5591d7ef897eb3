"""What an attachment is by its first bytes, and how many pixels a picture says that it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyholder.attachments import kinds
from keyholder.attachments.kinds import JPEG, OTHER, PNG, TEXT, WEBP, Kind, recognise
from keyholder.attachments.pictures import MOST_PIXELS, is_showable, measure_picture
from tests.image_making import make_jpeg_head, make_png, make_webp_head

KINDS = [one for one in vars(kinds).values() if isinstance(one, Kind)]


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (make_png(1, 1), "png"),
        (make_jpeg_head(8, 8), "jpeg"),
        (make_webp_head("VP8 ", 8, 8), "webp"),
        (b"GIF89a", "gif"),
        (b"\0\0\0\x18ftypheic", "heic"),
        (b"\0\0\0\x18ftypisom", "mp4"),
        (b"\0\0\0\x18ftypqt  ", "quicktime"),
        (b"\0\0\0\x18ftypM4A ", "m4a"),
        (b"\0\0\0\x18ftypwxyz", "other"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "webm"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\x82\x88matroska", "other"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"RIFF\0\0\0\0ACON", "other"),
        (b"OggS", "ogg"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90", "mp3"),
        (b"#!AMR\n", "amr"),
        (b"2026-01-31,down\n", "text"),
        ("\ufeffکورد".encode(), "text"),
        ("မြန်မာ".encode()[:-1], "text"),  # cut in a letter
        (b"caf\xe9 is cut", "other"),
        (b"", "text"),
        (b"%PDF-1.7", "other"),
        (b"<svg onload=1>", "other"),
        (b"\xef\xbb\xbf \n<html>", "other"),
        (b"#!/bin/sh", "other"),
        (b"{\\rtf1", "other"),
        (b"PK\3\4", "other"),
        (b"MZ\x90\0", "other"),
        (b"\x7fELF", "other"),
        (b"\x1b[31m", "other"),
    ],
    ids=repr,
)
def test_recognised(beginning: bytes, name: str) -> None:
    assert recognise(beginning).name == name


def test_no_extension_is_one_that_a_system_runs() -> None:
    dangerous = {"exe", "html", "htm", "svg", "pdf", "js", "lnk", "bat", "sh", "docx", "zip", "csv"}
    assert not dangerous & {one.extension for one in KINDS}
    assert {one for one in KINDS if one.media_type} == {JPEG, PNG, WEBP}
    assert len({one.name for one in KINDS}) == len(KINDS) == 15


SIDES = st.integers(1, 16_383)


@given(SIDES, SIDES)
def test_sizes_are_read(width: int, height: int) -> None:
    size = (width, height)
    assert measure_picture(make_jpeg_head(*size), JPEG) == size
    assert measure_picture(make_png(*size, rows=0), PNG) == size
    for form in ("VP8 ", "VP8L", "VP8X"):
        assert measure_picture(make_webp_head(form, *size), WEBP) == size


@given(st.binary(max_size=60), st.sampled_from([JPEG, PNG, WEBP, TEXT, OTHER]), st.data())
def test_nothing_makes_it_fail(noise: bytes, kind: Kind, data: st.DataObject) -> None:
    heads = [make_jpeg_head(8, 8), make_png(8, 8), make_webp_head("VP8X", 8, 8), b""]
    head = data.draw(st.sampled_from(heads))
    cut = head[: data.draw(st.integers(0, len(head)))] + noise
    size = measure_picture(cut, kind)
    assert size is None or min(size) > 0


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (make_png(40_000, 40_000, rows=1), PNG),
        (make_png(2**31 - 1, 1, rows=1), PNG),
        (make_png(8, 8, moving=True), PNG),
        (make_png(0, 8, rows=0), PNG),
        (make_png(8, 8)[:8] + make_png(8, 8)[33:], PNG),  # no IHDR
        (make_jpeg_head(60_000, 60_000), JPEG),
        (make_jpeg_head(0, 8), JPEG),
        (b"\xff\xd8\xff\xda", JPEG),
        (b"\xff\xd8\xff\xd9", JPEG),
        (b"\xff\xd8" + b"\xff\xd0" * 5_000, JPEG),
        (b"\xff\xd8\xff\xe0\0\2X", JPEG),
        (b"\xff\xd8\xff\xe0\0\0" * 9_000, JPEG),
        (make_png(8, 8)[:33] + b"\0\0\0\0tEXt\0\0\0\0" * 2_000, PNG),
        (make_webp_head("VP8X", 16_384, 16_384), WEBP),
        (make_webp_head("VP8X", 8, 8, moving=True), WEBP),
        (make_webp_head("ALPH", 8, 8), WEBP),
        (b"GIF89a", OTHER),
    ],
    ids=range(17),
)
def test_what_is_not_to_be_unpacked(head: bytes, kind: Kind) -> None:
    assert not is_showable(measure_picture(head, kind))


def test_what_a_phone_takes_may_be_shown() -> None:
    assert is_showable((8_160, 6_120))
    assert is_showable(measure_picture(make_png(40, 30), PNG))
    assert MOST_PIXELS < 2**26
