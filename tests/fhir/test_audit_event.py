"""The log as FHIR AuditEvents: what R4 and BALP demand, and every mandatory field of NEN 7513 (law-and-care §2.1)."""

import base64
import re
from typing import Any

import pytest
from hypothesis import given

from hub.domain.audit import AuditEvent, chain
from hub.fhir.audit_event import audit_event, bundle, nen7513_fields
from tests.domain.test_audit import entries, entry

OBSERVER = "kring.test/audit"
MANDATORY = ("7.2.1", "7.2.2", "7.2.3", "7.2.5", "7.3.1", "7.3.4", "7.3.6", "7.4.1", "7.4.3", "7.4.6", "7.4.7",
             "7.4.8", "7.5.2")  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00")


def made(**more: object) -> dict[str, Any]:
    return audit_event(chain(7, entry(**more), "0" * 64), OBSERVER)  # type: ignore[arg-type]


def extension(event: dict[str, Any], name: str) -> Any:
    (found,) = [one for one in event["extension"] if one["url"].endswith(name)]
    return found.get("valueString", found.get("valueBoolean"))


def is_well_formed(event: dict[str, Any]) -> None:
    """What the base resource of R4 demands (cardinality 1..), and the codes of its required bindings."""
    assert event["resourceType"] == "AuditEvent"
    assert event["type"]["system"]
    assert event["type"]["code"]
    assert event["action"] in "CRUDE"
    assert event["outcome"] in {"0", "4", "8", "12"}
    assert _INSTANT.fullmatch(event["recorded"])
    assert event["agent"]
    assert sum(agent["requestor"] for agent in event["agent"]) == 1
    for agent in event["agent"]:
        assert agent["who"]["identifier"]["value"]
        assert agent.get("network", {"type": "1"})["type"] in set("12345")
    assert event["source"]["observer"]["identifier"]["value"] == OBSERVER
    for entity in event["entity"]:
        assert entity["what"]["identifier"]["value"]
        assert not ("name" in entity and "query" in entity), "sev-1: name or query, not both"


def test_a_read_is_a_patient_read_with_its_reader_its_patient_and_the_rule() -> None:
    event = made()
    is_well_formed(event)
    assert event["meta"]["profile"][0].endswith("BasicAudit.PatientRead")
    assert [one["code"] for one in event["subtype"]] == ["read", "dossier.read"]
    reader, responsible = event["agent"]
    assert (reader["requestor"], responsible["requestor"]) == (True, False)
    assert responsible["who"]["identifier"]["value"] == "per-gerda"
    assert reader["policy"] == ["https://kring.example/fhir/policy/v1:read-s5"]
    patient, data, query = event["entity"]
    assert (patient["role"]["code"], data["role"]["code"], query["role"]["code"]) == ("1", "4", "24")
    assert base64.b64decode(query["query"]) == b"$vraag-0 entries=2"
    assert event["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    assert extension(event, "autorisatieprotocol") == "v1:read-s5"
    assert extension(event, "behandelrelatieprotocol") == "rel-1"
    assert extension(event, "toestemmingsprofiel") == "geen"


def test_what_a_bot_did_names_the_bot_and_the_person_who_answers_for_it() -> None:
    event = made(initiator="bot:dossier")
    named = [agent["who"]["identifier"]["value"] for agent in event["agent"]]
    assert named == ["per-gerda", "per-gerda", "bot:dossier"]


def test_an_emergency_says_so() -> None:
    event = made(break_glass=True, purpose="ETREAT")
    assert extension(event, "noodprocedure") is True
    assert event["purposeOfEvent"][0]["coding"][0]["display"] == "Emergency Treatment"


def test_a_consent_is_named_and_a_choice_follows_the_pattern_for_it() -> None:
    event = made(consent_id="con-3")
    assert event["entity"][-1]["what"]["identifier"]["value"] == "con-3"
    assert extension(event, "toestemmingsprofiel") == "con-3"
    assert made(event=AuditEvent.CONSENT_RECORDED)["meta"]["profile"][0].endswith("AuthZconsent")


@pytest.mark.parametrize("kind", AuditEvent)
def test_every_event_of_the_log_makes_a_well_formed_one(kind: AuditEvent) -> None:
    is_well_formed(made(event=kind))
    alone = made(event=kind, patient_id=None, relation_id=None, sections="")
    is_well_formed(alone)
    assert alone["meta"] == {}


@given(entries)
def test_every_mandatory_field_of_nen_7513_is_filled(one: Any) -> None:
    item = chain(1, one, "0" * 64)
    fields = nen7513_fields(item, OBSERVER)
    for number in MANDATORY:
        (value,) = [value for name, value in fields.items() if name.startswith(f"{number} ")]
        assert value, number
    whole = bundle([item], OBSERVER, nen7513=True)
    (event,) = [part["resource"] for part in whole["entry"]]
    (named,) = [one for one in event["extension"] if one["url"].endswith("/logregel")]
    assert {one["url"] for one in named["extension"]} >= {"gebruikersId", "autorisatieprotocol", "identificatieBron"}


def test_without_the_dutch_names_the_bundle_is_plain_balp() -> None:
    whole = bundle([chain(1, entry(), "0" * 64)], OBSERVER, nen7513=False)
    assert (whole["type"], len(whole["entry"])) == ("collection", 1)
    assert not [one for one in whole["entry"][0]["resource"]["extension"] if one["url"].endswith("/logregel")]
