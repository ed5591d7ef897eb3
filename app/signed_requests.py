"""Requests that only keyholders may make: signed with a key that the keyring in use lists."""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import Request

from app.errors import RequestRefused
from app.keyrings import Keyrings
from crypto.errors import RequestSignatureError
from crypto.requests import verify_request


def make_signature_check(
    keyrings: Keyrings, public_urls: Sequence[str]
) -> Callable[[Request], Awaitable[None]]:
    """A dependency for routes of keyholders. `public_urls` are the addresses that signers may have
    signed for.
    """
    addresses = [url.rstrip("/") for url in public_urls]

    async def check_signed(request: Request) -> None:
        """Unsigned, forged, unknown and revoked signers get one and the same answer."""
        await keyrings.refresh()  # another service may have heard of a revocation
        scope = request.scope
        target = scope["raw_path"].decode("ascii", "replace")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("ascii", "replace")
        headers: dict[str, str] = {}
        for name, value in request.headers.items():
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        try:
            verify_request(
                keyrings.holders,
                request.method,
                [address + target for address in addresses],
                headers,
            )
        except RequestSignatureError:
            raise RequestRefused("request-not-signed") from None

    return check_signed
