"""Whatever comes, a provider reads it or refuses it: no other error, and nothing forged."""

import random
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms.contract import Ignored, Noted, RawRequest, SmsIn, Taken, UssdEnd, UssdTurn
from sms.errors import WebhookError
from sms.registry import find_providers
from tests.sms.desk import make_setup
from tests.sms.suites import load_suite

PROVIDERS = find_providers()
NAMES = list(PROVIDERS)
HEADER = st.text(st.characters(max_codepoint=255), max_size=40)
CHANGES = 400
"""Of each captured request: one to three bytes are another, are missing, or are there twice."""


def read(name: str, request: RawRequest) -> object:
    """What it is read as; None: refused. Reading it again says the same."""
    provider, setup = PROVIDERS[name], make_setup(name)
    with suppress(WebhookError):
        incoming = provider.read(request, setup)
        assert isinstance(incoming, SmsIn | UssdTurn | UssdEnd | Ignored)
        assert provider.read(request, setup) == incoming
        if isinstance(incoming, SmsIn):
            assert provider.reply(Taken(incoming)).status == 200
        if isinstance(incoming, UssdEnd | Ignored):
            assert provider.reply(Noted(incoming)).status == 200
        return incoming
    return None


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(data=st.data())
def test_any_headers_and_body_are_read_or_refused(name: str, data: st.DataObject) -> None:
    suite = load_suite(name)()
    captured = suite.load(suite.case)
    headers = dict(captured.headers)
    for header in data.draw(st.sets(st.sampled_from(sorted(headers)), max_size=3)):
        headers[header] = data.draw(HEADER)
    body = data.draw(st.binary(max_size=200) | st.just(captured.body))
    url = data.draw(st.just(captured.url) | HEADER.map(lambda text: f"{captured.url}?{text}"))
    request = replace(captured, headers=headers, body=body, url=url)
    read(name, request)
    if "x-timestamp" in headers or not PROVIDERS[name].signed:
        read(name, suite.sign(request))


def change(body: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(body) + 1)
        piece = (
            bytes((chance.randrange(256),)) if chance.random() < 0.6 else body[place : place + 9]
        )
        body = body[:place] + piece * chance.randrange(3) + body[place + chance.randrange(3) :]
    return body


@pytest.mark.parametrize("name", NAMES)
def test_changed_requests_are_read_or_refused(name: str) -> None:
    suite = load_suite(name)()
    chance = random.Random(name)
    for case in suite.cases():
        request = suite.load(case)
        answers = []
        for _ in range(CHANGES):
            changed = replace(request, body=change(request.body, chance))
            answers.append(read(name, changed))
            if PROVIDERS[name].signed and changed.body != request.body:
                assert answers[-1] is None
        assert None in answers or not request.body or name == "kannel"
