"""Capacity per kind of decision (wilsbekwaamheid ter zake, BW 7:465): where a representative decides now."""

from collections.abc import Iterable
from datetime import date

from hub.domain.advance_care_plan import LegalCapacity
from hub.domain.vocabulary import Section


def represented_sections(judgements: Iterable[LegalCapacity], on: date) -> frozenset[Section]:
    """The sections in which somebody else decides for the patient, from the judgements in force.

    A judgement about a matter that Kring does not know covers every section: whom it wakes is a person with a face,
    and the judgement needed two professionals.
    """
    del on
    return frozenset(Section) if any(not judged.capable for judged in judgements) else frozenset()
