"""What HTTP/1.1 said over a line (slow_link.py), by the bytes of each answer, heads and all."""

import re
from collections.abc import Iterator

_ASKED = re.compile(rb"(?:^|\r\n)(?:GET|HEAD|POST|PATCH|OPTIONS) (\S+) HTTP/1\.1\r\n")


def weigh(heard: list[tuple[bytearray, bytearray]]) -> dict[str, int]:
    """Path -> bytes that came for it, heads counted; of all connections, in order of arrival."""
    found: dict[str, int] = {}
    for sent, received in heard:
        paths = [path.decode().split("?")[0] for path in _ASKED.findall(bytes(sent))]
        for path, size in zip(paths, _sizes(bytes(received)), strict=False):
            found[path] = found.get(path, 0) + size
    return found


def _sizes(stream: bytes) -> Iterator[int]:
    """Bytes of each answer. The last one may be cut off."""
    while stream:
        head, _, rest = stream.partition(b"\r\n\r\n")
        size = len(head) + 4 + _body(head.lower(), rest)
        yield min(size, len(stream))
        stream = stream[size:]


def _body(head: bytes, rest: bytes) -> int:
    if head.startswith((b"http/1.1 304", b"http/1.1 204")):
        return 0
    if length := re.search(rb"\r\ncontent-length: *(\d+)", head):
        return int(length[1])
    size = 0
    while line := re.match(rb"([0-9a-fA-F]+)[^\r]*\r\n", rest[size:]):  # chunked
        size += line.end() + int(line[1], 16) + 2
        if int(line[1], 16) == 0:
            break
    return size
