"""The providers of SMS and USSD: what keeps strangers from calling the webhooks in their name."""

from collections.abc import Iterator

from heliograph.doctor.deployment import Deployment
from heliograph.doctor.findings import Finding, ok, warning, wrong
from heliograph.hooks import make_setups
from sms.errors import SetupError
from sms.webhooks import check_accounts

LONG = 24
"""Characters of a path secret that leave no doubt: 24 of base64 are 144 bits."""
TOKEN_LONG = 16
"""Characters of a token that nobody finds by trying it on one signed request. The Android app makes
itself one of 8."""
KINDS = 8
"""Different characters that a random secret of 16 has at the very least."""


def check_providers(deployment: Deployment) -> Iterator[Finding]:
    """What the service checks at its start, and how good the secrets are."""
    providers = deployment.settings.providers
    if not providers:
        yield ok("No provider of SMS or USSD is set up.")
        return
    try:
        check_accounts(make_setups(deployment.settings))
    except SetupError as error:
        yield wrong(
            "provider-setup",
            f"A provider cannot work as it is set up ({error.code}): the service does not start.",
            "docs/errors.md says what the code means.",
        )
        return
    judged = [judge_secret(one.name, one.path_secret.get_secret_value()) for one in providers]
    tokens = [(one.name, one.auth_token) for one in providers]
    judged += [judge_token(name, one.get_secret_value()) for name, one in tokens if one]
    yield from (finding for finding in judged if finding is not None)
    if not any(judged):
        yield ok(f"Providers that have what they need, with long secrets: {len(providers)}.")


def judge_secret(name: str, secret: str) -> Finding | None:
    """A verdict on a provider's path secret; None where it is good."""
    remedy = "Make one with `openssl rand -hex 24`, and change it at the provider too."
    if len(set(secret)) < KINDS:
        return wrong("provider-secret-weak", f"The path secret of {name} can be guessed.", remedy)
    if len(secret) < LONG:
        return warning(
            "provider-secret-length",
            f"The path secret of {name} has fewer than {LONG} characters.",
            remedy,
        )
    return None


def judge_token(name: str, token: str) -> Finding | None:
    """A verdict on what a provider signs with; None where it is good."""
    if len(token) >= TOKEN_LONG:
        return None
    return warning(
        "provider-token-length",
        f"The token of {name} has fewer than {TOKEN_LONG} characters: whoever sees one webhook can "
        "find it, and forge others.",
        "Where the provider lets you choose it, set a long one there and here.",
    )
