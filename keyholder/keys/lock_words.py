"""What people compare of one lock of an epoch: its maker reads it aloud, an officer finds it again
in what she is to sign.

Without it an officer who signs second sees that there is a lock, and not that it is the maker's:
the officer who proposed could have put one of her own there, and would open what phones seal to it.
"""

import hashlib
from collections.abc import Mapping

FORMAT = "heliograph/lock/v1/words"


def digest_lock(epoch: int, lock: str, publics: Mapping[str, str]) -> bytes:
    """SHA-256 (32 B) over an epoch's number, the lock's letter and its public keys.

    `publics` is as in reporter.json: the suite as two hex digits -> the key as hex digits.
    """
    content = f"{FORMAT}\0{epoch:d}\0{lock}"
    content += "".join(f"\0{suite}\0{key}" for suite, key in sorted(publics.items()))
    return hashlib.sha256(content.encode()).digest()
