"""What a text carries beneath its provider: the User Data Header, and the alphabets of its bytes.

Sources: 3GPP TS 23.040, section 9.2.3.24 (header), TS 23.038 (alphabets, data coding scheme), SMPP
3.4, section 5.2.19 (data_coding). Pure, and total: no bytes are refused, and none get lost. What
cannot be read is written out as `\\xNN`, a form that a person can read and that gives the bytes
back.
"""

from dataclasses import dataclass, field
from enum import Enum

from sms.contract import Segment
from sms.shift_tables import ESCAPE, locking_table, single_table

_CONCATENATION_8, _CONCATENATION_16 = 0x00, 0x08
_PORTS_8, _PORTS_16 = 0x04, 0x05
_SINGLE_SHIFT, _LOCKING_SHIFT = 0x24, 0x25
_SIZES = {
    _CONCATENATION_8: 3,
    _CONCATENATION_16: 4,
    _PORTS_8: 2,
    _PORTS_16: 4,
    _SINGLE_SHIFT: 1,
    _LOCKING_SHIFT: 1,
}


class Alphabet(Enum):
    """How the bytes of a text are to be read."""

    GSM = "gsm"
    """One septet a byte, the upper bit clear."""
    PACKED = "gsm-packed"
    """Eight septets in seven bytes, as on the air."""
    LATIN_1 = "latin-1"
    CYRILLIC = "iso8859-5"
    HEBREW = "iso8859-8"
    UCS_2 = "ucs-2"
    BYTES = "bytes"
    """No text, or an alphabet that is not known here."""


@dataclass(frozen=True, slots=True)
class Header:
    """A User Data Header.

    size: bytes that it takes, its length byte included. segment: what it says of a long text.
    ports: destination and source. locking, single: national language identifiers, 0 for none.
    honest: False where something in it cannot be true; that element then says nothing.
    unread: what could not be read as a header at all, so that it belongs to what the person sent.
    """

    size: int = 0
    segment: Segment | None = None
    ports: tuple[int, int] | None = field(default=None, repr=False)
    locking: int = 0
    single: int = 0
    honest: bool = True
    unread: bytes = field(default=b"", repr=False)


NO_HEADER = Header()


def split_user_data(data: bytes) -> tuple[Header, bytes]:
    """The header at the beginning of user data, and what follows it.

    A length that is longer than the data makes all of it what follows, and the header dishonest.
    """
    if not data or data[0] + 1 > len(data):
        return Header(honest=False), data
    size = data[0] + 1
    return read_header(data[:size]), data[size:]


def read_header(data: bytes) -> Header:
    """A header that came by itself: its length byte, then its elements, and nothing else.

    Unknown elements are skipped. Of repeated ones the last counts, as the standard says.
    """
    if not data:
        return NO_HEADER
    end = data[0] + 1
    elements: dict[int, bytes] = {}
    position = 1
    while position + 2 <= end <= len(data):
        number, size = data[position], data[position + 1]
        if position + 2 + size > end:
            break
        # The later one of the two ways to concatenate counts as well.
        elements.pop(number, None)
        elements[number] = data[position + 2 : position + 2 + size]
        position += 2 + size
    unread = data[position if end <= len(data) else 0 :]
    known = {number: value for number, value in elements.items() if number in _SIZES}
    sound = {number: value for number, value in known.items() if len(value) == _SIZES[number]}
    segment, lies = _read_segment(sound)
    return Header(
        size=len(data),
        segment=segment,
        ports=_read_ports(sound),
        locking=sound.get(_LOCKING_SHIFT, b"\0")[0],
        single=sound.get(_SINGLE_SHIFT, b"\0")[0],
        honest=not unread and not lies and len(sound) == len(known),
        unread=unread,
    )


def find_alphabet(coding: int, *, default: Alphabet = Alphabet.GSM) -> Alphabet:
    """The alphabet of an SMPP data_coding (0 to 255).

    default: what an SMSC means by 0. Many mean the GSM alphabet, some Latin-1, few pack it.
    """
    simple = {
        0x00: default,
        0x01: Alphabet.LATIN_1,  # ASCII; what is beyond it comes as Latin-1 in practice
        0x03: Alphabet.LATIN_1,
        0x06: Alphabet.CYRILLIC,
        0x07: Alphabet.HEBREW,
        0x08: Alphabet.UCS_2,
    }
    if coding < 0x10:
        return simple.get(coding, Alphabet.BYTES)
    # Above, SMSCs hand on the data coding scheme of TS 23.038, section 4.
    if coding < 0x20:  # uncompressed, with a message class
        by_bits = (default, Alphabet.BYTES, Alphabet.UCS_2, Alphabet.BYTES)
        return by_bits[coding >> 2 & 3]
    if 0xC0 <= coding < 0xE0:  # message waiting, with a text in the default alphabet
        return default
    if 0xE0 <= coding < 0xF0:
        return Alphabet.UCS_2
    if coding >= 0xF0:  # message class
        return Alphabet.BYTES if coding & 4 else default
    return Alphabet.BYTES


def decode(
    data: bytes, coding: int, header: Header = NO_HEADER, *, default: Alphabet = Alphabet.GSM
) -> str | bytes:
    """User data without its header as a text; as bytes where they are no text as far as is known.

    Half of a surrogate pair stays half of one: its other half may be in the next part.
    """
    alphabet = find_alphabet(coding, default=default)
    if alphabet is Alphabet.BYTES:
        return data + header.unread
    if alphabet is Alphabet.GSM:
        text = decode_septets(data, header)
    elif alphabet is Alphabet.PACKED:
        text = decode_septets(unpack_septets(data, header_size=header.size), header)
    elif alphabet is Alphabet.UCS_2:
        whole = len(data) // 2 * 2
        text = data[:whole].decode("utf-16-be", "surrogatepass") + write_bytes(data[whole:])
    else:
        text = data.decode(alphabet.value, "backslashreplace")
    return text + write_bytes(header.unread)


def decode_septets(septets: bytes, header: Header = NO_HEADER) -> str:
    """Septets, one a byte, by the alphabets that the header names.

    An escape before a character that has no second meaning, an escape at the end, a septet without
    a character and a byte above 127 are written out.
    """
    locking, single = locking_table(header.locking), single_table(header.single)
    written: list[str] = []
    escaped = False
    for septet in septets:
        if escaped and septet in single:
            written.append(single[septet])
            escaped = False
            continue
        if escaped:
            written.append(write_bytes(bytes([ESCAPE])))
        escaped = septet == ESCAPE
        if not escaped:
            written.append(locking.get(septet) or write_bytes(bytes([septet])))
    if escaped:
        written.append(write_bytes(bytes([ESCAPE])))
    return "".join(written)


def unpack_septets(data: bytes, *, header_size: int = 0) -> bytes:
    """Packed septets, one a byte; all that are whole.

    header_size: bytes of the header before them: septets begin at the next multiple of seven bits.
    """
    fill = -header_size * 8 % 7
    bits = int.from_bytes(data, "little") >> fill
    return bytes(bits >> 7 * n & 0x7F for n in range((len(data) * 8 - fill) // 7))


def write_bytes(data: bytes) -> str:
    """Bytes in the form `\\xNN\\xNN`."""
    return "".join(f"\\x{byte:02x}" for byte in data)


def _read_segment(elements: dict[int, bytes]) -> tuple[Segment | None, bool]:
    """The part that the later of the two elements tells, and whether that cannot be."""
    told = [n for n in elements if n in (_CONCATENATION_8, _CONCATENATION_16)]
    if not told:
        return None, False
    value = elements[told[-1]]
    reference, total, number = value[:-2].hex(), value[-2], value[-1]
    if not 1 <= number <= total:
        return None, True
    return Segment(reference, number, total), False


def _read_ports(elements: dict[int, bytes]) -> tuple[int, int] | None:
    told = [n for n in elements if n in (_PORTS_8, _PORTS_16)]
    if not told:
        return None
    value = elements[told[-1]]
    half = len(value) // 2
    return int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big")
