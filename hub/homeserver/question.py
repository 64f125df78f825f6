"""De vraag van de poort: what ``kring_guard`` asks the hub, and how each knows that it talks to the other.

Both hold one secret, and neither ever sends it: the question carries an HMAC over everything in it, the answer one over
the question's nonce. Whoever listens in, or takes the hub's place, learns nothing to ask or to answer with; an old
answer fits no new question, and an old question is not answered again. Imports the standard
library only: it runs in Synapse.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PATH = "/kring/guard"
LARGEST = 4096
"""Bytes of a question or an answer; more is not read."""
_QUESTION, _ANSWER = "kring-guard-question-1", "kring-guard-answer-1"
_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Question:
    """May ``user_id`` be invited to (``invite``), or join (``join``), ``room_id``? ``at``: seconds since 1970."""

    nonce: str
    at: int
    question: str
    room_id: str
    user_id: str
    sender: str

    def as_json(self, secret: str) -> bytes:
        """The body of the request."""
        return json.dumps({**self._fields(), "mac": self._mac(secret)}).encode()

    @classmethod
    def from_json(cls, body: bytes, secret: str) -> "Question | None":
        """The question when it is whole and was asked by somebody who holds the secret; else None."""
        try:
            found = json.loads(body)
            texts = [found[name] for name in ("nonce", "question", "room_id", "user_id", "sender", "mac")]
            at = found["at"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
        if type(at) is not int or not all(isinstance(text, str) and len(text) <= _LONGEST_TEXT for text in texts):
            return None
        asked = cls(texts[0], at, *texts[1:5])
        return asked if _same(texts[5], asked._mac(secret)) else None

    def answer(self, secret: str, allowed: bool) -> dict[str, Any]:
        """What the hub says: the answer, and the proof that it is about this question."""
        return {"allowed": allowed, "mac": _mac(secret, _ANSWER, [self.nonce, allowed])}

    def is_allowed(self, secret: str, body: bytes) -> bool:
        """True only for a clear yes of the hub to this very question."""
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            return False
        if not isinstance(answer, Mapping) or answer.get("allowed") is not True:
            return False
        proof = answer.get("mac")
        return isinstance(proof, str) and _same(proof, _mac(secret, _ANSWER, [self.nonce, True]))

    def _fields(self) -> dict[str, Any]:
        return {
            "nonce": self.nonce,
            "at": self.at,
            "question": self.question,
            "room_id": self.room_id,
            "user_id": self.user_id,
            "sender": self.sender,
        }

    def _mac(self, secret: str) -> str:
        return _mac(secret, _QUESTION, list(self._fields().values()))


def _mac(secret: str, what: str, fields: list[Any]) -> str:
    return hmac.new(secret.encode(), json.dumps([what, *fields]).encode(), hashlib.sha256).hexdigest()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
