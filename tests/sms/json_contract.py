"""The contract of providers that send JSON: its fields are the object's members.

A member of an object within is named `outer.inner`. Doubles are written as doubles, which the
standard library's own writer cannot do.
"""

import json
from dataclasses import replace
from typing import Any, ClassVar

from sms.contract import RawRequest
from tests.sms.provider_contract import Fields, ProviderContract

Pairs = list[tuple[str, Any]]


class JsonContract(ProviderContract):
    other_type: ClassVar[str] = "application/x-www-form-urlencoded"

    def split(self, request: RawRequest) -> Fields:
        return _flatten(json.loads(request.body, object_pairs_hook=list))

    def join(self, request: RawRequest, fields: Fields) -> RawRequest:
        return replace(request, body=write_pairs(fields).encode())

    def test_a_text_that_is_not_utf_8_is_kept_byte_for_byte(self) -> None:
        """Not here: JSON is UTF-8 (RFC 8259), so bytes that are not were written by nobody's
        library. What JSON can write and UTF-8 cannot, half of a surrogate pair, is kept."""
        request = self.with_text(self.load(self.case), "MARK")
        broken = self.sign(replace(request, body=request.body.replace(b"MARK", b"caf\xe9")))
        assert self.refusal(broken) == "webhook-form"
        half = self.sign(replace(request, body=request.body.replace(b"MARK", rb"x\ud83dy")))
        assert self.said(self.read(half)) == "x\ud83dy"

    def test_half_of_a_surrogate_pair_is_sealed(self, desk: Any) -> None:
        request = self.with_text(self.load(self.case), "MARK")
        half = self.sign(replace(request, body=request.body.replace(b"MARK", rb"x\ud83dy")))
        assert self.post(desk, half).status_code == 200
        assert [report["raw"] for report in desk.open()] == ["x\\ud83dy"]

    def test_what_is_no_object_is_refused(self) -> None:
        request = self.load(self.case)
        for body in (b"null", b"[]", b"1", b'"x"', request.body[:-1], request.body + b"x"):
            odd = self.sign(replace(request, body=body))
            assert self.refusal(odd) == "webhook-form"

    def test_a_member_of_another_type_is_refused(self) -> None:
        request = self.load(self.case)
        for name in self.read_fields:
            for value in ([], {}, 1.5, ["x"]):
                fields = [(key, value if key == name else old) for key, old in self.split(request)]
                odd = self.sign(self.join(request, fields))
                assert self.refusal(odd) == "webhook-form", (name, value)

    def test_names_may_be_written_with_escapes(self) -> None:
        request = self.load(self.case)
        name = self.text_field.rpartition(".")[2]
        escaped = f"\\u{ord(name[0]):04x}{name[1:]}"
        body = request.body.decode().replace(f'"{name}"', f'"{escaped}"').encode()
        assert body != request.body
        assert self.read(self.sign(replace(request, body=body))) == self.read(request)


def write_pairs(pairs: Pairs) -> str:
    """Pairs of name and value as one object, in order, doubles as doubles."""
    inner: dict[str, Pairs] = {}
    members: Pairs = []
    for name, value in pairs:
        outer, dot, rest = name.partition(".")
        if not dot:
            members.append((name, value))
            continue
        if outer not in inner:
            inner[outer] = []
            members.append((outer, inner[outer]))
        inner[outer].append((rest, value))
    written = (f"{json.dumps(name)}:{_write(value)}" for name, value in members)
    return "{" + ",".join(written) + "}"


def _write(value: Any) -> str:
    is_object = isinstance(value, list) and value and isinstance(value[0], tuple)
    return write_pairs(value) if is_object else json.dumps(value)


def _flatten(members: Pairs) -> Pairs:
    flat: Pairs = []
    for name, value in members:
        if isinstance(value, list) and value and isinstance(value[0], tuple):
            flat += [(f"{name}.{inner}", within) for inner, within in _flatten(value)]
        else:
            flat.append((name, value))
    return flat
