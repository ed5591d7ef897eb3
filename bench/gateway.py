"""A text by Twilio's webhook: verified, read for keywords, sealed (suite 02), durable, answered."""

import itertools
import json
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
from bench.servers import GENERATOR_CORE, pin, run_bare, run_gateway, run_service

MEMORY_MIB = 128
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
        tell("a gateway of its own")
        memory = _measure_memory(Path(name) / "gateway", scope)
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
        memory,
    ]


def _measure_memory(data: Path, scope: Scope) -> Figure:
    """The most that a gateway of its own holds while texts come and its service is away."""
    coalition = prepare(data)
    bundle = data / "given.bundle"
    bundle.write_bytes(coalition.bundle)
    settings = settings_for(coalition, data) | {
        "services": json.dumps(["http://127.0.0.1:9"]),
        "keyring_file": str(bundle),
    }
    with run_gateway(data, settings) as server:
        made = list(itertools.islice(_make_texts(), int(3000 * (scope.seconds + 1))))
        load = run_load(server.port, made.__iter__, warm=scope.warm, seconds=scope.seconds)
        _now, most = server.read_memory()
    name = "heliograph gateway, its service away, most MiB of memory"
    return Figure(name, most, MEMORY_MIB, most=True, note=describe([load]))


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
