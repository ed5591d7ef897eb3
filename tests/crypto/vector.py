"""One file of spec/vectors/, as its README tells."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent.parent / "spec" / "vectors"


@dataclass(frozen=True)
class Vector:
    expect: str
    kind: str
    fields: dict[str, list[str]]
    lines: list[str]

    def field(self, name: str) -> str:
        (value,) = self.fields[name]
        return value

    def hex(self, name: str) -> bytes:
        return bytes.fromhex(self.field(name))

    @property
    def payload(self) -> bytes:
        data = bytes.fromhex("".join(self.lines))
        fill = int(self.field("fill")) if "fill" in self.fields else 0
        return data.ljust(fill, b"\0")

    def seeds(self) -> dict[str, bytes]:
        return {lock: self.hex(f"seed {lock}") for lock in "AB" if f"seed {lock}" in self.fields}


def read_vector(path: Path) -> Vector:
    header, _, payload = path.read_text(encoding="utf-8").partition("\n\n")
    fields: dict[str, list[str]] = defaultdict(list)
    for line in header.split("\n"):
        name, _, value = line.partition(":")
        fields[name].append(value.strip())
    assert list(fields)[:3] == ["expect", "comment", "kind"]
    lines = payload.split("\n")[:-1]
    return Vector(fields["expect"][0], fields["kind"][0], dict(fields), lines)
