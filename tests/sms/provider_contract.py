"""What every provider must do. Each fixture folder inherits this suite; see adding-a-provider.md.

A folder holds captured requests (`<case>.http`) and what they say (`<case>.json`: the kind of
Incoming and its fields).
"""

import json
import random
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

import pytest

from sms.contract import (
    MAX_BODY,
    Incoming,
    Noted,
    Provider,
    RawRequest,
    Screen,
    SmsIn,
    Taken,
    UssdTurn,
)
from sms.errors import WebhookError
from sms.payloads import read_payload
from sms.registry import find_providers
from tests.coalition import NOW, Coalition
from tests.sms.desk import PUBLIC_URL, SECRET, TOKEN, Desk, make_setup

FIXTURES = Path(__file__).parent / "fixtures"
PROVIDERS = find_providers()
Fields = list[tuple[str, str]]

TEXTS = {
    "unknown script": "𐊀𐊁𐊂 𞤀𞤣𞤤𞤢𞤥 𐐔𐐯𐑅𐐨𐑉𐐯𐐻",
    "1,600 characters": "ပြတ်တောက်" * 177 + "1234567",
    "controls": "a\x00b\x01\x1b[31m\r\n\x7f\x85\u202e\ufeff c ",
    "emoji": "📵👩‍👩‍👧‍👦🇲🇲",
    "form signs": "a+b c%20d&e=f;g?h#i/j\\k\"l'm",
    "spaces around": "  \t text \n",
    "replacement": "\ufffd",
    "a lone escape": "\x1b",
    "emoji alone": "📵",
    "10 SMS of GSM-7": "D3 B3 S1 {} €" * 127,
    "10 SMS of UCS-2": "تم قطع الانترنت" * 44,
    "40 SMS": "No data in Sittwe. " * 322,
}

PAYLOADS = {
    "a text": "NET MM13 D3 café 📵".encode(),
    "no text": b"\x00\xff\x10\x80",
    "none": b"",
    "every byte": bytes(range(256)),
    "half of a pair": b"\xed\xa0\xbd",
}


class ProviderContract:
    """Inherit as `Test…` in `fixtures/<name>/test_contract.py`, and fill in what differs."""

    name: ClassVar[str]
    case: ClassVar[str]
    """The captured request that carries what a person wrote."""
    text_field: ClassVar[str]
    read_fields: ClassVar[tuple[str, ...]]
    """Every field that the provider reads in `case`."""
    id_field: ClassVar[str]
    """The field that tells messages, or sessions, apart."""
    signature_headers: ClassVar[tuple[str, ...]] = ()
    """In lower case; none where nothing is signed."""
    optional: ClassVar[tuple[str, ...]] = ()
    """Those of read_fields that may be missing."""
    other_type: ClassVar[str] = "application/json"

    # What a provider may do in its own way.

    def sign(self, request: RawRequest) -> RawRequest:
        """The request as the provider signs it with TOKEN. Without a signature: as it is."""
        return request

    def split(self, request: RawRequest) -> Fields:
        """The fields of a request, in order."""
        return parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)

    def join(self, request: RawRequest, fields: Fields) -> RawRequest:
        """The request with these fields in place of its own, not signed."""
        return replace(request, body=urlencode(fields).encode())

    def break_text(self, request: RawRequest) -> RawRequest:
        """The request with a text that is not UTF-8 (b"caf\\xe9"), not signed."""
        marked = self.set(request, **{self.text_field: "MARK"})
        return replace(marked, body=marked.body.replace(b"MARK", b"caf%E9"))

    def with_payload(self, request: RawRequest, data: bytes) -> RawRequest | None:
        """A request with these bytes where a text would be, signed; None: it brings texts alone."""
        del request, data
        return None

    def with_part(self, request: RawRequest, number: int, total: int) -> RawRequest | None:
        """A request that is this part of a long text, signed; None: its texts come joined."""
        del request, number, total
        return None

    def longest(self, request: RawRequest) -> str:
        """The longest text that a request like this one can carry."""
        return "x" * (MAX_BODY - len(self.with_text(request, "").body))

    # The suite.

    @property
    def provider(self) -> Provider:
        return PROVIDERS[self.name]

    def load(self, case: str) -> RawRequest:
        """A captured request, signed."""
        start, *lines, body = self.read_case(case)
        path = start.split()[1].replace("{secret}", SECRET)
        headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
        tail = path.partition(SECRET)[2].removeprefix("/")
        return self.sign(RawRequest(PUBLIC_URL + path, headers, body.encode(), tail, NOW))

    def read_case(self, case: str) -> list[str]:
        """A captured request's lines before its body, and its body."""
        text = (FIXTURES / self.name / f"{case}.http").read_text("utf-8")
        head, _, body = text.partition("\n\n")
        return [*head.splitlines(), body.removesuffix("\n")]

    def cases(self) -> list[str]:
        return sorted(path.stem for path in (FIXTURES / self.name).glob("*.http"))

    def set(self, request: RawRequest, **values: str) -> RawRequest:
        """The request with other values in fields that it has, not signed."""
        fields = self.split(request)
        assert values.keys() <= dict(fields).keys()
        return self.join(request, [(name, values.get(name, value)) for name, value in fields])

    def add(self, request: RawRequest, *fields: tuple[str, str]) -> RawRequest:
        """The request with more fields, signed."""
        return self.sign(self.join(request, [*self.split(request), *fields]))

    def with_type(self, request: RawRequest, media_type: str) -> RawRequest:
        """The request with another content type, signed."""
        return self.sign(replace(request, headers={**request.headers, "content-type": media_type}))

    def with_text(self, request: RawRequest, text: str) -> RawRequest:
        """The request with another text, signed."""
        return self.sign(self.set(request, **{self.text_field: text}))

    def with_id(self, request: RawRequest, number: int) -> RawRequest:
        """The request as another message, or session, with a number of up to 6 digits, signed."""
        old = dict(self.split(request))[self.id_field]
        return self.sign(self.set(request, **{self.id_field: f"{old[:-6]}{number:06}"}))

    def read(self, request: RawRequest) -> Incoming:
        return self.provider.read(request, make_setup(self.name))

    def refusal(self, request: RawRequest) -> str:
        with pytest.raises(WebhookError) as caught:
            self.read(request)
        return caught.value.code

    def said(self, incoming: Incoming) -> str | None:
        assert isinstance(incoming, SmsIn | UssdTurn)
        return incoming.text if isinstance(incoming, SmsIn) else incoming.typed

    def post(self, desk: Desk, request: RawRequest, **changes: Any) -> Any:
        path = request.url.removeprefix(PUBLIC_URL)
        values = {"content": request.body, "headers": dict(request.headers), **changes}
        return desk.client.post(path, **values)

    @pytest.fixture
    def desk(self, coalition: Coalition) -> Desk:
        return Desk(coalition, setups=(make_setup(self.name),))

    def test_every_captured_request_reads_as_it_says(self) -> None:
        assert self.case in self.cases()
        for case in self.cases():
            expected = json.loads((FIXTURES / self.name / f"{case}.json").read_text("utf-8"))
            incoming = self.read(self.load(case))
            assert type(incoming).__name__ == expected.pop("kind"), case
            got = json.loads(json.dumps(asdict(incoming)))
            assert {name: got[name] for name in expected} == expected, case

    def test_every_captured_request_is_answered(self, desk: Desk) -> None:
        for case in self.cases():
            method = self.read_case(case)[0].split()[0]
            assert method in self.provider.methods
            request = self.load(case)
            path, body = request.url.removeprefix(PUBLIC_URL), request.body
            answer = desk.client.request(method, path, content=body, headers=dict(request.headers))
            assert answer.status_code == 200, case
            wrong = desk.client.request("DELETE", path)
            assert (wrong.status_code, wrong.headers["allow"]) == (
                405,
                ", ".join(self.provider.methods),
            )

    def test_another_message_is_another_envelope(self, desk: Desk) -> None:
        for number in (1, 2, 3):
            assert self.post(desk, self.with_id(self.load(self.case), number)).status_code == 200
        assert len(desk.sink.envelopes) == len(set(desk.sink.envelopes)) == 3

    def test_an_authentic_request_is_sealed_committed_and_answered(self, desk: Desk) -> None:
        request = self.load(self.case)
        answer = self.post(desk, request)
        assert answer.status_code == 200
        (report,) = desk.open()
        assert report["raw"] == self.said(self.read(request))
        assert report["auth"] == ("checked" if self.provider.signed else "unchecked")
        assert len(report["tag"]) == 8

    def test_a_replay_gets_the_same_answer_and_no_second_envelope(self, desk: Desk) -> None:
        answers = [self.post(desk, self.load(self.case)) for _ in range(5)]
        assert {(one.status_code, one.content, one.headers["content-type"]) for one in answers} == {
            (200, answers[0].content, answers[0].headers["content-type"])
        }
        assert len(desk.sink.envelopes) == 1

    def test_a_forged_request_is_refused(self, desk: Desk) -> None:
        request = self.load(self.case)
        if self.provider.signed:
            body = request.body.replace(b"5550100", b"5550101")
            forged = replace(request, body=body)
            assert forged != request
            assert self.refusal(forged) == "webhook-signature"
            assert self.post(desk, forged).status_code == 403
        wrong = replace(request, url=request.url.replace(SECRET, SECRET[::-1]))
        assert self.post(desk, wrong).status_code == 404
        assert desk.sink.keys == []

    def test_a_missing_signature_is_refused(self, desk: Desk) -> None:
        assert self.provider.signed == bool(self.signature_headers)
        for header in self.signature_headers:
            request = self.load(self.case)
            rest = {name: value for name, value in request.headers.items() if name != header}
            assert rest != request.headers
            for headers in (rest, {**rest, header: ""}):
                unsigned = replace(request, headers=headers)
                assert self.refusal(unsigned) == "webhook-signature"
                assert self.post(desk, unsigned).status_code == 403
        assert desk.sink.keys == []

    def test_a_wrong_token_is_refused(self) -> None:
        if self.provider.signed:
            for token in ("", TOKEN + "x", TOKEN[:-1]):
                with pytest.raises(WebhookError) as caught:
                    self.provider.read(self.load(self.case), make_setup(self.name, token=token))
                assert caught.value.code == "webhook-signature"

    def test_an_empty_body_is_refused(self, desk: Desk) -> None:
        empty = self.sign(replace(self.load(self.case), body=b""))
        assert self.refusal(empty) == "webhook-form"
        assert self.post(desk, empty).status_code == 400

    def test_an_oversized_body_is_refused(self, desk: Desk) -> None:
        request = self.load(self.case)
        for size in (MAX_BODY + 1, 10 * MAX_BODY):
            large = replace(request, body=request.body.ljust(size, b"x"))
            assert self.refusal(large) == "webhook-too-large"
            assert self.post(desk, large).status_code == 413

    def test_the_largest_text_is_kept_whole(self, desk: Desk) -> None:
        request = self.load(self.case)
        text = self.longest(request)
        longest = self.with_text(request, text)
        assert len(longest.body) == MAX_BODY
        assert self.post(desk, longest).status_code == 200
        parts = sorted(desk.open(), key=lambda report: report["part"]["number"])
        assert "".join(part.get("raw", "") for part in parts) == text

    def test_a_double_of_a_field_that_is_read_is_refused(self) -> None:
        request = self.load(self.case)
        for name in self.read_fields:
            for value in (dict(self.split(request))[name], "other"):
                assert self.refusal(self.add(request, (name, value))) == "webhook-form", name

    def test_a_missing_field_is_refused(self) -> None:
        request = self.load(self.case)
        for name in self.read_fields:
            rest = [field for field in self.split(request) if field[0] != name]
            less = self.sign(self.join(request, rest))
            if name in self.optional:
                assert isinstance(self.read(less), SmsIn | UssdTurn), name
            else:
                assert self.refusal(less) == "webhook-form", name

    def test_a_field_of_another_shape_is_refused(self) -> None:
        request = self.load(self.case)
        fields = dict(self.split(request))
        for name in set(self.read_fields) - {self.text_field}:
            for value in ("\x00", "é" * 200, "\u0661\u0662\u0663\n", f"{fields[name]}\n"):
                odd = self.sign(self.set(request, **{name: value}))
                assert self.refusal(odd) == "webhook-form", name

    def test_a_wrong_charset_is_refused(self, desk: Desk) -> None:
        request = self.load(self.case)
        media_type = request.headers["content-type"].partition(";")[0]
        for charset in ("utf-16", "iso-8859-1", "x", "utf-8-sig"):
            other = self.with_type(request, f"{media_type}; charset={charset}")
            assert self.refusal(other) == "webhook-media-type"
            assert self.post(desk, other).status_code == 415
        for charset in ("UTF-8", '"utf-8"', "utf8", "us-ascii"):
            same = self.with_type(request, f"{media_type}; charset={charset}")
            assert self.read(same) == self.read(request)

    def test_a_text_that_is_not_utf_8_is_kept_byte_for_byte(self) -> None:
        broken = self.sign(self.break_text(self.load(self.case)))
        assert self.said(self.read(broken)) == "caf\xe9"

    def test_a_wrong_media_type_is_refused(self, desk: Desk) -> None:
        request = self.load(self.case)
        others = (self.other_type, "multipart/form-data; boundary=x", "", ";", "text/html")
        for media_type in others:
            other = self.with_type(request, media_type)
            assert self.refusal(other) == "webhook-media-type"
            assert self.post(desk, other).status_code == 415

    def test_unknown_fields_are_ignored(self) -> None:
        request = self.load(self.case)
        more = self.add(request, ("Zulu", "new"), ("AddOns", '{"x": 1}'), ("blank", ""))
        assert self.read(more) == self.read(request)

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
    def test_any_text_is_kept(self, desk: Desk, text: str) -> None:
        request = self.with_text(self.load(self.case), text)
        assert self.said(self.read(request)) == text
        assert self.post(desk, request).status_code == 200
        assert "".join(part.get("raw", "") for part in desk.open()) == text

    @pytest.mark.parametrize("data", PAYLOADS.values(), ids=PAYLOADS)
    def test_bytes_are_kept(self, desk: Desk, data: bytes) -> None:
        request = self.with_payload(self.load(self.case), data)
        if request is None:
            return
        text = read_payload(data)
        assert self.said(self.read(request)) == text
        assert self.post(desk, request).status_code == 200
        assert "".join(part.get("raw", "") for part in desk.open()) == text

    def test_parts_are_sealed_one_by_one_in_any_order(self, desk: Desk) -> None:
        request = self.load(self.case)
        if self.with_part(request, 1, 2) is None:
            return
        numbers = list(range(1, 41))
        random.Random(7).shuffle(numbers)
        for number in (*numbers, numbers[3]):
            said = self.with_id(self.with_text(request, f"part {number} "), number)
            part = self.with_part(said, number, 40)
            assert part
            assert self.post(desk, part).status_code == 200
        reports = sorted(desk.open(), key=lambda report: report["part"]["number"])
        assert [report["part"]["number"] for report in reports] == list(range(1, 41))
        assert {report["part"]["total"] for report in reports} == {40}
        assert len({report["part"]["group"] for report in reports}) == 1
        assert [report["raw"] for report in reports] == [f"part {n} " for n in range(1, 41)]

    @pytest.mark.parametrize(("number", "total"), [(0, 3), (4, 3), (1, 0), (0, 0)])
    def test_a_part_that_cannot_be_costs_no_text(self, desk: Desk, number: int, total: int) -> None:
        request = self.with_part(self.with_text(self.load(self.case), "text"), number, total)
        if request is None:
            return
        assert self.post(desk, request).status_code == 200
        (report,) = desk.open()
        assert report["raw"].startswith("text")
        assert "part" not in report

    def test_what_came_in_is_hidden_from_repr(self) -> None:
        request = self.load(self.case)
        incoming = self.read(request)
        shown = repr(request) + repr(incoming) + repr(make_setup(self.name))
        for secret in ("5550100", SECRET, TOKEN, self.said(incoming) or "?"):
            assert secret not in shown

    def test_every_outcome_has_a_reply(self) -> None:
        incoming = self.read(self.load(self.case))
        outcomes = [
            Taken(incoming) if isinstance(incoming, SmsIn) else Screen(incoming, "x", ends=True),
            Noted(),
        ]
        for outcome in outcomes:
            reply = self.provider.reply(outcome)
            assert 200 <= reply.status < 300
            assert reply.content_type
