"""Who may represent a patient, and who goes first (BW 7:465 lid 2 and 3)."""

import re
from enum import StrEnum

from hub.domain.spelling import plain


class Rank(StrEnum):
    """Plaats in de rij van vertegenwoordigers; see :attr:`place`."""

    PARENT_WITH_AUTHORITY = "parent_with_authority"
    """Ouder met gezag of voogd, of a patient under 16."""
    CURATOR = "curator"
    MENTOR = "mentor"
    AUTHORISED = "authorised"
    PARTNER = "partner"
    FAMILY = "family"
    """Ouder, kind, broer, zus (grandparent and grandchild: a lawyer should confirm)."""
    UNKNOWN = "unknown"
    """The paper says something else; comes last."""

    @property
    def place(self) -> int:
        """Lower goes first. Curator and mentor were named by a judge, and stand beside each other."""
        return _PLACES[self]

    @property
    def title_nl(self) -> str:
        return _TITLES[self]


_PLACES = {
    Rank.PARENT_WITH_AUTHORITY: 0,
    Rank.CURATOR: 1,
    Rank.MENTOR: 1,
    Rank.AUTHORISED: 2,
    Rank.PARTNER: 3,
    Rank.FAMILY: 4,
    Rank.UNKNOWN: 5,
}
_TITLES = {
    Rank.PARENT_WITH_AUTHORITY: "ouder met gezag of voogd",
    Rank.CURATOR: "curator",
    Rank.MENTOR: "mentor",
    Rank.AUTHORISED: "schriftelijk gemachtigde",
    Rank.PARTNER: "partner",
    Rank.FAMILY: "naaste familie",
    Rank.UNKNOWN: "grond niet duidelijk",
}
_WORDS = (
    (Rank.PARENT_WITH_AUTHORITY, re.compile(r"\bgezag\b|\bvoogd")),
    (Rank.CURATOR, re.compile(r"\bcurat|\bcuratele")),
    (Rank.MENTOR, re.compile(r"\bmentor")),
    (Rank.AUTHORISED, re.compile(r"volmacht|gemachtigd|levenstestament")),
    (Rank.PARTNER, re.compile(r"\bpartner|echtgeno|\bman\b|\bvrouw\b|levensgezel")),
    (Rank.FAMILY, re.compile(r"\bouder|\bvader|\bmoeder|\bkind|zoon|dochter|\bbroer|\bzus")),
)


def rank_of(evidence: str | None) -> Rank:
    """From what was written when the person was added (the order of the court, the paper, the relation)."""
    words = plain(evidence or "")
    return next((rank for rank, named in _WORDS if named.search(words)), Rank.UNKNOWN)
