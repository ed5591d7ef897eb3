"""Opening: from an envelope to its content, with the locks' private keys. For keyholders alone."""

from collections.abc import Mapping
from typing import NamedTuple

from nacl.bindings import crypto_box_seal_open
from nacl.exceptions import CryptoError as SodiumError

from crypto import hybrid
from crypto.envelope import (
    HEADER_SIZE,
    SEALED_BOX_OVERHEAD,
    Kind,
    Suite,
    check_form,
    list_lengths,
    read_header,
    write_header,
)
from crypto.errors import EnvelopeError, OpeningError
from crypto.locks import LockKey
from crypto.sealing import INFO, INNER_HEADER_SIZE

_MARK = b"\x80"  # where the padding begins
_KINDS = {int(kind): kind for kind in Kind}


class Opened(NamedTuple):
    """What an envelope held. The content does not show in `repr`."""

    kind: Kind
    report_id: bytes
    """8 bytes; keyholders merge by it."""
    content: bytes
    suite: Suite
    epoch: int

    def __repr__(self) -> str:
        return f"Opened(kind={self.kind!r}, suite={self.suite!r}, epoch={self.epoch})"


class Opener:
    """Opens envelopes with the keys it was given. Safe to share between threads: it holds no state.

    libsodium runs without Python's global lock, so threads open in parallel.
    """

    def __init__(self, keys: Mapping[tuple[int, Suite], tuple[LockKey, ...]]) -> None:
        """`keys` maps (epoch, suite) to the locks, outermost first.

        OpeningError lock-unknown if they do not fit.
        """
        for (_, suite), locks in keys.items():
            if tuple((suite, lock) for lock in suite.locks) != tuple(
                (key.suite, key.lock) for key in locks
            ):
                raise OpeningError("lock-unknown")
        # By the first bytes and the length, which are all of a form: what has none of these forms
        # has a bad one, or is for other keys.
        self._forms = {
            (write_header(suite, epoch), length): (suite, epoch, locks)
            for (epoch, suite), locks in keys.items()
            for length in list_lengths(suite)
        }

    def open(self, envelope: bytes) -> Opened:
        """Open one envelope.

        Raises EnvelopeError for its form; OpeningError no-key ("not for these keys, try others"),
        box-not-opened, suite-mismatch, padding-invalid, kind-unknown.
        """
        outside = envelope[:HEADER_SIZE]
        form = self._forms.get((outside, len(envelope)))
        if form is None:
            check_form(outside, len(envelope))
            raise OpeningError("no-key")
        suite, epoch, locks = form
        box = envelope[HEADER_SIZE:]
        for lock in locks:
            box = _open_layer(lock, outside, box)
        return _read_plaintext(suite, epoch, box)


def peel(envelope: bytes, lock_a: LockKey) -> bytes:
    """Open the outer layer of a dual envelope, and return the inner box for the holder of lock B.

    Raises EnvelopeError for its form; OpeningError no-key when the lock is not lock A of its suite,
    box-not-opened.
    """
    header = read_header(envelope)
    if not header.suite.dual or (lock_a.suite, lock_a.lock) != (header.suite, "A"):
        raise OpeningError("no-key")
    return _open_layer(lock_a, envelope[:HEADER_SIZE], envelope[HEADER_SIZE:])


def open_peeled(header_bytes: bytes, inner: bytes, lock_b: LockKey) -> Opened:
    """Open what `peel` returned. `header_bytes` are the envelope's first 4 bytes.

    Raises EnvelopeError for the form of header or inner box; OpeningError as Opener.open.
    """
    if len(header_bytes) != HEADER_SIZE:
        raise EnvelopeError("envelope-too-short")
    # The outer layer is gone; what it would have been is known by its length alone.
    header = read_header(header_bytes + bytes(SEALED_BOX_OVERHEAD) + inner)
    if not header.suite.dual or (lock_b.suite, lock_b.lock) != (header.suite, "B"):
        raise OpeningError("no-key")
    return _read_plaintext(header.suite, header.epoch, _open_layer(lock_b, header_bytes, inner))


def _open_layer(lock: LockKey, header: bytes, box: bytes) -> bytes:
    if lock.hybrid_key is not None:
        opened = hybrid.open_hybrid(box, lock.hybrid_key, INFO + header)
        if opened is None:
            raise OpeningError("box-not-opened")
        return opened
    try:
        return crypto_box_seal_open(box, lock.public, lock.private)
    except SodiumError:
        raise OpeningError("box-not-opened") from None


def _read_plaintext(suite: Suite, epoch: int, plaintext: bytes) -> Opened:
    if plaintext[0] != suite:
        raise OpeningError("suite-mismatch")
    # As sodium_unpad with one block, which costs a tenth of an opening: what is padded is ours
    # alone to see, so nobody can time it.
    end = plaintext.rfind(_MARK)
    if end < INNER_HEADER_SIZE or plaintext[end + 1 :] != bytes(len(plaintext) - end - 1):
        raise OpeningError("padding-invalid")
    kind = _KINDS.get(plaintext[1])
    if kind is None:
        raise OpeningError("kind-unknown")
    return Opened(
        kind, plaintext[2:INNER_HEADER_SIZE], plaintext[INNER_HEADER_SIZE:end], suite, epoch
    )
