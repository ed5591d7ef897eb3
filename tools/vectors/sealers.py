"""Makes envelopes from fixed keys around any innermost plaintext, and the cases that hold them."""

from crypto.envelope import Suite, write_header
from tools.vectors.boxes import HybridBoxes, report_info, seal_box
from tools.vectors.case import Case
from tools.vectors.keys import EPOCH, REPORT_ID, key_fields, public_key

_KINDS = {1: "report", 2: "follow-up", 3: "record"}
CONTENT = bytes.fromhex("a3000101624d4d0a7818") + b"The network is cut here."


def pad(suite: int, kind: int, content: bytes, padded: int) -> bytes:
    """The innermost plaintext."""
    inside = bytes((suite, kind)) + REPORT_ID + content + b"\x80"
    return inside + bytes(padded - len(inside))


class EnvelopeMaker:
    """Makes envelopes around any innermost plaintext, with fixed keys."""

    def __init__(self, boxes: HybridBoxes) -> None:
        self.boxes = boxes

    def seal(self, name: str, suite: Suite, plaintext: bytes, epoch: int = EPOCH) -> bytes:
        """An envelope; `name` is under which a hybrid box is kept."""
        box = plaintext
        for lock in reversed(suite.locks):
            public = public_key(suite, lock)
            if lock == suite.hybrid_lock:
                box = self.boxes.seal(name, box, public, report_info(suite, epoch))
            else:
                box = seal_box(box, public)
        return write_header(suite, epoch) + box


def envelope_case(
    name: str, expect: str, comment: str, suite: Suite, envelope: bytes, *more: tuple[str, str]
) -> Case:
    return Case(
        f"envelope-{name}", expect, comment, "envelope", [*key_fields(suite), *more], envelope
    )


def result_fields(kind: int, content: bytes) -> list[tuple[str, str]]:
    return [("holds", _KINDS[kind]), ("report id", REPORT_ID.hex()), ("content", content.hex())]
