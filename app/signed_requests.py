"""Requests that only keyholders may make: signed with a key that the keyring in use lists."""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import Request
from starlette.types import Scope

from app.errors import RequestRefused
from app.keyrings import Keyrings
from crypto.errors import RequestSignatureError
from crypto.requests import verify_request


def create_signature_check(
    keyrings: Keyrings, public_urls: Sequence[str]
) -> Callable[[Scope], bool]:
    """A function that says whether a request without a body is signed by a keyholder, by the
    keyring that is in memory. `public_urls` are the addresses that signers may have signed for.
    """
    addresses = [url.rstrip("/") for url in public_urls]

    def is_signed(scope: Scope) -> bool:
        target = scope["raw_path"].decode("ascii", "replace")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("ascii", "replace")
        headers: dict[str, str] = {}
        for raw, value in scope["headers"]:
            name, text = raw.decode("latin-1"), value.decode("latin-1")
            headers[name] = f"{headers[name]}, {text}" if name in headers else text
        try:
            verify_request(
                keyrings.holders,
                scope["method"],
                [address + target for address in addresses],
                headers,
            )
        except RequestSignatureError:
            return False
        return True

    return is_signed


def require_signature(
    keyrings: Keyrings, public_urls: Sequence[str]
) -> Callable[[Request], Awaitable[None]]:
    """The same as a dependency for routes of keyholders, by the newest keyring."""
    is_signed = create_signature_check(keyrings, public_urls)

    async def check_signed(request: Request) -> None:
        """Unsigned, forged, unknown and revoked signers get one and the same answer."""
        await keyrings.refresh()  # another service may have heard of a revocation
        if not is_signed(request.scope):
            raise RequestRefused("request-not-signed")

    return check_signed
