"""One vector: a text header and a payload. The format is told in spec/vectors/README.md."""

from collections.abc import Sequence
from dataclasses import dataclass

_BYTES_A_LINE = 48


def swap(data: bytes, old: bytes, new: bytes) -> bytes:
    """`data` with the first `old` replaced; it must be there, or the case would test nothing."""
    if old not in data:
        raise ValueError("nothing to replace")
    return data.replace(old, new, 1)


@dataclass(frozen=True)
class Case:
    """A case to write; `name` is the file's name without its ending."""

    name: str
    expect: str
    comment: str
    kind: str
    fields: Sequence[tuple[str, str]] = ()
    payload: bytes | Sequence[str] = b""
    """Bytes, written as hex lines; or lines of text, written as they are."""

    def to_text(self) -> str:
        """The whole file."""
        header = [
            ("expect", self.expect),
            ("comment", self.comment),
            ("kind", self.kind),
            *self.fields,
        ]
        lines = [f"{name}: {value}".rstrip() for name, value in header]
        if isinstance(self.payload, bytes):
            payload = [
                self.payload[at : at + _BYTES_A_LINE].hex()
                for at in range(0, len(self.payload), _BYTES_A_LINE)
            ]
        else:
            payload = list(self.payload)
        return "\n".join([*lines, "", *payload, ""])
