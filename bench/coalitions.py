"""A coalition for a service that is measured: its keyring in the store, its root beside it."""

import json
import time
from functools import cache
from pathlib import Path

from bench.servers import Running
from crypto.requests import sign_request
from tests.coalition import Coalition, make_coalition

PUBLIC = "https://reports.example"
SECRET = "a-secret-path-for-measuring"
TOKEN = "a-token-for-measuring"


@cache
def _coalition() -> Coalition:
    return make_coalition(development=False, now=int(time.time()))


def prepare(data: Path) -> Coalition:
    """The coalition, with its root file in the data folder."""
    data.mkdir(parents=True, exist_ok=True)
    coalition = _coalition()
    (data / "root.json").write_bytes(coalition.root)
    return coalition


def settings_for(coalition: Coalition, data: Path) -> dict[str, str]:
    """Settings of a service that pins this coalition's root and takes Twilio's texts."""
    del coalition
    provider = {
        "name": "twilio",
        "path_secret": SECRET,
        "auth_token": TOKEN,
        "country": "MM",
        "replies": False,
    }
    return {
        "root_file": str(data / "root.json"),
        "public_urls": json.dumps([PUBLIC]),
        "providers": json.dumps([provider]),
    }


def bring_keyring(server: Running, coalition: Coalition) -> None:
    """Gives the service the keyring. RuntimeError if it does not take it."""
    bundle = coalition.bundle
    head = b"POST /v1/keyring HTTP/1.1\r\nHost: bench\r\nContent-Type: application/cbor\r\n"
    answer = server.ask(head + b"Content-Length: %d\r\n\r\n" % len(bundle) + bundle)
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError("the service did not take the keyring")


def sign(coalition: Coalition, target: str) -> dict[str, str]:
    """Headers of a keyholder's signed GET of a path with its query."""
    return sign_request(coalition.holder_seed, coalition.holder_id, "GET", PUBLIC + target)


def write_signed(coalition: Coalition, target: str) -> bytes:
    """That request as it goes over the wire."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in sign(coalition, target).items())
    return f"GET {target} HTTP/1.1\r\nHost: bench\r\n{lines}\r\n".encode()
