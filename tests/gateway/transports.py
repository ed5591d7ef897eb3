"""A service in this process, whose answers come in as from a network: not read before they are."""

from collections.abc import Callable

import httpx2

Answer = Callable[[httpx2.Request], httpx2.Response]


class Nearby(httpx2.AsyncBaseTransport):
    """Answers requests by a function."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        response = self._answer(request)
        if response.is_stream_consumed:
            stream = httpx2.ByteStream(response.content)
            return httpx2.Response(response.status_code, headers=response.headers, stream=stream)
        return response


def open_nearby(answer: Answer) -> httpx2.AsyncClient:
    """A client that asks nobody but this function."""
    return httpx2.AsyncClient(base_url="https://service.example", transport=Nearby(answer))
