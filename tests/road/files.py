"""A report with files as the app's library seals them, sent to a running service."""

import time
from pathlib import Path
from typing import Any

import httpx2

from crypto import keyring as keyrings
from crypto.choosing import sealing_key
from crypto.envelope import Kind, envelope_id
from crypto.sealing import new_report_id, seal
from reports.codec import encode
from tests.client.asking import running_library
from tests.road.running import Running


def seal_files(folder: Path, *contents: bytes) -> list[dict[str, Any]]:
    """What the app's library makes of them, and what its report says: `blob` is the file."""
    named = []
    with running_library() as library:
        for number, content in enumerate(contents):
            source, target = folder / f"{number}.file", folder / f"{number}.blob"
            source.write_bytes(content)
            made = library.ask("seal", **{"from": str(source), "to": str(target)})
            named.append({"blob": target, **made})
    return named


def report_files(running: Running, named: list[dict[str, Any]]) -> str:
    """Send a report that names these, and wait until it is in the log; its id."""
    root = httpx2.get(f"{running.url}/root.json").content
    files = keyrings.read_bundle(httpx2.get(f"{running.url}/v1/keyring").content)
    key = sealing_key(keyrings.first(root, files), "app", int(time.time()))
    blobs = [
        {"key": bytes.fromhex(one["key"]), "hash": bytes.fromhex(one["id"]), "size": one["size"]}
        for one in named
    ]
    content = encode({"chan": "app", "cc": "MM", "evidence": {"blobs": blobs}}, key.epoch_start)
    id = new_report_id()
    envelope = seal(key, Kind.REPORT, id, content)
    kind = {"Content-Type": "application/octet-stream"}
    with httpx2.Client(base_url=running.url) as client:
        client.post("/v1/envelopes", content=envelope, headers=kind).raise_for_status()
        proof = f"/v1/log/proof/{envelope_id(envelope).hex()}"
        for _ in range(600):  # the service gives indexes once a second
            if client.get(proof).status_code == 200:
                return id.hex()
            time.sleep(0.1)
    raise AssertionError("it was not given an index")
