"""Errors named by what the caller can do next.

KringError
├─ AccessDenied          the actor may not; tell them rule and law, never whether it exists
├─ CommandRejected       the actor may, the dossier or the circle says no (stale version, closed, unknown reference)
├─ NotFound              nothing by that id; for administrators only, people in a circle get AccessDenied
├─ UntrustedSender       decrypted, but not from a device that we trust
├─ FactUnavailable       a fact for the decision is missing: no fact, no decision
├─ DeliveryFailed        Matrix did not take it
│  ├─ DeliveryDelayed    try again after .retry_after
│  └─ DeliveryRefused    never try again
├─ IntegrityBroken       sealed data or the audit chain does not verify
├─ LeaseLost             another process is the writer now: stop, and stand by
└─ StartRefused          configuration, secrets, policies or programs are not right: do not start

OSError
└─ AuditUnavailable      the log takes no entry, so nothing is shown or changed; try again when it does
"""

from collections.abc import Mapping
from datetime import timedelta

from hub.domain.spoken import Spoken, Words


class KringError(Exception):
    """Base. ``code`` is stable, machine-readable and free of personal data; ``str()`` is one clear Dutch sentence."""

    code = "kring-error"


class AccessDenied(KringError):
    """The policy says no. ``rules`` are the ids of the deciding rules (empty: no rule permits)."""

    code = "access-denied"

    def __init__(self, message: str, *, rules: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.rules = rules


class CommandRejected(KringError):
    """Allowed by the policy, refused by the domain. ``code`` says which rule of the domain.

    :param message: one Dutch sentence, with places (``%(number)s``) for ``facts``, so that it has one translation
    """

    def __init__(self, code: str, message: str, facts: Mapping[str, object] | None = None) -> None:
        self._sentence = Spoken(message, facts or {})
        super().__init__(self._sentence.dutch)
        self.code = code

    def said(self, words: Words) -> str:
        """The sentence in the language of ``words``."""
        return self._sentence.said(words)


class NotFound(KringError):
    """No such person, patient or circle."""

    code = "not-found"


class UntrustedSender(KringError):
    """The event does not come from a device of the person it claims. ``code`` says what is wrong."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class FactUnavailable(KringError):
    """A fact is missing; the decision is a refusal."""

    code = "fact-unavailable"


class DeliveryFailed(KringError):
    """Matrix did not take the event."""

    code = "delivery-failed"


class DeliveryDelayed(DeliveryFailed):
    """Try again later."""

    code = "delivery-delayed"

    def __init__(self, message: str, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DeliveryRefused(DeliveryFailed):
    """Never try again: an operator must look."""

    code = "delivery-refused"


class IntegrityBroken(KringError):
    """Sealed data, a signature or the audit chain does not verify."""

    code = "integrity-broken"


class LeaseLost(KringError):
    """Another process took this one's place as the only writer; nothing more may be written or said here."""

    code = "lease-lost"


class StartRefused(KringError):
    """Do not start. The message is one clear sentence with what to do."""

    code = "start-refused"


class AuditUnavailable(OSError):
    """De logging neemt niets aan (NEN 7513): what cannot be logged does not happen (I4).

    Not a refusal but a fault of storage: whoever waits for the database waits for this too, and loses nothing.
    """

    code = "audit-unavailable"

    def __init__(self) -> None:
        super().__init__(
            "Kring kan nu niet vastleggen wie wat ziet of doet, en laat daarom niets zien en verandert niets. "
            "Probeer het straks nog eens; de beheerder ziet deze storing."
        )
