"""A text by Twilio's webhook: verified, read for keywords, sealed (suite 02), durable, answered."""

import itertools
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bench.coalitions import PUBLIC, SECRET, TOKEN, bring_keyring, prepare, settings_for
from bench.figures import Figure
from bench.load import Load, run_load
from bench.requests import make_singles
from bench.rounds import Scope, describe, divide, tell
from bench.servers import GENERATOR_CORE, pin, run_bare, run_service

TEXT = "NET MM13 D3 S1 V1 FULL 6H MPT"
PATH = f"/hooks/twilio/{SECRET}"


def measure(scope: Scope) -> list[Figure]:
    """The row of the gateway."""
    pin(GENERATOR_CORE)
    bare: list[Load] = []
    texts: list[Load] = []
    with tempfile.TemporaryDirectory() as name:
        for number in range(scope.rounds):
            tell(f"Twilio's texts, round {number + 1} of {scope.rounds}")
            with run_bare() as server:
                bare.append(
                    run_load(
                        server.port,
                        make_singles,
                        status=b"204",
                        warm=scope.warm,
                        seconds=scope.seconds,
                    )
                )
            data = Path(name) / str(number)
            coalition = prepare(data)
            with run_service(data, settings_for(coalition, data)) as server:
                bring_keyring(server, coalition)
                made = list(itertools.islice(_make_texts(), int(3000 * (scope.seconds + 1))))
                texts.append(
                    run_load(server.port, made.__iter__, warm=scope.warm, seconds=scope.seconds)
                )
    return [
        Figure(
            "Twilio's texts, /s",
            median(load.rate for load in texts),
            note=describe(texts),
        ),
        Figure(
            "a Twilio text, verified, read, sealed, durable ÷ bare",
            divide([load.rate for load in texts], [load.rate for load in bare]),
            0.10,
        ),
    ]


def _make_texts() -> Iterator[bytes]:
    """Signed requests as Twilio sends them, each text another message of another number."""
    validator = RequestValidator(TOKEN)
    for number in itertools.count():
        fields = {
            "MessageSid": f"SM{secrets.token_hex(16)}",
            "AccountSid": "AC" + "0" * 32,
            "From": f"+999{number:08}",
            "To": "+9990000002",
            "Body": TEXT,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
        }
        signature = validator.compute_signature(PUBLIC + PATH, fields)
        body = urlencode(fields).encode()
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nX-Twilio-Signature: {signature}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body
