"""Vectors of blobs, opened by key, id and size; and of blobs' lengths.

A blob has 65,577 bytes at least. So that the files are short, the ciphertext of content is made to
be zeros, which a header counts; the content is then the key stream.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_init_pull as init,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_push as push,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_state as State,  # noqa: N812
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_FINAL as FINAL,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_MESSAGE as MESSAGE,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_PUSH as PUSH,
)
from nacl.bindings import (
    crypto_secretstream_xchacha20poly1305_TAG_REKEY as REKEY,
)

from crypto.blob_lengths import CHUNK_OVERHEAD, CHUNK_SIZE, STREAM_HEADER, pad_length
from tools.vectors.case import Case
from tools.vectors.keys import make_seed

KEY = make_seed("blob")
HEADER = make_seed("blob's header")[:STREAM_HEADER]
_CHUNK = CHUNK_SIZE + CHUNK_OVERHEAD
_RUN = 64
"""Zeros that are worth a header of their own."""


@dataclass(frozen=True)
class _Blob:
    data: bytes
    size: int
    content: bytes
    key: bytes = KEY

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.data).digest()


def make_blobs() -> Iterator[Case]:
    """Kinds `blob` and `blob-length`."""
    yield from _opened()
    yield from _refused()
    yield from _lengths()


def seal(size: int, tags: Sequence[int] = (), padding: bytes = b"") -> _Blob:
    """A blob of `size` bytes of content, under KEY. `tags` in place of the right ones, `padding` in
    place of the last zeros."""
    padded = pad_length(size)
    behind = bytes(padded - size - len(padding)) + padding
    sizes = [min(CHUNK_SIZE, padded - at) for at in range(0, padded, CHUNK_SIZE)]
    chunks: list[tuple[bytes, int]] = []
    for number, length in enumerate(sizes):
        tag = tags[number] if tags else FINAL if number == len(sizes) - 1 else MESSAGE
        zeros = _push([*chunks, (bytes(length), tag)])[-1]
        stream = zeros[1 : 1 + min(length, size - number * CHUNK_SIZE)]
        chunks.append((stream + behind[: length - len(stream)], tag))
    content = b"".join(chunk for chunk, _ in chunks)[:size]
    return _Blob(HEADER + b"".join(_push(chunks)), size, content)


def _push(chunks: Sequence[tuple[bytes, int]]) -> list[bytes]:
    state = State()
    init(state, HEADER, KEY)  # the state that a writer would have, had it drawn this header
    return [push(state, chunk, None, tag) for chunk, tag in chunks]


def _opened() -> Iterator[Case]:
    for name, comment, size in (
        ("one", "content that fills one chunk", 65_536),
        ("padding", "20 bytes of padding", 65_516),
        ("two", "a second chunk of one byte of content and 2,047 of padding", 65_537),
        ("two-full", "content that fills two chunks", 131_072),
    ):
        yield _case(name, "open", comment, seal(size))


def _refused() -> Iterator[Case]:
    good, two, full = seal(65_516), seal(65_537), seal(131_072)
    yield _case("blob-id", "blob-id", "another blob's id", good, id=two.id)
    changed = replace(good, data=good.data[:-1] + bytes((good.data[-1] ^ 1,)))
    yield _case("blob-id-changed", "blob-id", "a changed byte", changed, id=good.id)
    for name, comment, size in (
        ("zero", "no content", 0),
        ("above", "content for which it is too short", 65_537),
        ("two", "content for which it is too long", 65_536),
        ("huge", "a terabyte", 1 << 40),
    ):
        blob = replace(two if name == "two" else good, size=size)
        yield _case(f"blob-size-{name}", "blob-size", comment, blob)
    cut_off = replace(good, data=good.data[:-1])
    yield _case("blob-size-cut", "blob-size", "a byte is missing at the end", cut_off)
    yield _case("blob-chunk-key", "blob-chunk", "another key", replace(good, key=bytes(32)))
    for name, at in (("header", 0), ("tag", 24), ("content", 30), ("authenticator", -1)):
        data = bytearray(good.data)
        data[at] ^= 1
        comment = f"a changed byte: {name}"
        yield _case(f"blob-chunk-{name}", "blob-chunk", comment, replace(good, data=bytes(data)))
    first, second = full.data[24 : 24 + _CHUNK], full.data[24 + _CHUNK :]
    swapped = replace(full, data=HEADER + second + first)
    yield _case("blob-chunk-swapped", "blob-chunk", "two chunks change places", swapped)
    twice = replace(full, data=HEADER + first + first)
    yield _case("blob-chunk-twice", "blob-chunk", "a chunk twice", twice)
    cut = replace(full, data=HEADER + first, size=65_536)
    yield _case("blob-tag-cut", "blob-tag", "cut behind a whole chunk", cut)
    for name, tags in (
        ("joined", (FINAL, FINAL)),
        ("push", (PUSH, FINAL)),
        ("rekey", (REKEY, FINAL)),
        ("open", (MESSAGE, MESSAGE)),
        ("last-push", (MESSAGE, PUSH)),
    ):
        comment = f"tags {', '.join(str(tag) for tag in tags)}"
        yield _case(f"blob-tag-{name}", "blob-tag", comment, seal(131_072, tags))
    yield _case(
        "blob-padding-last", "blob-padding", "the last byte is 1", seal(65_516, (), b"\x01")
    )
    first_byte = seal(65_516, (), b"\x80" + bytes(19))
    yield _case("blob-padding-first", "blob-padding", "the byte behind the content", first_byte)
    shorter = replace(good, size=65_515)
    yield _case("blob-padding-size", "blob-padding", "the size is one too small", shorter)


def _case(name: str, expect: str, comment: str, blob: _Blob, id: bytes = b"") -> Case:
    payload, zeros = _shorten(blob.data)
    fields = [
        ("key", blob.key.hex()),
        ("id", (id or blob.id).hex()),
        ("size", str(blob.size)),
        *(("zeros", f"{at} {count}") for at, count in zeros),
    ]
    if expect == "open":
        fields.append(("content", hashlib.sha256(blob.content).hexdigest()))
    name = name if name.startswith("blob") else f"blob-{name}"
    return Case(name, expect, comment, "blob", fields, payload)


def _shorten(data: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """The bytes without long runs of zeros, and where those stand in the whole."""
    rest, zeros, at = b"", [], 0
    while at < len(data):
        end = len(data) - len(data[at:].lstrip(b"\0"))
        if end - at >= _RUN:
            zeros.append((at, end - at))
            at = end
        found = data.find(bytes(_RUN), at)
        found = len(data) if found < 0 else found
        rest += data[at:found]
        at = found
    return rest, zeros


def _lengths() -> Iterator[Case]:
    for size, length in (
        (1, 65_577),
        (65_536, 65_577),
        (65_537, 67_642),
        (131_072, 131_130),
        (1_000_000, 1_016_104),
        (264_241_152, 264_309_720),
        (1 << 40, 1_099_796_840_472),
    ):
        fields = (("size", str(size)), ("length", str(length)), ("padded", str(pad_length(size))))
        comment = "the length for a size, and what it says"
        yield Case(f"blob-length-of-{size}", "open", comment, "blob-length", fields)
    nothing = (("size", "0"),)
    yield Case("blob-length-empty", "blob-empty", "no content", "blob-length", nothing)
    for length, comment in (
        (0, "nothing"),
        (24, "the header alone"),
        (42, "one byte of content"),
        (65_576, "one byte less than the least"),
        (65_578, "one byte more than the least"),
        (65_594, "a second chunk without content"),
        (65_595, "a second chunk of one byte: no Padmé length"),
        (131_113, "two chunks' content in one"),
        (131_147, "two chunks' content in three"),
        (1_016_103, "one byte less than the example's"),
        (1_016_105, "one byte more than the example's"),
        (1 << 28, "256 MiB are none"),
    ):
        only = (("length", str(length)),)
        yield Case(f"blob-length-{length}", "blob-length", comment, "blob-length", only)
