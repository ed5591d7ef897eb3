"""What is known of an attachment without opening all of it: whether it is here, and its kind."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crypto.errors import BlobError
from keyholder.attachments.kinds import Kind, recognise
from keyholder.attachments.named import Attachment
from keyholder.attachments.shelf import HELD, Shelf, find_fault, read_beginning
from keyholder.errors import AttachmentError


@dataclass(frozen=True, slots=True)
class Seen:
    """state: `held`, or a code that says why it cannot be opened. kind: of what is held, as its
    first 64 KiB say, which alone were opened."""

    attachment: Attachment
    state: str
    kind: Kind | None

    @property
    def words(self) -> str:
        """The state as a sentence of ours."""
        if self.state == HELD:
            return "held here"
        kind = BlobError if self.state.startswith("blob-") else AttachmentError
        return str(kind(self.state))


def look(
    shelf: Shelf,
    attachments: Iterable[Attachment],
    faults: dict[tuple[bytes, int], str] | None = None,
) -> list[Seen]:
    """Each attachment as it is now; `faults` say why some were not fetched. HomeError."""
    return [_look(shelf, one, faults or {}) for one in attachments]


def describe(seen: Seen) -> dict[str, Any]:
    """As JSON values."""
    one = seen.attachment
    return {
        "report": one.report_id.hex(),
        "number": one.number,
        "id": one.id.hex() or None,
        "size": one.size or None,
        "kind": None if seen.kind is None else seen.kind.name,
        "state": seen.state,
    }


def _look(shelf: Shelf, one: Attachment, faults: dict[tuple[bytes, int], str]) -> Seen:
    fault = find_fault(shelf, one)
    if fault is not None:
        return Seen(one, faults.get((one.id, one.size), fault), None)
    try:
        return Seen(one, HELD, recognise(read_beginning(shelf, one)))
    except (AttachmentError, BlobError) as error:
        return Seen(one, error.code, None)
