"""What goes out with the plan, what stays here, and what nobody may take for something else."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from hub.domain.advance_care_plan import Decision, LegalCapacity, Treatment, TreatmentDirective
from hub.domain.care_network import AcpConversation, ContactPerson, ContactRole
from hub.domain.dossier import Status
from hub.domain.entries import Note, Statement
from hub.domain.values import Coded, PartialDate
from hub.domain.vocabulary import Role, Section
from hub.domain.wishes import (
    Answer,
    EarlierAgreements,
    Euthanasia,
    EuthanasiaPosition,
    Place,
    PreferredPlaceOfDeath,
    View,
)
from hub.fhir.catalogue import PERMITTED, Release
from hub.fhir.export import bundle_of, resources_of
from hub.fhir.export.beside import CONTESTED, OWN_STATEMENT, RELATIVE_VIEW, STALE
from hub.fhir.export.gathering import proposals_of
from hub.fhir.export.writing import code_of
from hub.fhir.pzp_import import read_pzp
from tests.fhir.exporting import ANNA, GERDA, PEOPLE, entries_of, entry_of, export, of_type, view_of

BOTH = (Release.STU3, Release.R4)
NO_CPR = TreatmentDirective(
    Treatment.RESUSCITATION, Decision.NO, discussed_on=PartialDate("2026-11-03"), discussed_with=("patiënt",)
)
PIETER = ContactPerson("Pieter de Wit", (ContactRole.FIRST_CONTACT,), "zoon", phones=("06-12345678",))
SON_SAYS = PreferredPlaceOfDeath(Place.HOSPICE, View.RELATIVE, "Pieter de Wit (zoon)")
HOME = PreferredPlaceOfDeath(Place.HOME, asked_on=PartialDate("2026-11-03"))
both = pytest.mark.parametrize("release", BOTH)


def narrative(resource: dict[str, Any]) -> str:
    """What a person reads: the div, as well-formed XML."""
    return " ".join("".join(ElementTree.fromstring(resource["text"]["div"]).itertext()).split())


@both
def test_the_icd_is_never_a_yes_without_switching_off(release: Release) -> None:
    off = TreatmentDirective(Treatment.ICD_OFF, Decision.YES)
    (consent,) = of_type(export([off], release), "Consent")
    assert "De ICD WORDT uitgezet" in narrative(consent)
    assert "400231000146108" in json.dumps(consent)
    assert "uitzetten van cardioverter-defibrillator" in json.dumps(consent)


@both
def test_the_four_ways_of_not_knowing_stay_four(release: Release) -> None:
    ways = (Decision.UNKNOWN, Decision.NOT_ASKED, Decision.UNDECIDED, Decision.NOT_STATED)
    seen = set()
    for way in ways:
        (consent,) = of_type(export([TreatmentDirective(Treatment.ANTIBIOTICS, way)], release), "Consent")
        assert "except" not in consent
        assert "type" not in consent.get("provision", {})
        seen.add(json.dumps(consent.get("modifierExtension")))
    assert len(seen) == 4
    assert "null" in seen, "without a decision nothing that looks like one"


def test_r4_yes_but_is_no_permit_that_a_hasty_reader_takes_for_yes() -> None:
    limited = TreatmentDirective(Treatment.HOSPITAL_ADMISSION, Decision.YES_BUT, "alleen bij een botbreuk")
    (consent,) = of_type(export([limited], Release.R4), "Consent")
    assert "type" not in consent["provision"]
    assert consent["modifierExtension"][0]["valueString"] == "Ja, maar alleen bij een botbreuk"


@both
def test_a_son_who_wants_a_hospice_is_never_read_as_his_mothers_wish(release: Release) -> None:
    made = export([PIETER, HOME, SON_SAYS], release)
    (wish,) = of_type(made, "Observation")
    assert wish["valueCodeableConcept"]["coding"][0]["code"] == "264362003"
    (view,) = (one for one in of_type(made, "Communication") if one["category"][0]["text"] == RELATIVE_VIEW)
    assert "meta" not in view or "profile" not in view["meta"]
    assert "395091006" not in json.dumps(view)
    assert view["sender"]["display"] == "Pieter de Wit (zoon)"
    assert "NIET de wens van de patiënt zelf" in view["payload"][0]["contentString"]
    back = read_pzp([bundle_of(made, view_of(entries_of([PIETER, HOME, SON_SAYS])))])
    (place,) = (item.value for item in back.items if isinstance(item.value, PreferredPlaceOfDeath))
    assert (place.place, place.view) == (Place.HOME, View.PATIENT)


@both
def test_a_proposal_does_not_go_out_and_the_agreement_before_it_does(release: Release) -> None:
    agreed = entry_of(NO_CPR, 1)
    proposed = replace(agreed, version=2, status=Status.PROPOSED, value=replace(NO_CPR, decision=Decision.YES))
    made = export([agreed, proposed], release)
    (consent,) = of_type(made, "Consent")
    assert "NIET reanimeren" in narrative(consent)
    assert "WEL reanimeren" not in json.dumps(made, ensure_ascii=False)
    assert proposals_of(view_of([agreed, proposed])) == [proposed]
    assert of_type(export([replace(proposed, version=1)], release), "Consent") == []


@both
def test_withdrawn_is_gone(release: Release) -> None:
    agreed = entry_of(NO_CPR, 1)
    assert of_type(export([agreed, replace(agreed, version=2, status=Status.WITHDRAWN)], release), "Consent") == []


@both
def test_two_agreements_that_nobody_settled_both_go_out_and_name_each_other(release: Release) -> None:
    first = entry_of(replace(NO_CPR, discussed_on=None), 1)
    yes = replace(NO_CPR, decision=Decision.YES, discussed_on=None)
    second = replace(first, version=2, value=yes, author_id=GERDA.id, author_role=Role.GP)
    made = export([first, second], release)
    consents = of_type(made, "Consent")
    assert len(consents) == len({one["id"] for one in consents}) == 2
    assert all("TEGENSTRIJDIG" in narrative(one) for one in consents)
    assert all("WEL reanimeren" in narrative(one) and "NIET reanimeren" in narrative(one) for one in consents)
    (issue,) = of_type(made, "DetectedIssue")
    assert CONTESTED in json.dumps(issue)
    assert len(issue["implicated"]) == 2
    (form,) = of_type(made, "QuestionnaireResponse")
    assert "587" not in re.findall(r'"linkId": "(\d+)"', json.dumps(form["item"])), "the form takes no side"
    assert "TEGENSTRIJDIG" in narrative(form)


@both
def test_two_entries_that_do_not_go_together_name_each_other_in_one_issue(release: Release) -> None:
    cpr, goal = entry_of(replace(NO_CPR, decision=Decision.YES), 1), entry_of(HOME, 2)
    against = {cpr.ref: (goal.ref,), goal.ref: (cpr.ref,)}
    made = export([cpr, goal], release, against=against)
    assert len(of_type(made, "DetectedIssue")) == 1
    assert all("TEGENSTRIJDIG" in narrative(one) for one in of_type(made, "Consent") + of_type(made, "Observation"))


@both
def test_a_stale_agreement_says_so_to_people_and_to_programs(release: Release) -> None:
    entry = entry_of(NO_CPR, 1)
    said = "LET OP: van 3-5-2026 (lang geleden); bespreek opnieuw; tot dat gesprek blijft dit gelden."
    made = export([entry], release, stale={entry.ref: said})
    (consent,) = of_type(made, "Consent")
    assert consent["status"] == "active", "stale is not void"
    assert narrative(consent).startswith(said)
    (issue,) = of_type(made, "DetectedIssue")
    assert (issue["detail"], STALE in json.dumps(issue)) == (said, True)


@both
def test_a_correction_and_her_own_statement_travel_along(release: Release) -> None:
    wrong = entry_of(replace(NO_CPR, decision=Decision.YES), 1)
    right = replace(wrong, version=2, status=Status.PROPOSED, value=NO_CPR, reason="verkeerd verstaan")
    sure = replace(right, version=3, status=Status.ACTIVE, reason=None, confirmed_by=GERDA.id)
    own = "Ik heb <nooit> ja gezegd & dat blijft zo."
    said = entry_of(
        Statement(str(wrong.ref), own), 9, author_id="per-anna", author_role=Role.PATIENT, confirmed_by=None
    )
    made = export([wrong, right, sure, said], release)
    (consent,) = of_type(made, "Consent")
    assert "Hersteld op 3-11-2026 door Samira Bakker (palliatieve zorgcoach): verkeerd verstaan" in narrative(consent)
    assert own.rstrip(".") in narrative(consent)
    assert "<nooit>" not in consent["text"]["div"]
    (beside,) = of_type(made, "Communication")
    assert beside["category"][0]["text"] == OWN_STATEMENT
    assert beside["payload"][0]["contentString"] == own
    assert beside["sender"]["reference"] == f"Patient/{of_type(made, 'Patient')[0]['id']}"
    about = beside["topic" if release is Release.STU3 else "about"]
    assert about[0]["reference"] == f"Consent/{consent['id']}"
    provenance = next(one for one in of_type(made, "Provenance") if "Consent" in one["target"][0]["reference"])
    assert "verkeerd verstaan" in json.dumps(provenance)
    (form,) = of_type(made, "QuestionnaireResponse")
    assert own.rstrip(".") in narrative(form)
    assert read_pzp([bundle_of(made, view_of([sure]))]), "a statement of hers does not make the set unreadable"


@both
def test_what_has_no_place_in_pzp_is_still_read_by_people(release: Release) -> None:
    made = export([NO_CPR, EarlierAgreements(exist=Answer.YES), Note("Zij houdt van thee.")], release)
    (form,) = of_type(made, "QuestionnaireResponse")
    assert form["text"]["status"] == "additional"
    assert "Zij houdt van thee." in narrative(form)


@both
def test_bsn_and_birth_date_go_only_with_the_whole_of_section_one(release: Release) -> None:
    whole = export([NO_CPR], release)
    for sections, limited in (((Section.S3,), frozenset()), ((Section.S1, Section.S3), frozenset({Section.S1}))):
        part = resources_of(view_of([entry_of(NO_CPR, 1)], sections, limited), ANNA, PEOPLE, release)
        assert ANNA.bsn is not None
        assert ANNA.bsn.digits not in json.dumps(part)
        assert ANNA.bsn.digits in json.dumps(whole)
        assert "1952" not in json.dumps(part)
        assert of_type(whole, "Patient")[0]["birthDate"] == "1952-03-14", "name and birth date, against mixing up"
    unknown = export([NO_CPR], release, patient=replace(ANNA, bsn=None))
    assert "identifier" not in of_type(unknown, "Patient")[0]


@both
def test_ids_are_the_same_tomorrow_and_another_patients_are_others(release: Release) -> None:
    values = [NO_CPR, PIETER, HOME, AcpConversation(PartialDate("2026-11-03"), ("Gerda Huisman (huisarts)",))]
    made, again = export(values, release), export(values, release)
    other = export(values, release, patient=replace(ANNA, id="pat-bert"))
    assert made == again
    assert not {one["id"] for one in made} & {one["id"] for one in other}
    assert not any(
        secret in json.dumps(made) for secret in ("pat-anna", "per-gerda", "per-coach", "per-anna", "$event")
    )
    later = [replace(entry, version=2) for entry in entries_of(values)]
    newer = export(later, release)
    assert [one["id"] for one in newer] == [one["id"] for one in made], "a new version of the same thing"
    assert of_type(newer, "Consent")[0]["meta"]["versionId"] == "2"


@both
def test_inside_the_bundle_every_reference_is_a_full_url_of_it(release: Release) -> None:
    values = [NO_CPR, PIETER, HOME, SON_SAYS, AcpConversation(PartialDate("2026-11-03"), ("J. Kok (SEH-arts)",))]
    bundle = bundle_of(export(values, release), view_of(entries_of(values)))
    assert (bundle["type"], bundle["resourceType"]) == ("collection", "Bundle")
    urls = {entry["fullUrl"] for entry in bundle["entry"]}
    assert all(re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", url) for url in urls)
    assert {entry["fullUrl"] for entry in bundle["entry"]} == {
        f"urn:uuid:{e['resource']['id']}" for e in bundle["entry"]
    }
    said = set(re.findall(r'"reference": "([^"]+)"', json.dumps(bundle)))
    assert {one for one in said if "Questionnaire/" not in one} <= urls


@both
def test_every_time_has_its_zone(release: Release) -> None:
    values = [NO_CPR, PIETER, SON_SAYS]
    bundle = bundle_of(export(values, release), view_of(entries_of(values)))
    times = re.findall(r'"(\d{4}-\d{2}-\d{2}T[^"]+)"', json.dumps(bundle))
    assert times
    assert all(datetime.fromisoformat(one).utcoffset() in (timedelta(hours=1), timedelta(hours=2)) for one in times)
    assert "2026-11-03T14:00:00+01:00" in times


@both
def test_nothing_that_people_type_becomes_markup(release: Release) -> None:
    nasty = "</div><script>alert('x')</script> & \"quotes\""
    made = export([replace(NO_CPR, comment=nasty), Note(nasty)], release)
    for one in made:
        if "text" in one:
            assert "<script" not in one["text"]["div"]
            assert narrative(one)


def test_stu3_claims_the_profile_of_iknl_only_for_a_verified_decision() -> None:
    def claimed(value: TreatmentDirective) -> str:
        (consent,) = of_type(export([value], Release.STU3), "Consent")
        return str(consent["meta"]["profile"][0]).rsplit("/", 1)[-1]

    assert claimed(NO_CPR) == "ACP-TreatmentDirective"
    assert claimed(replace(NO_CPR, discussed_with=())) == "zib-TreatmentDirective"
    assert claimed(replace(NO_CPR, verified=False)) == "zib-TreatmentDirective"
    assert claimed(replace(NO_CPR, decision=Decision.NOT_STATED)) == "zib-TreatmentDirective"


@both
def test_capacity_counts_until_its_review_date(release: Release) -> None:
    unable = LegalCapacity(
        capable=False, judged_on=PartialDate("2026-10-01"), method="gesprek", review_on=PartialDate("2026-11-03")
    )
    (patient,) = of_type(export([unable], release), "Patient")
    assert patient["extension"][0]["extension"][0]["valueBoolean"] is False
    assert "NIET wilsbekwaam" in narrative(patient)
    (later,) = of_type(export([replace(unable, review_on=PartialDate("2026-11-02"))], release), "Patient")
    assert "extension" not in later
    elsewhere = export([replace(unable, about="dagelijkse zorg en wonen")], release)
    assert "extension" not in of_type(elsewhere, "Patient")[0]


@both
def test_a_position_without_a_statement_says_no_more_than_was_asked(release: Release) -> None:
    """R4 calls the code "zou wel verzoek kunnen doen"; who only said that there is no paper did not say that."""
    (plain,) = of_type(export([EuthanasiaPosition(Euthanasia.NO_STATEMENT)], release), "Observation")
    assert plain["valueCodeableConcept"]["text"] == "Heeft geen euthanasieverklaring"
    words = "Geen euthanasieverklaring, zou wel verzoek kunnen doen in bepaalde situaties"
    source = Coded("340191000146100", "http://snomed.info/sct", words, "pzp-r4")
    more = EuthanasiaPosition(Euthanasia.NO_STATEMENT, source=source)
    (asked,) = of_type(export([more], release), "Observation")
    assert asked["valueCodeableConcept"]["text"] == words


@both
def test_an_older_answer_on_the_form_says_how_old_it_is(release: Release) -> None:
    held = AcpConversation(PartialDate("2026-11-03"), ("Gerda Huisman (huisarts)",), ("patiënt",))
    older = replace(NO_CPR, discussed_on=PartialDate("2025-02-01"), comment="Zij was er stellig over.")
    (form,) = of_type(export([held, older, HOME], release), "QuestionnaireResponse")
    assert "(Antwoord van 1-2-2025) Zij was er stellig over." in json.dumps(form, ensure_ascii=False)
    assert json.dumps(form).count("Antwoord van") == 1, "the place was asked on the day of the form"


def test_the_codes_are_those_of_the_import() -> None:
    assert {code_of(PERMITTED, decision) for decision in Decision} - {None} == set(PERMITTED)
