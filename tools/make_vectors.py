"""Writes spec/vectors/: `python -m tools.make_vectors`.

The committed files are the truth; see the README there.
Run again, it writes the same bytes: keys are fixed, and what cannot be made from fixed randomness
is kept in hybrid-boxes.hex. A file that no case makes any more is deleted.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.vectors.blobs import make_blobs
from tools.vectors.boxes import HybridBoxes
from tools.vectors.carried import make_carried
from tools.vectors.case import Case
from tools.vectors.envelopes import make_envelopes
from tools.vectors.fillings import make_fillings
from tools.vectors.forms import make_forms
from tools.vectors.holders import make_holders
from tools.vectors.keyrings import make_keyrings
from tools.vectors.locks import make_leaves, make_locks, make_sealings
from tools.vectors.purges import make_purges
from tools.vectors.receipt_forms import make_receipt_forms
from tools.vectors.receipts import make_receipts
from tools.vectors.records import make_records
from tools.vectors.report_values import make_report_values
from tools.vectors.report_writing import make_report_writings
from tools.vectors.reports import make_reports
from tools.vectors.signatures import make_signatures
from tools.vectors.texts import make_texts

FOLDER = Path(__file__).resolve().parent.parent / "spec" / "vectors"


def make_cases(boxes: HybridBoxes) -> Iterator[Case]:
    """Every vector."""
    yield from make_envelopes(boxes)
    yield from make_fillings(boxes)
    yield from make_locks()
    yield from make_sealings()
    yield from make_leaves()
    yield from make_texts()
    yield from make_keyrings()
    yield from make_purges()
    yield from make_signatures()
    yield from make_forms()
    yield from make_reports()
    yield from make_report_values()
    yield from make_report_writings()
    yield from make_blobs()
    yield from make_receipts()
    yield from make_receipt_forms()
    yield from make_carried()
    yield from make_holders(boxes)
    yield from make_records()


def main() -> None:
    """Write all vectors."""
    boxes = HybridBoxes(FOLDER / "hybrid-boxes.hex")
    texts = {f"{case.name}.txt": case.to_text() for case in make_cases(boxes)}
    for path in FOLDER.rglob("*.txt"):
        if path.relative_to(FOLDER).as_posix() not in texts:
            path.unlink()
    for name, text in texts.items():
        path = FOLDER / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    boxes.save()
    print(f"{len(texts)} vectors", file=sys.stderr)


if __name__ == "__main__":
    main()
