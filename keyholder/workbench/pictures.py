"""A report's attachments for the page: what is here, and the bytes of pictures that may be shown.

Nothing is fetched: the page shows what `keyholder attachments --fetch` brought. Pictures are opened
in memory, checked wholly, and handed out as bytes that no browser takes for a page.
"""

import re
from typing import Any

from crypto.errors import BlobError
from keyholder.attachments.kinds import recognise
from keyholder.attachments.named import Attachment, list_attachments
from keyholder.attachments.pictures import MOST_BYTES, is_showable, measure_picture
from keyholder.attachments.seen import look
from keyholder.attachments.shelf import Shelf, read_content
from keyholder.errors import AttachmentError, HomeError
from keyholder.merge import Merged
from keyholder.workbench.answers import Answer, Refusal
from keyholder.workbench.questions import read_id
from keyholder.workbench.sitting import Sitting

PICTURES = "/api/pictures/"
BYTES = "application/octet-stream"
_NUMBER = re.compile(r"[1-9]\d{0,4}", re.ASCII)


def list_seen(merged: Merged, shelf: Shelf | None) -> list[dict[str, Any]]:
    """What the page says of each attachment, in words of ours."""
    named = list_attachments(merged)
    if shelf is None or not named:
        return []
    try:
        return [
            {
                "number": one.attachment.number,
                "size": one.attachment.size,
                "state": one.state,
                "told": one.words,
                "kind": None if one.kind is None else one.kind.words,
                # What the page makes of the bytes: an <img> of this type alone.
                "picture": None
                if one.kind is None or one.attachment.size > MOST_BYTES
                else one.kind.media_type,
            }
            for one in look(shelf, named)
        ]
    except HomeError:
        raise Refusal("unread") from None


def answer_picture(sitting: Sitting, path: str) -> Answer:
    """The bytes of a picture, at /api/pictures/{report's id}/{number of the attachment}.

    Refusal: unknown; picture for what is no such picture; unread.
    """
    id, _, number = path.removeprefix(PICTURES).partition("/")
    merged = sitting.standing.collection.by_id.get(read_id(id))
    if merged is None or not _NUMBER.fullmatch(number) or sitting.shelf is None:
        raise Refusal("unknown")
    named = list_attachments(merged)
    if int(number) > len(named):
        raise Refusal("unknown")
    return Answer(200, BYTES, _open_picture(sitting.shelf, named[int(number) - 1]))


def _open_picture(shelf: Shelf, attachment: Attachment) -> bytes:
    if attachment.size > MOST_BYTES:
        raise Refusal("picture")
    try:
        data = b"".join(read_content(shelf, attachment))
    except (AttachmentError, BlobError):
        raise Refusal("picture") from None
    except HomeError:
        raise Refusal("unread") from None
    if not is_showable(measure_picture(data, recognise(data))):
        raise Refusal("picture")
    return data
