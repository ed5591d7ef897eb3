"""Runs the vectors of what is passed on: bundles, and the texts of QR codes."""

import io

from crypto.carried import CarriedBlob, CarriedEnvelope, Item, read_items
from crypto.envelope import envelope_id
from crypto.qr_text import read_qr_text, write_qr_text
from tests.crypto.vector import Vector


def _tell(item: Item) -> str:
    match item:
        case CarriedEnvelope(_, envelope):
            return f"envelope {envelope_id(envelope).hex()}"
        case CarriedBlob(_, offset, size):
            return f"blob {offset} {size}"
        case refused:
            return refused.code


def run_bundle(vector: Vector) -> str:
    told = [_tell(item) for item in read_items(io.BytesIO(vector.payload))]
    assert told == vector.fields["item"]
    return next((one for one in reversed(told) if " " not in one), "open")


def run_qr_text(vector: Vector) -> str:
    (text,) = vector.lines
    envelope = read_qr_text(text)
    assert envelope == vector.hex("envelope")
    assert write_qr_text(envelope) == text
    return "open"


def run_qr_write(vector: Vector) -> str:
    assert write_qr_text(vector.payload) == vector.field("text")
    return "open"
