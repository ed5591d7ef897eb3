"""Deleting a text at Twilio, by its API.

Source: Twilio's page "Messages resource", "Delete a Message resource": 204, and what media belongs
to the message goes with it. Not by `twilio.rest`, which takes 27 MB and 100 ms to load.
"""

import json
from typing import Literal

import httpx2

URL = "https://api.twilio.com"
TIMEOUT = httpx2.Timeout(30.0, connect=15.0)
ANSWER_BYTES = 16 * 1024
TOO_EARLY = 20009
"""Twilio's error "Cannot delete this resource before it is complete": from a minute to 14 days."""
NOT_NOW = frozenset({401, 403, 408, 429})
"""Statuses that judge the account or the moment, as do all from 500 on."""

Verdict = Literal["gone", "later", "pause"]
"""gone: Twilio has no such text any more. later: this one must wait. pause: all must wait."""


def open_client(url: str = URL) -> httpx2.AsyncClient:
    """A client of Twilio's API. Redirects are not followed: they would take the token along."""
    return httpx2.AsyncClient(base_url=url, timeout=TIMEOUT, follow_redirects=False)


async def delete_message(
    client: httpx2.AsyncClient, account: str, token: str, message_id: str
) -> Verdict:
    """Ask once. Nothing is raised for a network that fails. The ids are checked by their form
    before they come here (sms/providers/twilio.py, heliograph/settings.py)."""
    path = f"/2010-04-01/Accounts/{account}/Messages/{message_id}.json"
    data = bytearray()
    try:
        async with client.stream("DELETE", path, auth=(account, token)) as answer:
            async for chunk in answer.aiter_bytes():
                data += chunk
                if len(data) > ANSWER_BYTES:
                    break
    except httpx2.HTTPError:
        return "pause"
    return judge(answer.status_code, bytes(data))


def judge(status: int, data: bytes) -> Verdict:
    """What an answer means."""
    if status in (200, 204, 404):
        return "gone"
    if _read_code(data) == TOO_EARLY:
        return "later"
    return "pause" if status in NOT_NOW or status >= 500 or status < 400 else "later"


def _read_code(data: bytes) -> object:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return told.get("code") if isinstance(told, dict) else None
