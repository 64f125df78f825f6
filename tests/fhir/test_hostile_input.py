"""D7: what a careless or hostile sender can put into an import, one row each; and fuzz."""

import gzip
import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.fhir.pzp_import import read_pzp
from hub.fhir.refused import ImportRefused
from hub.fhir.strict_json import parse_json_strict
from tests.examples import examples
from tests.fhir.world import SPECIFIED, demo_form, patient, r4_directive, stu3_directive

CPR = "89666000"


def bundle(*bodies: Any, kind: str = "collection", **entry: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": body} | entry for body in bodies]}


def nested(depth: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(depth):
        made = {"extension": [made]}
    return patient(**made)


def to(name: str) -> dict[str, str]:
    return {"reference": f"Encounter/{name}"}


def visit(name: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Encounter", "id": name, "status": "finished"} | more


def with_modifier(body: dict[str, Any], url: str = "urn:x") -> dict[str, Any]:
    return body | {"modifierExtension": [{"url": url, "valueBoolean": True}]}


D7: list[tuple[str, str, list[Any]]] = [
    ("nothing", "nothing-to-import", []),
    ("empty bundle", "nothing-to-import", [bundle()]),
    ("resourceType missing", "unknown-resource", [{"id": "x"}]),
    ("resourceType unknown", "unknown-resource", [{"resourceType": "Wens"}]),
    ("resourceType is a list", "unknown-resource", [{"resourceType": ["Patient"]}]),
    ("not an object", "not-fhir", ["Patient"]),
    ("bundle of 10 000", "too-large", [bundle(*[patient()] * 10_000)]),
    ("bundle in a bundle", "bundle-type", [bundle(bundle(patient()))]),
    ("bundle of history", "bundle-type", [bundle(patient(), kind="history")]),
    ("bundle type is a list", "bad-element", [bundle(patient()) | {"type": []}]),
    ("bundle that deletes", "bundle-type", [bundle(patient(), kind="transaction", request={"method": "DELETE"})]),
    ("extension too deep", "too-deep", [nested(40)]),
    ("nobody named", "no-patient", [stu3_directive(CPR, "NEE")]),
    ("two patients", "different-patients", [patient(), patient(id="bep")]),
    (
        "directive of another patient",
        "different-patients",
        [patient(), stu3_directive(CPR, "NEE", patient={"reference": "Patient/bep"})],
    ),
    (
        "another patient by absolute address",
        "different-patients",
        [patient(), stu3_directive(CPR, "NEE", patient={"reference": "https://x.example/fhir/Patient/bep/_history/2"})],
    ),
    (
        "same id on two servers",
        "different-patients",
        [
            patient(),
            stu3_directive(CPR, "NEE", patient={"reference": "https://x.example/fhir/Patient/anna"}),
            stu3_directive("40617009", "NEE", patient={"reference": "https://y.example/fhir/Patient/anna"}),
        ],
    ),
    (
        "another BSN",
        "different-patients",
        [
            patient(identifier=[{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999990019"}]),
            stu3_directive(
                CPR,
                "NEE",
                patient={"identifier": {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999990020"}},
            ),
        ],
    ),
    (
        "form of somebody else",
        "different-patients",
        [patient(name=[{"family": "Bos"}], birthDate="1940-01-01"), demo_form()],
    ),
    (
        "patient inside a resource",
        "contained-patient",
        [patient(), stu3_directive(CPR, "NEE", contained=[patient(id="p")])],
    ),
    ("modifierExtension on the patient", "unknown-modifier-extension", [with_modifier(patient())]),
    (
        "unknown modifierExtension on a directive",
        "unknown-modifier-extension",
        [patient(), with_modifier(stu3_directive(CPR, "NEE"))],
    ),
    (
        "modifierExtension of R4 in STU3",
        "unknown-modifier-extension",
        [patient(), stu3_directive(CPR, None) | {"modifierExtension": [{"url": SPECIFIED, "valueString": "Onbekend"}]}],
    ),
    (
        "modifierExtension deep inside",
        "unknown-modifier-extension",
        [patient(), r4_directive(CPR, "permit") | {"provision": with_modifier({"type": "permit"}, SPECIFIED)}],
    ),
    ("modifierExtension that is no list", "bad-element", [patient(modifierExtension="x")]),
    ("implicitRules", "unknown-modifier-extension", [patient(implicitRules="urn:rules")]),
    (
        "STU3 and R4 together",
        "mixed-releases",
        [patient(), stu3_directive(CPR, "NEE"), r4_directive("40617009", "deny")],
    ),
    ("one id, two contents", "duplicate-id", [patient(), patient(gender="female")]),
    ("a resource that points at itself", "cycle", [patient(), visit("a", diagnosis=[{"condition": to("a")}])]),
    ("a part of itself", "cycle", [patient(), visit("a", partOf=to("b")), visit("b", partOf=to("a"))]),
    (
        "going round by three",
        "cycle",
        [patient(), *(visit(one, partOf=to(next_)) for one, next_ in (("a", "b"), ("b", "c"), ("c", "a")))],
    ),
    ("date that does not exist", "bad-date", [patient(birthDate="2026-02-30")]),
    ("date of the year zero", "bad-date", [patient(birthDate="0000-01-01")]),
    ("dateTime outside the calendar", "bad-date", [patient(birthDate="9999-12-31T23:59:59Z")]),
    ("null byte", "unreadable-text", [patient(name=[{"family": "Wi\x00t"}])]),
    ("half a character", "unreadable-text", [patient(name=[{"family": "Wi\ud800t"}])]),
    (
        "reordering character",
        "bad-value",
        [patient(), stu3_directive(CPR, "NEE", consentingParty=[{"display": "G.\u202eX"}])],
    ),
    ("text that is a number", "bad-element", [patient(birthDate=1952)]),
    ("coding that is text", "bad-element", [patient(), stu3_directive(CPR, "NEE", category=["x"])]),
    ("not a number", "not-json", [patient(multipleBirthInteger=float("nan"))]),
    ("unfinished form", "no-patient", [demo_form() | {"status": "in-progress"}]),
    (
        "another questionnaire",
        "unknown-questionnaire",
        [demo_form() | {"questionnaire": {"reference": "Questionnaire/x"}}],
    ),
]


@pytest.mark.parametrize(("code", "documents"), [row[1:] for row in D7], ids=[row[0] for row in D7])
def test_hostile_documents_are_refused_whole(code: str, documents: list[Any]) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_pzp(documents)
    assert refused.value.code == code


def test_a_refusal_names_resource_and_address_of_the_modifier() -> None:
    with pytest.raises(ImportRefused, match=r"Consent/directive-89666000 .*\(urn:x\)"):
        read_pzp([patient(), with_modifier(stu3_directive(CPR, "NEE"))])


def test_a_circle_of_objects_is_too_deep() -> None:
    round_and_round: dict[str, Any] = patient()
    round_and_round["extension"] = [round_and_round]
    with pytest.raises(ImportRefused):
        read_pzp([round_and_round])


HARMLESS: list[tuple[str, dict[str, Any]]] = [
    ("narrative with a script", {"text": {"status": "generated", "div": "<div><script>alert(1)</script></div>"}}),
    ("a photo by address", {"photo": [{"url": "http://127.0.0.1:9/photo.png"}]}),
    ("saved in the future", {"meta": {"lastUpdated": "2099-01-01T00:00:00Z", "versionId": "7"}}),
    ("a decimal", {"extension": [{"url": "urn:x", "valueDecimal": Decimal("8.50")}]}),
    ("a reference to nowhere", {"managingOrganization": {"reference": "Organization/gone"}}),
]


@pytest.mark.parametrize("more", [row[1] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_does_no_harm_is_dropped(more: dict[str, Any]) -> None:
    reading = read_pzp([patient(**more), stu3_directive(CPR, "NEE")])
    assert len(reading.items) == 1
    assert "script" not in repr(reading)


def test_narrative_and_server_stamps_do_not_make_it_another_document() -> None:
    plain = read_pzp([patient()]).source_digest
    assert read_pzp([patient(**HARMLESS[0][1])]).source_digest == plain
    assert read_pzp([patient(meta={"lastUpdated": "2099-01-01T00:00:00Z"}), patient(meta={})]).source_digest
    assert read_pzp([patient(gender="female")]).source_digest != plain


BYTES: list[tuple[str, str, bytes]] = [
    ("xml", "not-json", b"<Patient xmlns='http://hl7.org/fhir'/>"),
    ("gzip", "not-json", gzip.compress(b"{}")),
    ("utf-16", "not-json", '{"a": 1}'.encode("utf-16")),
    ("20 MiB", "too-large", b" " * (20 * 1024 * 1024)),
    ("duplicate key", "duplicate-key", b'{"status": "active", "status": "entered-in-error"}'),
    ("duplicate key by escape", "duplicate-key", b'{"code": "JA", "c\\u006fde": "NEE"}'),
    ("NaN", "not-json", b'{"a": NaN}'),
    ("Infinity", "not-json", b"[-Infinity]"),
    ("100 000 brackets", "too-deep", b"[" * 100_000),
    ("33 deep", "too-deep", b"[" * 34 + b"]" * 34),
    ("a word", "not-json", b'"Patient"'),
    ("nothing", "not-json", b""),
    ("two documents", "not-json", b"{} {}"),
    ("null byte", "unreadable-text", b'{"a": "x\\u0000"}'),
    ("half a character", "unreadable-text", b'{"a": "\\ud800"}'),
    ("endless number", "not-json", b'{"a": ' + b"9" * 5000 + b"}"),
    ("endless decimal", "not-json", b'{"a": 1.' + b"9" * 5000 + b"}"),
]


@pytest.mark.parametrize(("code", "data"), [row[1:] for row in BYTES], ids=[row[0] for row in BYTES])
def test_bytes_that_are_no_plain_json_are_refused(code: str, data: bytes) -> None:
    with pytest.raises(ImportRefused) as refused:
        parse_json_strict(data)
    assert refused.value.code == code


def test_a_byte_order_mark_is_no_reason_to_refuse_and_precision_is_kept() -> None:
    assert parse_json_strict(b'\xef\xbb\xbf{"a": 8.50}') == {"a": Decimal("8.50")}
    assert str(parse_json_strict(b"[8.50]")[0]) == "8.50"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=15,
)


@settings(deadline=None)
@given(st.lists(JSON, max_size=3))
def test_any_json_is_read_or_refused(documents: list[Any]) -> None:
    with pytest.raises(ImportRefused):
        read_pzp(documents)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ImportRefused):
        assert isinstance(parse_json_strict(data), dict | list)


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(found for key, child in children for found in places(child, (*path, key)))]


def swapped(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied = dict(tree) if isinstance(tree, dict) else list(tree)
    copied[path[0]] = swapped(tree[path[0]], path[1:], value)
    return copied


SETS: list[list[Any]] = [
    [demo_form()],
    [patient(), stu3_directive(CPR, "NEE"), demo_form()],
    [patient(), r4_directive(CPR, None, "Ja, maar overdag"), r4_directive("32485007", "permit")],
    [
        patient(contact=[{"name": {"family": "Wit"}, "relationship": [{"coding": [{"code": "SONC"}]}]}]),
        {"resourceType": "Goal", "lifecycleStatus": "active", "description": {"coding": [{"code": "1"}]}},
        {"resourceType": "Encounter", "id": "e", "status": "finished", "participant": [{"individual": {}}]},
        {
            "resourceType": "Procedure",
            "status": "completed",
            "code": {"coding": [{"code": "713603004"}]},
            "encounter": {"reference": "Encounter/e"},
            "performer": [{"actor": {"reference": "PractitionerRole/r", "display": "x"}}],
        },
        {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/p"}},
        {"resourceType": "Practitioner", "id": "p", "name": [{"family": "Huisman"}]},
        {"resourceType": "DeviceUseStatement", "status": "active", "device": {"reference": "Device/d"}},
        {"resourceType": "Device", "id": "d", "type": {"coding": [{"code": "ICD"}]}},
        {
            "resourceType": "RelatedPerson",
            "id": "z",
            "name": [{"given": ["P"], "family": "Wit"}],
            "telecom": [{"value": "1"}],
        },
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"coding": [{"code": "395091006"}]},
            "dataAbsentReason": {"coding": [{"code": "x"}]},
        },
        {"resourceType": "Communication", "status": "completed", "topic": {"coding": [{"code": "223449006"}]}},
    ],
]


def test_the_sets_to_bend_are_readable_as_they_are() -> None:
    assert all(read_pzp(found).patient for found in SETS)


@settings(deadline=None, max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_element_replaced_by_anything_is_read_or_refused(data: st.DataObject) -> None:
    found = data.draw(st.sampled_from(SETS))
    path = data.draw(st.sampled_from(places(found)[1:]))
    bent = swapped(found, path, data.draw(JSON))
    try:
        reading = read_pzp(bent)
    except ImportRefused:
        return
    assert all(item.sentence_nl for item in reading.items)
    json.dumps([item.source_reference for item in reading.items])
