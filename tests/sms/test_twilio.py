"""Twilio's signature and what it does not protect; its answers in TwiML."""

import random
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree as ET

import pytest
from twilio.request_validator import RequestValidator

from sms.contract import Ignored, Incoming, Noted, RawRequest, Reply, SmsIn, Taken
from sms.errors import WebhookError
from sms.providers.twilio import OPT_OUT_WORDS, TwilioSms
from tests.sms.desk import SECRET, TOKEN, make_setup

URL = f"https://gateway.example/hooks/twilio/{SECRET}"
FORM = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
SID = "SM0123456789abcdef0123456789abcdef"
PARAMS = {
    "AccountSid": "AC0123456789abcdef0123456789abcdef",
    "ApiVersion": "2010-04-01",
    "Body": "No data+calls in Sittwe & around, since 6H",
    "From": "+15550100002",
    "FromCity": "",
    "FromCountry": "US",
    "MessageSid": SID,
    "MessagingServiceSid": "MG0123456789abcdef0123456789abcdef",
    "NumMedia": "0",
    "NumSegments": "1",
    "SmsStatus": "received",
    "To": "+15550100001",
    "ToCity": "",
}


def sign(params: dict[str, str], url: str = URL) -> str:
    return RequestValidator(TOKEN).compute_signature(url, params)


def request(
    params: dict[str, str], signature: str | None = None, url: str = URL, body: bytes | None = None
) -> RawRequest:
    signature = sign(params) if signature is None else signature
    body = urlencode(params).encode() if body is None else body
    return RawRequest(url, {**FORM, "x-twilio-signature": signature}, body)


def read(raw: RawRequest) -> Incoming:
    return TwilioSms().read(raw, make_setup("twilio"))


def read_or_refuse(raw: RawRequest) -> Incoming | str:
    try:
        return read(raw)
    except WebhookError as error:
        return error.code


def text_of(**changes: str) -> SmsIn:
    incoming = read(request({**PARAMS, **changes}))
    assert isinstance(incoming, SmsIn)
    return incoming


ORIGINAL = text_of()
BODY = urlencode(PARAMS).encode()


def test_a_signed_request_is_read() -> None:
    assert ORIGINAL.text == PARAMS["Body"]
    assert ORIGINAL.authentic
    assert not ORIGINAL.opted_out


def test_one_changed_byte_of_the_signature_is_refused() -> None:
    signature = sign(PARAMS)
    for place in range(len(signature)):
        for byte in "Aa0/+= \x00é":
            if byte != signature[place]:
                changed = signature[:place] + byte + signature[place + 1 :]
                assert read_or_refuse(request(PARAMS, changed)) == "webhook-signature"
    for other in (
        "",
        signature[:-1],
        signature + "=",
        signature.lower(),
        f"{signature}, {signature}",
    ):
        assert read_or_refuse(request(PARAMS, other)) == "webhook-signature"


@pytest.mark.parametrize("url", [URL, URL + "?a=b&c="])
def test_one_changed_byte_of_the_address_is_refused(url: str) -> None:
    signature = sign(PARAMS, url)
    assert read_or_refuse(request(PARAMS, signature, url)) == ORIGINAL
    for place in range(len(url)):
        for byte in "aZ0:/?#@[]% \n\x00é":
            changed = url[:place] + byte + url[place + 1 :]
            if changed != url:
                answer = read_or_refuse(request(PARAMS, signature, changed))
                assert answer == "webhook-signature", changed


def test_one_changed_byte_of_the_body_is_refused() -> None:
    """All but two changes that no reader of forms can see: `%2B` as `%2b`, `+` as a space."""
    same = 0
    for place, byte in enumerate(BODY):
        for other in (byte ^ 0x20, byte ^ 1, 0, 0x20, 0x25, 0x26, 0x2B, 0x3D, 0x80, 0xFF):
            if other == byte:
                continue
            changed = BODY[:place] + bytes((other,)) + BODY[place + 1 :]
            answer = read_or_refuse(request(PARAMS, body=changed))
            if isinstance(answer, str):
                assert answer in {"webhook-signature", "webhook-form"}
                continue
            same += 1
            assert answer == ORIGINAL
            assert bytes((byte, other)) in {b"+ "} or (byte ^ other == 0x20 and chr(byte).isalpha())
            assert parse_qsl(changed.decode(), keep_blank_values=True) == list(PARAMS.items())
    assert 0 < same < 30


def test_of_10_000_mutated_requests_none_says_anything_else() -> None:
    chance = random.Random(20_260_922)
    refused = 0
    for _ in range(10_000):
        target = [bytearray(BODY), bytearray(URL.encode()), bytearray(sign(PARAMS).encode())]
        part = target[chance.choice((0, 0, 0, 1, 2))]
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(part))
            match chance.randrange(4):
                case 0:
                    part[place] = chance.randrange(256)
                case 1:
                    part.insert(place, chance.choice(b"&=+%;:?/#Aa0"))
                case 2:
                    del part[place]
                case _:
                    other = chance.randrange(len(part))
                    part[place], part[other] = part[other], part[place]
        body, url, signature = target
        raw = request(PARAMS, signature.decode("latin-1"), url.decode("latin-1"), bytes(body))
        if [body, url, signature] == [BODY, URL.encode(), sign(PARAMS).encode()]:
            continue
        answer = read_or_refuse(raw)
        refused += isinstance(answer, str)
        assert isinstance(answer, str) or answer == ORIGINAL
    assert refused > 9_800


def run_together(params: dict[str, str]) -> str:
    return "".join(name + params[name] for name in sorted(params))


def split_again(params: dict[str, str]) -> Iterator[dict[str, str]]:
    """Every way to move a border between neighbours by up to 40 characters, or to drop it."""
    signed = run_together(params)
    names = sorted(params)
    for index, name in enumerate(names):
        rest = {one: params[one] for one in names if one != name}
        whole = name + params[name]
        for cut in range(len(whole)):
            yield {**rest, whole[:cut]: whole[cut:]}
        if index:
            before = names[index - 1]
            others = {one: params[one] for one in rest if one != before}
            joined = before + params[before] + whole
            for first in range(1, len(joined)):
                yield {**others, joined[:first]: joined[first:]}
                for second in range(len(before), len(joined), 3):
                    for border in (first, len(name)):
                        head, tail = joined[:second], joined[second:]
                        yield {
                            **others,
                            head[:first]: head[first:],
                            tail[:border]: tail[border:],
                        }
    assert run_together(params) == signed


@pytest.mark.parametrize(
    "params",
    [
        PARAMS,
        {
            **PARAMS,
            "Body": "helloFrom+15550100009",
            "NumMedia": "1",
            "MediaContentType0": "image/png",
        },
    ],
    ids=["text", "text with a field in it"],
)
def test_moving_characters_between_names_and_values_is_refused(params: dict[str, str]) -> None:
    """These all carry a valid signature, because it covers names and values run together."""
    signature = sign(params)
    original = read(request(params, signature))
    assert isinstance(original, SmsIn)
    valid = 0
    for moved in split_again(params):
        if run_together(moved) != run_together(params) or moved == params:
            continue
        valid += 1
        assert RequestValidator(TOKEN).validate(URL, moved, signature)
        answer = read_or_refuse(request(moved, signature))
        if isinstance(answer, SmsIn):
            assert (answer.text, answer.sender, answer.recipient, answer.message_id) == (
                original.text,
                original.sender,
                original.recipient,
                original.message_id,
            )
        else:
            assert answer == "webhook-form"
    assert valid > 100


def test_from_folded_into_body_is_refused() -> None:
    folded = {**PARAMS, "Body": PARAMS["Body"] + "From" + PARAMS["From"]}
    del folded["From"]
    assert RequestValidator(TOKEN).validate(URL, folded, sign(PARAMS))
    assert read_or_refuse(request(folded, sign(PARAMS))) == "webhook-form"


@pytest.mark.parametrize(
    "folded",
    [
        {"ApiVersion": "2010-04-01Body" + PARAMS["Body"]},
        {"ApiVersion": "2010-04-01", "BodyN": PARAMS["Body"][1:]},
        {"ApiVersion": "2010-04-01", "Bo": "dy" + PARAMS["Body"]},
    ],
)
def test_a_body_folded_away_is_refused(folded: dict[str, str]) -> None:
    rest = {name: value for name, value in PARAMS.items() if name not in {"Body", "ApiVersion"}}
    moved = {**rest, **folded}
    assert RequestValidator(TOKEN).validate(URL, moved, sign(PARAMS))
    assert read_or_refuse(request(moved, sign(PARAMS))) == "webhook-form"


def test_a_double_is_refused_even_of_a_field_nobody_reads() -> None:
    body = BODY + b"&FromCity="
    assert RequestValidator(TOKEN).validate(URL, dict(parse_qsl(body.decode(), True)), sign(PARAMS))
    assert read_or_refuse(request(PARAMS, body=body)) == "webhook-form"


def test_the_address_counts_with_and_without_its_port() -> None:
    for asked, signed in (("", ":443"), (":443", ""), (":8443", ":8443"), (":8443", "")):
        url = URL.replace("example/", f"example{asked}/")
        signature = sign(PARAMS, URL.replace("example/", f"example{signed}/"))
        assert read_or_refuse(request(PARAMS, signature, url)) == ORIGINAL


def test_the_algorithm_is_pinned(caplog: pytest.LogCaptureFixture) -> None:
    settings = {"x-twilio-webhooks-signature-settings": "key=x,algorithm=CANARY"}
    raw = request(PARAMS)
    asked = RawRequest(raw.url, {**raw.headers, **settings}, raw.body)
    assert read(asked) == ORIGINAL
    weak = RequestValidator(TOKEN).compute_signature(URL, PARAMS, "HMAC_SHA256")
    assert read_or_refuse(request(PARAMS, weak)) == "webhook-signature"
    assert caplog.text == ""


@pytest.mark.parametrize("word", sorted(OPT_OUT_WORDS))
def test_after_an_opt_out_word_no_reply_may_go(word: str) -> None:
    assert text_of(Body=word.lower()).opted_out
    assert text_of(Body=f" {word}\n").opted_out
    assert not text_of(Body=f"{word} it").opted_out
    assert text_of(Body=word).text == word


def test_an_opt_out_type_of_their_own_words_counts() -> None:
    assert text_of(Body="arret", OptOutType="STOP").opted_out
    assert read_or_refuse(request({**PARAMS, "OptOutType": "stop it"})) == "webhook-form"


@pytest.mark.parametrize(
    "sender",
    ["+15550100002", "28901", "ACME Ltd-1", "whatsapp:+15550100002", "rcs:brand.agent_1@x"],
)
def test_every_kind_of_sender_is_read(sender: str) -> None:
    assert text_of(From=sender).sender == sender


@pytest.mark.parametrize("sender", ["", "+", "+1555x", "x" * 12, "<b>", "+15550100002 ", "é"])
def test_another_kind_of_sender_is_refused(sender: str) -> None:
    assert read_or_refuse(request({**PARAMS, "From": sender})) == "webhook-form"


def test_attachments_are_counted_by_kind_and_never_fetched() -> None:
    kinds = {
        "NumMedia": "3",
        "MediaContentType0": "image/jpeg",
        "MediaContentType2": "audio/ogg;x=y",
    }
    assert text_of(**kinds).media == ("image/jpeg", "application/octet-stream", "audio/ogg;x=y")
    for odd in ({"NumMedia": "x"}, {"NumMedia": "1", "MediaContentType0": "image"}):
        assert read_or_refuse(request({**PARAMS, **odd})) == "webhook-form"


def test_a_delivery_report_is_ignored_and_a_text_is_not_mistaken_for_one() -> None:
    report = {name: PARAMS[name] for name in ("AccountSid", "From", "MessageSid", "To")}
    report["MessageStatus"] = "delivered"
    assert read(request(report)) == Ignored()
    assert isinstance(read(request({**report, "Body": "text"})), SmsIn)
    assert isinstance(read(request({**report, "NumMedia": "0"})), SmsIn)
    assert read_or_refuse(request({**report, "MessageStatus": "?"})) == "webhook-form"


def message_of(reply: Reply) -> list[str | None]:
    assert (reply.status, reply.content_type) == (200, "text/xml")
    root = ET.fromstring(reply.body)
    assert root.tag == "Response"
    return [one.text for one in root.findall("Message")]


def test_answers_are_twiml() -> None:
    assert message_of(TwilioSms().reply(Taken(ORIGINAL))) == []
    assert message_of(TwilioSms().reply(Taken(ORIGINAL, "Merci <&> é"))) == ["Merci <&> é"]
    assert message_of(TwilioSms().reply(Noted())) == []


def test_no_network_library_is_loaded() -> None:
    code = (
        "import sys, sms.providers.twilio;"
        "sys.exit(any(name in sys.modules for name in ('twilio.rest', 'requests', 'aiohttp')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
