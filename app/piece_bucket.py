"""Pieces as objects of an S3 bucket, by obstore.

A PUT that S3 has answered is durable, and what it stored is seen by everybody at once. S3 keeps the
time of each object to the second, and tells it to whoever may list the bucket.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from app.errors import StoreUnavailable
from app.pieces import Piece, PieceMissing, read_name

TIMEOUT = timedelta(seconds=20)
"""Of one request to the bucket."""
RETRIES = 2
RETRY_TIMEOUT = timedelta(seconds=20)
"""Nothing is tried again after so long: somebody waits for the answer."""
LIST_SIZE = 1000

if TYPE_CHECKING:
    from obstore.store import S3Config


@dataclass(frozen=True, slots=True)
class Bucket:
    """An S3 bucket and who we are to it. `endpoint` is None for Amazon's own."""

    name: str
    region: str
    endpoint: str | None
    key_id: str
    secret: str


class PieceBucket:
    """Objects of a bucket. Nothing else should be in there."""

    def __init__(self, bucket: Bucket) -> None:
        config: S3Config = {"region": bucket.region}
        if bucket.endpoint:
            config["endpoint"] = bucket.endpoint
        credentials = {
            "access_key_id": bucket.key_id,
            "secret_access_key": bucket.secret,
            "token": None,
            "expires_at": None,
        }
        self._store = S3Store(
            bucket.name,
            config=config,
            client_options={
                "allow_http": (bucket.endpoint or "").startswith("http://"),
                "timeout": TIMEOUT,
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_TIMEOUT},
            credential_provider=lambda: credentials,  # type: ignore[arg-type]  # or the environment's would count
        )

    def prepare(self) -> None:
        self.list(0)

    def write(self, piece: Piece, data: bytes, day: int) -> None:  # noqa: ARG002
        with _as_store_errors():
            obstore.put(self._store, piece.path, data, use_multipart=False)

    def read(self, piece: Piece, begin: int, end: int) -> bytes:
        found = b""
        with _as_store_errors(missing_ok=True):
            found = bytes(obstore.get_range(self._store, piece.path, start=begin, end=end))
        if len(found) < end - begin:
            self.prepare()  # is there a bucket at all?
            raise PieceMissing
        return found

    def delete(self, pieces: list[Piece], day: int) -> None:  # noqa: ARG002
        with _as_store_errors(missing_ok=True):
            obstore.delete(self._store, [piece.path for piece in pieces])

    def list(self, shard: int) -> set[Piece]:
        found = set()
        with _as_store_errors():
            for page in obstore.list(self._store, f"{shard:x}", chunk_size=LIST_SIZE):
                for entry in page:
                    piece = read_name(entry["path"].rpartition("/")[2])
                    if piece is not None and piece.path == entry["path"]:
                        found.add(piece)
        return found

    def count_free(self) -> None:
        return None


@contextmanager
def _as_store_errors(*, missing_ok: bool = False) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:  # the object, or the bucket
        if not missing_ok:
            raise StoreUnavailable("blobs-unavailable") from None
    except (BaseError, OSError, ValueError):
        raise StoreUnavailable("blobs-unavailable") from None
