"""A webhook's body before anybody reads it: how large, of which media type, in which charset."""

from collections.abc import Collection
from email.message import Message
from functools import lru_cache

from sms.contract import MAX_BODY, RawRequest
from sms.errors import WebhookError

UTF_8 = "utf-8"
_NAMES = {"utf8": UTF_8, "us-ascii": UTF_8}


def check_body(
    request: RawRequest, media_types: Collection[str], charsets: Collection[str] = (UTF_8,)
) -> tuple[str, str]:
    """The body's media type and charset, in lower case. Without a charset it is UTF-8.

    WebhookError: webhook-too-large; webhook-media-type, where either is not among those named.
    """
    if len(request.body) > MAX_BODY:
        raise WebhookError("webhook-too-large")
    media_type, charset = _split_type(request.headers.get("content-type", ""))
    if media_type not in media_types or charset not in charsets:
        raise WebhookError("webhook-media-type")
    return media_type, charset


@lru_cache(maxsize=32)  # providers always write the same
def _split_type(content_type: str) -> tuple[str, str]:
    header = Message()
    header["content-type"] = content_type
    charset = header.get_content_charset(UTF_8).replace("_", "-")
    # Not get_content_type: it makes text/plain of nothing at all.
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type, _NAMES.get(charset, charset)
