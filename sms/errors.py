"""What can go wrong in the gateway: stable codes, fixed sentences, never input.

Statuses and the shape of the answer are RFC 9457's (`application/problem+json`). A code, once used,
is never given another meaning.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """status: HTTP status; title: a sentence for the person; next_step: what to do now;
    retry_after: seconds after which trying again makes sense, or None."""

    status: int
    title: str
    next_step: str
    retry_after: int | None = None


PROBLEMS = {
    "not-found": Problem(404, "There is nothing here.", "Check the address."),
    "method-not-allowed": Problem(
        405, "This address does not take that method.", "See the Allow header."
    ),
    "webhook-timeout": Problem(
        408, "The request did not arrive in time.", "Send the whole request at once."
    ),
    "webhook-form": Problem(
        400, "The request is not in this provider's form.", "Compare it with the provider's page."
    ),
    "webhook-signature": Problem(
        403,
        "The request's signature is missing or wrong.",
        "Compare the public address and the token in the settings with the provider's.",
    ),
    "webhook-too-large": Problem(
        413, "The request is larger than a text can be.", "Send at most 65,536 bytes."
    ),
    "webhook-media-type": Problem(
        415, "The request has another media type or charset than this provider's.", "Send UTF-8."
    ),
    "webhook-number-busy": Problem(
        429, "This number has sent too many texts.", "Try again within the hour.", 3600
    ),
    "webhook-busy": Problem(503, "Too many requests at once.", "Try again in a moment.", 5),
    "gateway-no-keyring": Problem(
        503,
        "There is no keyring to seal with, so nothing was taken.",
        "Give the gateway a signed keyring; the provider will try again.",
        60,
    ),
    "store-full": Problem(
        507, "There is no room for more envelopes.", "Make room; the provider will try again.", 60
    ),
    "store-unavailable": Problem(
        503, "The store cannot be written.", "See the service's output; then try again.", 10
    ),
}

SETUP_PROBLEMS = {
    "provider-unknown": "No provider has this name. See the list in docs/adding-a-provider.md.",
    "provider-secret-short": "A path secret needs 16 or more of the characters A-Z a-z 0-9 - _.",
    "provider-secret-twice": "Two set-ups of one provider share a secret. Give each its own.",
    "provider-token-missing": "This provider signs its requests. Set its token.",
    "provider-account": "Deleting at the provider is built for Twilio alone. "
    "Take account_sid from this provider.",
    "provider-twice": "Two modules give a provider the same name. Rename one.",
    "gateway-key-length": "The gateway's key is 32 bytes. Make a new one.",
    "outbox-unusable": "The outbox's file cannot be opened or written. "
    "Check the data folder, who may write there, and that the disk has room.",
    "outbox-damaged": "The outbox's file is damaged. Keep it, move it aside, and start again: "
    "texts are taken once more. What was in it may be saved with SQLite's own tools.",
    "outbox-io-error": "The outbox failed to write, so the gateway must end. "
    "Check the disk, then start it again: what was acknowledged is there.",
    "outbox-version": "The outbox's file was made by another version of this program. "
    "Use that version.",
}


class SmsError(Exception):
    """An error of the gateway. `code` is stable; str() is a fixed sentence without input."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class WebhookError(SmsError):
    """A request was not taken. The answer says why by its code, and nothing else.

    code: a key of PROBLEMS.
    """

    def __init__(self, code: str) -> None:
        self.problem = PROBLEMS[code]
        super().__init__(code, f"{self.problem.title} {self.problem.next_step}")


class SetupError(SmsError):
    """The gateway was set up in a way that cannot work. code: a key of SETUP_PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code, SETUP_PROBLEMS[code])
