"""What happened to a bundle after it was made: a line more in its custody log, signed by a holder.

The manifest signs how the log begins, so nothing that was there changes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from crypto.keyring import Keyring
from crypto.officers import public_key
from keyholder.errors import EvidenceError
from keyholder.evidence import paths
from keyholder.evidence.archive import write_archive
from keyholder.evidence.custody import ACTION, MAX_LINES, MAX_LOG, Custodian, add_lines
from keyholder.evidence.sources import Source, open_bundle, take
from keyholder.exports.output import write_output

MAX_WORDS = 1_000
"""Characters of each thing that a line tells."""


def pass_on(
    source: Source, keyring: Keyring, custodian: Custodian, action: str, told: Mapping[str, str]
) -> bytes:
    """The custody log of a bundle that was verified, with one act more.

    EvidenceError: evidence-signer where the bundle's keyring does not list who signs;
    custody-words, custody-full.
    """
    if (custodian.holder_id, public_key(custodian.seed)) not in [
        (one.id, one.key) for one in keyring.holders
    ]:
        raise EvidenceError("evidence-signer")
    if not ACTION.fullmatch(action) or not all(map(_is_sound, told.values())):
        raise EvidenceError("custody-words")
    log = add_lines(take(source, paths.CUSTODY, MAX_LOG) or b"", custodian, [(action, told)])
    if len(log) > MAX_LOG or log.count(b"\n") > MAX_LINES:
        raise EvidenceError("custody-full")
    return log


def replace_log(bundle: Path, log: bytes) -> None:
    """Put the log in the place of the one that a bundle has: whole, or the bundle is as it was.

    ExportError output-unwritable; EvidenceError as `open_bundle`.
    """
    if bundle.is_dir():
        write_output(bundle / paths.CUSTODY, [log])
    else:
        write_output(bundle, _write_anew(bundle, log))


def _is_sound(words: str) -> bool:
    return 0 < len(words) <= MAX_WORDS and words.isprintable()


def _write_anew(bundle: Path, log: bytes) -> Iterator[bytes]:
    """The archive with this log. It is closed before its place is taken, which Windows asks for."""
    with open_bundle(bundle) as source:
        yield from write_archive(
            (name, log if name == paths.CUSTODY else b"".join(source.read(name)))
            for name in source.list_sizes()
        )
