"""Opening: from an envelope to its content, with the locks' private keys. For keyholders alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

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
from crypto.errors import CryptoError, EnvelopeError, OpeningError
from crypto.locks import LockKey
from crypto.sealing import INFO, INNER_HEADER_SIZE

_MARK = b"\x80"  # where the padding begins
_KINDS = {int(kind): kind for kind in Kind}

_Result = TypeVar("_Result")
_Layer = Callable[[bytes], bytes | None]
"""From a box to what is in it; None where it does not open."""


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


class _Form(NamedTuple):
    """What the first bytes and the length of an envelope say, and what opens it."""

    suite: Suite
    epoch: int
    layers: tuple[_Layer, ...]  # outermost first


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
        self._forms: dict[tuple[bytes, int], _Form] = {}
        for (epoch, suite), locks in keys.items():
            header = write_header(suite, epoch)
            form = _Form(suite, epoch, tuple(_make_layer(lock, header) for lock in locks))
            self._forms |= {(header, length): form for length in list_lengths(suite)}

    def open(self, envelope: bytes) -> Opened:
        """Open one envelope.

        Raises EnvelopeError for its form; OpeningError no-key ("not for these keys, try others"),
        box-not-opened, suite-mismatch, padding-invalid, kind-unknown.
        """
        return _raise(self.open_all((envelope,))[0])

    def open_all(self, envelopes: Sequence[bytes]) -> list[Opened | CryptoError]:
        """As `open`, for each; what it would raise stands in the place of what did not open.

        Step by step for all of them: what is done between two boxes is out of the processor's
        caches when its turn comes again, and then takes three times as long.
        """
        forms = [self._find_form(envelope) for envelope in envelopes]
        return list(map(_read_plaintext, forms, _open_boxes(forms, envelopes)))

    def _find_form(self, envelope: bytes) -> _Form | CryptoError:
        outside = envelope[:HEADER_SIZE]
        form = self._forms.get((outside, len(envelope)))
        if form is not None:
            return form
        try:
            check_form(outside, len(envelope))
        except EnvelopeError as error:
            return error
        return OpeningError("no-key")


def peel(envelope: bytes, lock_a: LockKey) -> bytes:
    """Open the outer layer of a dual envelope, and return the inner box for the holder of lock B.

    Raises EnvelopeError for its form; OpeningError no-key when the lock is not lock A of its suite,
    box-not-opened.
    """
    header = read_header(envelope)
    if not header.suite.dual or (lock_a.suite, lock_a.lock) != (header.suite, "A"):
        raise OpeningError("no-key")
    form = _Form(header.suite, header.epoch, (_make_layer(lock_a, envelope[:HEADER_SIZE]),))
    return _raise(_open_boxes((form,), (envelope,))[0])


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
    form = _Form(header.suite, header.epoch, (_make_layer(lock_b, header_bytes),))
    return _raise(_read_plaintext(form, _open_boxes((form,), (header_bytes + inner,))[0]))


def _raise(result: _Result | CryptoError) -> _Result:
    if isinstance(result, CryptoError):
        raise result
    return result


def _open_boxes(
    forms: Sequence[_Form | CryptoError], envelopes: Sequence[bytes]
) -> list[bytes | CryptoError]:
    """What is under the layers of each. A loop of few steps: each costs what its code costs to
    fetch."""
    plain: list[bytes | CryptoError] = []
    for form, envelope in zip(forms, envelopes, strict=True):
        if isinstance(form, CryptoError):
            plain.append(form)
            continue
        box: bytes | None = envelope[HEADER_SIZE:]
        for open_layer in form.layers:
            if box is not None:
                box = open_layer(box)
        plain.append(OpeningError("box-not-opened") if box is None else box)
    return plain


def _make_layer(lock: LockKey, header: bytes) -> _Layer:
    """What opens this lock's layer of the envelopes with this header. It does not show its keys."""
    public, private, hybrid_key, info = lock.public, lock.private, lock.hybrid_key, INFO + header
    if hybrid_key is not None:
        return lambda box: hybrid.open_hybrid(box, hybrid_key, info)

    def open_sealed_box(box: bytes) -> bytes | None:
        try:
            return crypto_box_seal_open(box, public, private)
        except SodiumError:
            return None

    return open_sealed_box


def _read_plaintext(
    form: _Form | CryptoError, plaintext: bytes | CryptoError
) -> Opened | CryptoError:
    if isinstance(form, CryptoError):
        return form
    if isinstance(plaintext, CryptoError):
        return plaintext
    if plaintext[0] != form.suite:
        return OpeningError("suite-mismatch")
    # As sodium_unpad with one block, which costs a tenth of an opening: what is padded is ours
    # alone to see, so nobody can time it.
    end = plaintext.rfind(_MARK)
    if end < INNER_HEADER_SIZE or plaintext[end + 1 :] != bytes(len(plaintext) - end - 1):
        return OpeningError("padding-invalid")
    kind = _KINDS.get(plaintext[1])
    if kind is None:
        return OpeningError("kind-unknown")
    return Opened(
        kind,
        plaintext[2:INNER_HEADER_SIZE],
        plaintext[INNER_HEADER_SIZE:end],
        form.suite,
        form.epoch,
    )
