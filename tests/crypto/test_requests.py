"""Signed requests: ours against RFC 9421 and another library, and everything that is refused."""

import base64
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import requests
from crypto.errors import RequestSignatureError
from crypto.officers import public_key
from crypto.requests import sign_request, verify_request

SEED = bytes(range(32))
HOLDER = "0123456789abcdef"
KEYS = {HOLDER: public_key(SEED), "ff" * 8: public_key(bytes(32))}
URI = "https://reports.example/v1/envelopes?after=41"


@dataclass
class Request:
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)


class Resolver(HTTPSignatureKeyResolver):
    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(KEYS[key_id])

    def resolve_private_key(self, key_id: str) -> bytes:
        raise AssertionError(key_id)


def refuse(headers: dict[str, str], method: str = "GET", uri: str = URI, body: bytes = b"") -> str:
    with pytest.raises(RequestSignatureError) as caught:
        verify_request(KEYS, method, [uri], headers, body)
    return caught.value.code


def change(name: str, old: str, new: str) -> dict[str, str]:
    headers = sign_request(SEED, HOLDER, "GET", URI)
    assert old in headers[name]
    return {**headers, name: headers[name].replace(old, new)}


def test_rfc_9421_b_2_6() -> None:
    """The RFC's own Ed25519 example, its key and its signature base."""
    seed = base64.b64decode("n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU=")
    key = base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    base = (
        b'"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n'
        b'"@authority": example.com\n"content-type": application/json\n"content-length": 18\n'
        b'"@signature-params": ("date" "@method" "@path" "@authority" "content-type" '
        b'"content-length");created=1618884473;keyid="test-key-ed25519"'
    )
    assert public_key(seed) == key
    assert requests._sign(seed, base) == signature
    assert requests._is_signed(key, signature, base)
    assert not requests._is_signed(key, signature, base + b" ")


@pytest.mark.parametrize("body", [b"", b"\x00\xff body"])
def test_another_library_verifies_ours(body: bytes) -> None:
    request = Request("POST", URI, sign_request(SEED, HOLDER, "POST", URI, body))
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Resolver())
    verifier.require_created = False
    (result,) = verifier.verify(
        request,
        max_age=None,
        body=body,
        require_components=("@method", "@target-uri", "content-digest"),
    )
    assert result.parameters["keyid"] == HOLDER
    assert "created" not in result.parameters


@settings(deadline=None)
@given(st.sampled_from(["GET", "POST"]), st.binary(max_size=64), st.integers(0, 2))
def test_round_trip(method: str, body: bytes, at: int) -> None:
    uris = ["https://a.example/x", "http://b.onion/x", "https://c.example/x?y=1"]
    headers = sign_request(SEED, HOLDER, method, uris[at], body)
    lowered = {name.lower(): value for name, value in headers.items()}
    assert verify_request(KEYS, method, uris, lowered, body) == HOLDER


def test_a_verifier_takes_parameters_in_any_order_and_any_label() -> None:
    other = f'("@method" "@target-uri" "content-digest");alg="ed25519";keyid="{HOLDER}"'
    headers = sign_request(SEED, HOLDER, "GET", URI)
    base = requests._write_base("GET", URI, headers["Content-Digest"], other)
    signature = base64.b64encode(requests._sign(SEED, base)).decode()
    headers.update({"Signature-Input": f"sig1={other}", "Signature": f"sig1=:{signature}:"})
    assert verify_request(KEYS, "GET", [URI], headers) == HOLDER


@pytest.mark.parametrize("name", ["Content-Digest", "Signature-Input", "Signature"])
def test_missing_and_doubled_headers(name: str) -> None:
    headers = sign_request(SEED, HOLDER, "GET", URI)
    doubled = {**headers, name.lower(): headers[name]}
    del headers[name]
    assert refuse(headers) == "signature-missing"
    assert refuse(doubled) == "signature-duplicate"


INPUT, SIGNATURE = "Signature-Input", "Signature"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (change(INPUT, '"@method" ', ""), "components"),
        (change(INPUT, '"@method" "@target-uri"', '"@target-uri" "@method"'), "components"),
        (change(INPUT, '"content-digest"', '"content-digest" "date"'), "components"),
        (change(INPUT, '"content-digest"', '"content-digest";req'), "components"),
        (change(INPUT, '"@method" ', '"@method" "@method" '), "components"),
        (change(INPUT, ";alg", ";created=1;alg"), "parameters"),
        (change(INPUT, ";alg", ";expires=1;alg"), "parameters"),
        (change(INPUT, '"ed25519"', '"hmac-sha256"'), "parameters"),
        (change(INPUT, ';alg="ed25519"', ""), "parameters"),
        (change(INPUT, ';alg="ed25519"', ';alg="ed25519";alg="ed25519"'), "parameters"),
        (change(INPUT, HOLDER, HOLDER.upper()), "parameters"),
        (change(INPUT, HOLDER, "short"), "parameters"),
        (change(INPUT, "heliograph=", ""), "malformed"),
        (change(INPUT, "heliograph=", "heliograph=();x, heliograph="), "malformed"),
        (change(INPUT, ";alg", ", sig2=();alg"), "malformed"),
        (change(INPUT, "heliograph=", "other="), "malformed"),
        (change(INPUT, ";alg", ";x" * 600 + ";alg"), "malformed"),
        (change(SIGNATURE, "heliograph=:", "heliograph="), "malformed"),
        (change(SIGNATURE, "==:", "=:"), "malformed"),
        (change(SIGNATURE, "==:", "==:, x=:AA==:"), "malformed"),
        ({**change(SIGNATURE, "=", "="), SIGNATURE: "heliograph=:AAAA:"}, "malformed"),
        (change("Content-Digest", "sha-256=", "sha-512="), "digest"),
        (change("Content-Digest", "sha-256=", "sha-256=:AA==:, sha-256="), "digest"),
        (change(INPUT, HOLDER, "0" * 16), "key-unknown"),
        (change(INPUT, HOLDER, "ff" * 8), "wrong"),
    ],
)
def test_refused(headers: dict[str, str], code: str) -> None:
    assert refuse(headers) == f"signature-{code}"


def test_another_request_is_refused() -> None:
    headers = sign_request(SEED, HOLDER, "GET", URI)
    assert refuse(headers, method="POST") == "signature-wrong"
    assert refuse(headers, uri=URI + "1") == "signature-wrong"
    assert refuse(headers, body=b"x") == "signature-digest"
    assert refuse(headers, uri="https://reports.example/ x") == "signature-uri"
    assert refuse(headers, method="get\n") == "signature-uri"


def test_what_is_not_signed() -> None:
    for key_id, method, uri, code in (
        ("short", "GET", URI, "signature-parameters"),
        (HOLDER, "get", URI, "signature-uri"),
        (HOLDER, "GET", "https://a.example/\n", "signature-uri"),
    ):
        with pytest.raises(RequestSignatureError) as caught:
            sign_request(SEED, key_id, method, uri)
        assert caught.value.code == code
