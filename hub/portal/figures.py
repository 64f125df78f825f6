"""Figures for the operator: counts and times by route, never by person, patient or address."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE


class Figures:
    """A registry of its own, so that two portals in one process do not collide."""

    content_type = CONTENT_TYPE

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.answers = Counter(
            "kring_portal_answers", "Answers by route and status", ["route", "status"], registry=self._registry
        )
        self.seconds = Histogram(
            "kring_portal_answer_seconds", "Time until the answer, by route", ["route"], registry=self._registry
        )
        self.sign_ins = Counter("kring_portal_sign_ins", "Sign-ins by outcome", ["outcome"], registry=self._registry)
        self.violations = Counter(
            "kring_portal_csp_reports", "Reports of content that the policy stopped", registry=self._registry
        )

    def text(self) -> bytes:
        """In Prometheus' text format."""
        return generate_latest(self._registry)
