"""The next keyring as an officer alone signs it, past all that `keyholder` asks before it signs."""

from collections.abc import Mapping
from typing import Any

from tuf.api.metadata import Metadata

from crypto.officers import tuf_signer
from keyholder.repository import lay_out_keyring


def make_keyring(
    roots: Mapping[str, bytes],
    version: int,
    officer_seed: bytes,
    documents: Mapping[str, Mapping[str, Any]],
    now: int,
) -> dict[str, bytes]:
    """All files of keyring `version`: `roots`, and the documents (name to content) signed anew."""
    files, unsigned = lay_out_keyring(version, documents, now)
    made = {**roots, **files}
    for name, signed in unsigned.items():
        metadata: Metadata[Any] = Metadata(signed)
        metadata.sign(tuf_signer(officer_seed))
        made[name] = metadata.to_bytes()
    return made
