"""What the rules read in a message: proposals for a human, never more than was written, whatever was written."""

import string
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.entries import Kind, from_json, kind_of, to_json
from hub.domain.filing import MOST, Proposal, Said, content_sha256, note_in, propose, readable
from hub.domain.filing_rules import (
    complaint_scores,
    complexity_level,
    directives,
    pain_figures,
    performance,
    phone_numbers,
    reachable,
    told_in_confidence,
    wished_place,
)
from hub.domain.observations import Level, PainScore, Reporter, SymptomItem
from hub.domain.values import check_text
from hub.domain.vocabulary import Role, Section
from hub.domain.wishes import Place, PreferredPlaceOfDeath, View


def pieter(text: str, role: Role = Role.RELATIVE) -> Said:
    return Said(text, "Pieter de Wit", "Pieter de Wit (naaste)", role, "3-11-2026 08:14", date(2026, 11, 3))


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("mama had vannacht veel pijn, een 8", (8,)),
        ("pijn 8", (8,)),
        ("Pijn: 8/10 vannacht", (8,)),
        ("een 8 voor de pijn vanochtend", (8,)),
        ("vandaag een acht voor de pijn", (8,)),
        ("PIJN = 10", (10,)),
        ("NRS 6", (6,)),
        ("8/10", (8,)),
        ("de pijn ging van 8 naar 4", (4,)),
        ("'s ochtends pijn 3, 's avonds pijn 7", (3, 7)),
        ("pijn 0 gelukkig", (0,)),
    ],
)
def test_a_pain_figure_is_read_where_one_is_written(text: str, figures: tuple[int, ...]) -> None:
    assert pain_figures(text) == figures


@pytest.mark.parametrize(
    "text",
    [
        "geen pijn",
        "pijn om 8 uur",
        "pijn 7-8",
        "pijn 7 à 8",
        "pijn 8,5",
        "pijn, 8 mg morfine gegeven",
        "pijn sinds 8 november",
        "pijn sinds 8-11-2026",
        "pijn, 8 keer gebeld",
        "pijn 11",
        "pijn 80",
        "pijn tussen 8:00 en 9:00",
        "pijn. Om kwart voor 8 gegeten",
        "benauwdheid 8/10",
        "bel 026-3210001 bij pijn",
        "pijn 8%",
        "pijn ８",
    ],
)
def test_what_is_no_pain_figure_is_not_read_as_one(text: str) -> None:
    assert pain_figures(text) == ()


def test_complaints_with_a_figure_are_the_diary_of_who_wrote_them() -> None:
    assert dict(complaint_scores("benauwdheid 6, moe: 7, pijn 4")) == {
        SymptomItem.BREATHLESSNESS: 6,
        SymptomItem.FATIGUE: 7,
        SymptomItem.PAIN: 4,
    }
    first, second, *_ = propose(pieter("benauwdheid 6, moe 7, pijn 4"))
    assert (first.kind, second.kind) == (Kind.SYMPTOM, Kind.PAIN_SCORE)
    assert first.value.reporter is Reporter.RELATIVE


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("mama wil het liefst thuis sterven", Place.HOME),
        ("Zij wenst in het hospice te overlijden.", Place.HOSPICE),
        ("ze wil niet in het ziekenhuis overlijden", None),
        ("wil ze thuis sterven?", None),
        ("ze is weer thuis uit het ziekenhuis", None),
        ("thuis of in het hospice, daar wil ze sterven", None),
    ],
)
def test_a_wished_place_needs_a_wish_and_no_denial(text: str, place: Place | None) -> None:
    assert wished_place(text) is place


def test_what_a_relative_says_about_the_place_is_their_view() -> None:
    (said, *_) = propose(pieter("mama wil thuis sterven"))
    assert said.value == PreferredPlaceOfDeath(Place.HOME, View.RELATIVE, "Pieter de Wit", asked_on=said.value.asked_on)
    (own, *_) = propose(pieter("ik wil thuis sterven", Role.PATIENT))
    assert own.value.view is View.PATIENT


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("complexiteit hoog", Level.HIGH),
        ("de complexiteit is nu gemiddeld", Level.MEDIUM),
        ("complexiteit van gemiddeld naar hoog", Level.HIGH),
        ("een lage complexiteit", Level.LOW),
        ("complexiteit niet hoog", None),
        ("is de complexiteit hoog?", None),
        ("hoog bed besteld", None),
    ],
)
def test_complexity_is_read_where_it_is_named(text: str, level: Level | None) -> None:
    assert complexity_level(text) is level


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mevrouw wil niet meer gereanimeerd worden", {Treatment.RESUSCITATION: Decision.NO}),
        ("geen IC, geen beademing", {Treatment.INTENSIVE_CARE: Decision.NO, Treatment.VENTILATION: Decision.NO}),
        ("reanimeren: nee", {Treatment.RESUSCITATION: Decision.NO}),
        ("wel antibiotica", {Treatment.ANTIBIOTICS: Decision.YES}),
        ("ze wil niet meer naar het ziekenhuis", {Treatment.HOSPITAL_ADMISSION: Decision.NO}),
        ("wil ze niet gereanimeerd worden?", {}),
        ("geen ziekenhuis, tenzij ze iets breekt", {}),
        ("ze wil niet reanimeren. Of toch wel reanimeren", {Treatment.RESUSCITATION: Decision.NO}),
        ("niet reanimeren. Nee: wel reanimeren", {}),
        ("we hadden het over reanimatie", {}),
    ],
)
def test_a_limit_is_read_only_where_it_is_said_without_if_or_but(text: str, found: dict[Treatment, Decision]) -> None:
    assert dict(directives(text)) == found


def test_a_limit_of_treatment_takes_a_typed_word() -> None:
    (limit, *_) = propose(pieter("geen reanimatie"))
    assert limit.kind is Kind.TREATMENT_DIRECTIVE
    assert limit.needs_word


def test_medication_is_a_note_never_a_dose_and_takes_a_typed_word() -> None:
    (note,) = propose(pieter("ze kreeg om 8 uur 10 mg morfine"))
    assert (note.kind, note.section, note.needs_word) == (Kind.NOTE, Section.S7, True)


def test_numbers_to_call_are_read_as_reachability_when_who_and_when_are_said() -> None:
    assert phone_numbers("bel 026-3210003 of 06 12345678") == ("026-3210003", "06 12345678")
    assert reachable("'s nachts bel je de wijkverpleging op 026-3210003") == [
        (("night",), "wijkverpleging", "026-3210003")
    ]
    assert propose(pieter("de wijkverpleging is 's nachts te bellen op 026-3210003"))[0].kind is Kind.REACHABILITY
    assert propose(pieter("026-3210003"))[0] == note_in(pieter("026-3210003"), Section.S1)


@pytest.mark.parametrize("text", ["999990019", "0612", "12-11-2026", "8714567012345"])
def test_other_numbers_are_no_telephone_numbers(text: str) -> None:
    assert phone_numbers(text) == ()


def test_performance_is_read_by_its_name() -> None:
    assert performance("PPS nu 40%") == ("pps", 40)
    assert performance("karnofsky 70") == ("kps", 70)
    assert performance("40% van de tijd in bed") is None


@pytest.mark.parametrize(
    "text",
    [
        "niet verder vertellen: ik houd het niet meer vol",
        "dit blijft onder ons",
        "vertel het mama niet",
        "zij mag dit niet weten",
    ],
)
def test_a_confidence_is_put_first(text: str) -> None:
    assert told_in_confidence(text)
    assert propose(pieter(text))[0].section is Section.S10


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("ze is misselijk en heeft gebraakt", Section.S5),
        ("ik houd het niet meer vol, zoveel verdriet", Section.S6),
        ("het bed en de rolstoel komen morgen", Section.S8),
        ("ze reutelt, dit is de stervensfase", Section.S9),
        ("ze wil graag een crematie", Section.S4),
        ("morgen komt de kapper", Section.S8),
    ],
)
def test_other_words_are_a_note_where_their_words_belong(text: str, section: Section) -> None:
    assert propose(pieter(text)) == (note_in(pieter(text), section),)


_SAID = (
    "pijn 8 een /10 geen niet wel reanimeren IC ziekenhuis thuis sterven wil liefst complexiteit hoog van naar "
    "morfine mg 026-3210001 benauwdheid moe PPS 40 onder ons . ? , mits ' \n 's nachts huisarts antibiotica nee 7-8 uur"
)
WORDS = st.sampled_from(_SAID.split(" "))
TALK = st.one_of(
    st.lists(WORDS, max_size=30).map(" ".join),
    st.text(max_size=300),
    st.text(alphabet=string.printable + "éïŪ\u202e\u200f\u0000🙏", max_size=200),
)


@settings(max_examples=300, deadline=None)
@given(TALK, st.sampled_from([None, *Section]), st.sampled_from([Role.PATIENT, Role.RELATIVE, Role.HOME_CARE]))
def test_whatever_is_written_gives_a_few_proposals_that_can_be_kept(
    text: str, asked: Section | None, role: Role
) -> None:
    found = propose(pieter(text, role), asked)
    assert len(found) <= MOST
    assert len(set(found)) == len(found)
    if readable(text).strip():
        assert found[-1].kind is Kind.NOTE or any(one.kind is Kind.NOTE for one in found)
    else:
        assert found == ()
    for one in found:
        assert Proposal.from_json(one.as_json()) == one
        assert from_json(kind_of(one.value), to_json(one.value)) == one.value
        assert "\n" not in one.title_nl()
        check_text(one.title_nl(), 10_000)
        if asked is not None:
            assert one.section is asked


@settings(max_examples=300, deadline=None)
@given(TALK)
def test_no_figure_is_read_that_nobody_wrote(text: str) -> None:
    said = text.casefold()
    words = {"nul", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien"}
    for one in propose(pieter(text)):
        if isinstance(one.value, PainScore):
            assert str(one.value.score) in said or any(word in said for word in words)


@settings(max_examples=200, deadline=None)
@given(TALK)
def test_what_weighs_most_always_takes_a_word(text: str) -> None:
    for one in propose(pieter(text)):
        weighty = one.kind in {Kind.TREATMENT_DIRECTIVE, Kind.ADVANCE_DIRECTIVE, Kind.LEGAL_CAPACITY}
        assert one.needs_word or not (weighty or one.section in {Section.S3, Section.S7, Section.S11})


@given(st.text(max_size=200))
def test_a_note_keeps_every_word_that_can_be_kept(text: str) -> None:
    if readable(text).strip():
        assert readable(text).strip() in note_in(pieter(text), Section.S5).value.text


def test_a_very_long_message_does_not_take_long_and_fits() -> None:
    note = note_in(pieter("pijn " * 20_000), Section.S5)
    assert len(note.value.text) < 8000
    assert propose(pieter("niet meer naar het ziekenhuis maar " * 3000))


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=5))
def test_the_hash_does_not_depend_on_the_order_of_the_fields(content: dict[str, str]) -> None:
    assert content_sha256(content) == content_sha256(dict(reversed(content.items())))
