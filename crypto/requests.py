"""Signed requests: RFC 9421 with Ed25519 over method, address and body.

No time is signed, because clocks lie.
Every signed request is idempotent, so that one sent again by somebody else does nothing new. The
form is fixed: `("@method" "@target-uri" "content-digest")`, parameters `keyid` and `alg="ed25519"`,
one signature, and a `Content-Digest` of SHA-256 alone (RFC 9530).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence

from nacl.bindings import crypto_sign, crypto_sign_BYTES, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from crypto.errors import RequestSignatureError

LABEL = "heliograph"
"""The signature's name in both headers; a verifier takes any."""
_COMPONENTS = '("@method" "@target-uri" "content-digest")'
_MAX_HEADER = 1024
"""Characters of each of the three headers."""

_INPUT = re.compile(r"([a-z*][a-z0-9_.*-]{0,31})=(\([^()]*\))((?:;[^;,]+)*)", re.ASCII)
_PARAMETERS = re.compile(
    r';keyid="([0-9a-f]{16})";alg="ed25519"|;alg="ed25519";keyid="([0-9a-f]{16})"'
)
_BYTES = re.compile(r":([A-Za-z0-9+/]+={0,2}):", re.ASCII)
_METHOD = re.compile(r"[A-Z]{1,16}", re.ASCII)
_URI = re.compile(r"[!-~]{1,2048}", re.ASCII)


def sign_request(
    signing_seed: bytes, key_id: str, method: str, uri: str, body: bytes = b""
) -> dict[str, str]:
    """The headers Content-Digest, Signature-Input and Signature for one request.

    `signing_seed` is the holder's 32-byte Ed25519 seed, `key_id` the holder's id (16 hex digits),
    `uri` the whole address as the service is configured to see it, with its query. Raises
    RequestSignatureError signature-uri, signature-parameters.
    """
    parameters = f';keyid="{key_id}";alg="ed25519"'
    if not _PARAMETERS.fullmatch(parameters):
        raise RequestSignatureError("signature-parameters")
    if not _METHOD.fullmatch(method) or not _URI.fullmatch(uri):
        raise RequestSignatureError("signature-uri")
    digest = _write_digest(body)
    base = _write_base(method, uri, digest, _COMPONENTS + parameters)
    return {
        "Content-Digest": digest,
        "Signature-Input": f"{LABEL}={_COMPONENTS}{parameters}",
        "Signature": f"{LABEL}={_write_bytes(_sign(signing_seed, base))}",
    }


def verify_request(
    keys: Mapping[str, bytes],
    method: str,
    uris: Sequence[str],
    headers: Mapping[str, str],
    body: bytes = b"",
) -> str:
    """Check a signed request, and return the id of the holder who signed it.

    `keys` maps holder id to Ed25519 public key (32 bytes). `uris` are the whole addresses that this
    request may have had, one for each public address of the service. Names in `headers` may be in
    any case.
    Raises RequestSignatureError: signature-missing, -duplicate, -malformed, -components,
    -parameters, -digest, -key-unknown, -wrong, -uri.
    """
    if not _METHOD.fullmatch(method) or not all(map(_URI.fullmatch, uris)):
        raise RequestSignatureError("signature-uri")
    lowered = [name.lower() for name in headers]
    found = {}
    for wanted in ("content-digest", "signature-input", "signature"):
        if lowered.count(wanted) > 1:
            raise RequestSignatureError("signature-duplicate")
        if wanted not in lowered:
            raise RequestSignatureError("signature-missing")
        found[wanted] = list(headers.values())[lowered.index(wanted)]
        if len(found[wanted]) > _MAX_HEADER:
            raise RequestSignatureError("signature-malformed")
    label, parameters, key_id = _read_input(found["signature-input"])
    signature = _read_signature(found["signature"], label)
    digest = found["content-digest"]
    if digest != _write_digest(body):
        raise RequestSignatureError("signature-digest")
    key = keys.get(key_id)
    if key is None:
        raise RequestSignatureError("signature-key-unknown")
    for uri in uris:
        if _is_signed(key, signature, _write_base(method, uri, digest, _COMPONENTS + parameters)):
            return key_id
    raise RequestSignatureError("signature-wrong")


def _read_input(value: str) -> tuple[str, str, str]:
    match = _INPUT.fullmatch(value)
    if match is None:
        # A comma outside the list begins a second signature: which of them counts would be a guess.
        raise RequestSignatureError("signature-malformed")
    label, components, parameters = match.groups()
    if components != _COMPONENTS:
        raise RequestSignatureError("signature-components")
    known = _PARAMETERS.fullmatch(parameters)
    if known is None:
        raise RequestSignatureError("signature-parameters")
    return label, parameters, known[1] or known[2]


def _read_signature(value: str, label: str) -> bytes:
    name, _, rest = value.partition("=")
    match = _BYTES.fullmatch(rest)
    if name != label or match is None:
        raise RequestSignatureError("signature-malformed")
    try:
        signature = base64.b64decode(match[1], validate=True)
    except binascii.Error:
        raise RequestSignatureError("signature-malformed") from None
    if len(signature) != crypto_sign_BYTES:
        raise RequestSignatureError("signature-malformed")
    return signature


def _write_base(method: str, uri: str, digest: str, parameters: str) -> bytes:
    """The signature base of RFC 9421, section 2.5."""
    return (
        f'"@method": {method}\n"@target-uri": {uri}\n"content-digest": {digest}\n'
        f'"@signature-params": {parameters}'
    ).encode()


def _write_digest(body: bytes) -> str:
    return f"sha-256={_write_bytes(hashlib.sha256(body).digest())}"


def _write_bytes(value: bytes) -> str:
    return f":{base64.b64encode(value).decode('ascii')}:"


def _sign(seed: bytes, message: bytes) -> bytes:
    _, secret = crypto_sign_seed_keypair(seed)
    return crypto_sign(message, secret)[:crypto_sign_BYTES]


def _is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        crypto_sign_open(signature + message, key)
    except BadSignatureError:
        return False
    return True
