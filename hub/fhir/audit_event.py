"""De logging als FHIR R4 AuditEvent, in the patterns of IHE BALP, with every field that NEN 7513 demands.

What BALP has a place for stands there; what it has none for stands in extensions with the names of the Dutch NEN 7513
mapping (7.4.6 autorisatieprotocol, 7.4.7 behandelrelatieprotocol, 7.4.8 toestemmingsprofiel, law-and-care §2.1).
"""

import base64
from collections.abc import Sequence
from typing import Any

from hub.domain.audit import AuditEntry, AuditEvent, ChainedEntry

Resource = dict[str, Any]

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_AUDIT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_RESTFUL = "http://hl7.org/fhir/restful-interaction"
_OBJECT_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_SOURCE_TYPE = "http://terminology.hl7.org/CodeSystem/security-source-type"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
KRING = "https://kring.example/fhir"
_EVENT_SYSTEM = f"{KRING}/CodeSystem/audit-event"
_ROLE_SYSTEM = f"{KRING}/CodeSystem/role"
_ID_SYSTEM = f"{KRING}/NamingSystem/id"
_NEN = f"{KRING}/StructureDefinition/nen7513"
_SECURITY = ("110113", "Security Alert")
_SIGN_IN = ("110114", "User Authentication")
_RECORD = ("110110", "Patient Record")
_LOG_USED = ("110101", "Audit Log Used")
_RESTFUL_OF = {"C": "create", "R": "read", "U": "update", "D": "delete", "E": "operation"}
_BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit"
_PATTERN = {"C": "PatientCreate", "R": "PatientRead", "U": "PatientUpdate", "D": "PatientDelete", "E": "PatientQuery"}
_NOT_OF_A_RECORD = ("access.", "device.", "policy.", "person.")
_PURPOSES = {"TREAT": "treatment", "ETREAT": "Emergency Treatment", "PATRQT": "patient requested"}


def audit_event(item: ChainedEntry, observer: str) -> Resource:
    """One line of the log as an AuditEvent.

    :param observer: which system keeps this log (7.5.2), as its server name
    """
    entry = item.entry
    return {
        "resourceType": "AuditEvent",
        "id": f"seq-{item.seq}",
        "meta": {"profile": [_profile(entry)]} if entry.patient_id else {},
        "extension": _nen_extensions(item),
        "type": _coding(_AUDIT_TYPE if _is_rest(entry) else _DCM, *_type(entry)),
        "subtype": [
            _coding(_RESTFUL, _RESTFUL_OF[entry.event.action_code], _RESTFUL_OF[entry.event.action_code]),
            _coding(_EVENT_SYSTEM, entry.event.value, entry.event.title_nl),
        ],
        "action": entry.event.action_code,
        "recorded": entry.recorded_at.isoformat(timespec="microseconds"),
        "outcome": str(entry.outcome),
        "purposeOfEvent": [{"coding": [_coding(_ACT_REASON, entry.purpose, _PURPOSES.get(entry.purpose))]}],
        "agent": _agents(entry),
        "source": {
            "site": entry.organisation or observer,
            "observer": {"identifier": {"system": f"{KRING}/NamingSystem/log", "value": observer}},
            "type": [_coding(_SOURCE_TYPE, "4", "Application Server")],
        },
        "entity": _entities(entry),
    }


def bundle(items: Sequence[ChainedEntry], observer: str, *, nen7513: bool) -> Resource:
    """The lines as one collection; with ``nen7513`` each as the fields by their Dutch names as well."""
    events = [audit_event(item, observer) for item in items]
    if nen7513:
        for event, item in zip(events, items, strict=True):
            event["extension"] = [*event["extension"], *_named_fields(item, observer)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"{KRING}/AuditEvent/{event['id']}", "resource": event} for event in events],
    }


def nen7513_fields(item: ChainedEntry, observer: str) -> dict[str, str]:
    """Every field of NEN 7513 chapter 7 that this line has, by number and Dutch name."""
    entry = item.entry
    return {
        "7.2.1 gebeurteniscode": _type(entry)[0],
        "7.2.2 actiecode": entry.event.action_code,
        "7.2.3 datumTijd": entry.recorded_at.isoformat(timespec="microseconds"),
        "7.2.4 aardGebeurtenis": entry.event.value,
        "7.2.5 resultaat": str(entry.outcome),
        "7.3.1 gebruikersId": entry.user_id,
        "7.3.4 gebruikersrol": entry.user_role,
        "7.3.5 gebruikerIsInitiator": "ja" if entry.initiator == "person" else "nee",
        "7.3.6 verantwoordelijkeGebruikersId": entry.responsible_id,
        "7.3.8 verantwoordelijkeGebruikersrol": entry.user_role if entry.responsible_id == entry.user_id else "none",
        "7.3.9 toegangspuntType": entry.access_point,
        "7.4.1 identificatortype": entry.object_type,
        "7.4.3 identificator": entry.object_id,
        "7.4.5 details": entry.sections or "-",
        "7.4.6 autorisatieprotocol": entry.policy,
        "7.4.7 behandelrelatieprotocol": entry.relation_id or "geen",
        "7.4.8 toestemmingsprofiel": entry.consent_id or "geen",
        "7.4.12 zoekvraag": entry.correlation_id,
        "7.5.2 identificatieBron": observer,
        "noodprocedure": "ja" if entry.break_glass else "nee",
    }


def _type(entry: AuditEntry) -> tuple[str, str]:
    if _is_rest(entry):
        return "rest", "RESTful Operation"
    if entry.event is AuditEvent.SIGNED_IN:
        return _SIGN_IN
    if entry.event is AuditEvent.LOG_READ:
        return _LOG_USED
    return _SECURITY if entry.event.value.startswith(_NOT_OF_A_RECORD) else _RECORD


def _is_rest(entry: AuditEntry) -> bool:
    """What BALP's patient patterns describe: something was done with the record of a patient."""
    return bool(entry.patient_id) and entry.event.value.startswith(("dossier.", "consent.", "handover.", "emergency."))


def _profile(entry: AuditEntry) -> str:
    if entry.event is AuditEvent.CONSENT_RECORDED:
        return f"{_BALP}.AuthZconsent"
    return f"{_BALP}.{_PATTERN[entry.event.action_code]}"


def _agents(entry: AuditEntry) -> list[Resource]:
    """Who did it, who answers for it (7.3.6, always a person), and the component that carried it out."""
    user = _agent(entry.user_id, entry.user_role, requestor=True, kind=("IRCP", "information recipient"))
    user["policy"] = [f"{KRING}/policy/{entry.policy}"]
    user["network"] = {"address": entry.access_point, "type": "1"}
    responsible = _agent(entry.responsible_id, entry.user_role, requestor=False, kind=("RESP", "responsible party"))
    agents: list[Resource] = [user, responsible]
    if entry.initiator != "person":
        agents.append(
            {
                "type": {"coding": [_coding(_DCM, "110150", "Application")]},
                "who": {"identifier": {"system": f"{KRING}/NamingSystem/component", "value": entry.initiator}},
                "requestor": False,
            }
        )
    return agents


def _agent(person_id: str, role: str, *, requestor: bool, kind: tuple[str, str]) -> Resource:
    return {
        "type": {"coding": [_coding(_PARTICIPATION, *kind)]},
        "role": [{"coding": [_coding(_ROLE_SYSTEM, role)]}],
        "who": {"identifier": {"system": _ID_SYSTEM, "value": person_id}},
        "requestor": requestor,
    }


def _entities(entry: AuditEntry) -> list[Resource]:
    entities: list[Resource] = []
    if entry.patient_id:
        entities.append(
            {
                "what": {"identifier": {"system": _ID_SYSTEM, "value": entry.patient_id}},
                "type": _coding(_OBJECT_TYPE, "1", "Person"),
                "role": _coding(_OBJECT_ROLE, "1", "Patient"),
            }
        )
    data: Resource = {
        "what": {"identifier": {"system": f"{_ID_SYSTEM}/{entry.object_type}", "value": entry.object_id}},
        "type": _coding(_OBJECT_TYPE, "2", "System Object"),
        "role": _coding(_OBJECT_ROLE, "4", "Domain Resource"),
    }
    if entry.sections:
        data["detail"] = [{"type": "sections", "valueString": entry.sections}]
    entities.append(data)
    if entry.event.action_code in "RE":
        query = base64.b64encode(f"{entry.correlation_id} {entry.detail}".encode()).decode()
        entities.append(
            {
                "what": {"identifier": {"system": f"{_ID_SYSTEM}/request", "value": entry.correlation_id}},
                "type": _coding(_OBJECT_TYPE, "2", "System Object"),
                "role": _coding(_OBJECT_ROLE, "24", "Query"),
                "query": query,
            }
        )
    if entry.consent_id:
        entities.append(
            {
                "what": {"identifier": {"system": f"{_ID_SYSTEM}/consent", "value": entry.consent_id}},
                "type": _coding(_OBJECT_TYPE, "2", "System Object"),
                "role": _coding(_OBJECT_ROLE, "4", "Domain Resource"),
            }
        )
    return entities


def _nen_extensions(item: ChainedEntry) -> list[Resource]:
    entry = item.entry
    return [
        {"url": f"{_NEN}/autorisatieprotocol", "valueString": entry.policy},
        {"url": f"{_NEN}/behandelrelatieprotocol", "valueString": entry.relation_id or "geen"},
        {"url": f"{_NEN}/toestemmingsprofiel", "valueString": entry.consent_id or "geen"},
        {"url": f"{_NEN}/noodprocedure", "valueBoolean": entry.break_glass},
        {"url": f"{KRING}/StructureDefinition/log-hash", "valueString": item.hash},
    ]


def _named_fields(item: ChainedEntry, observer: str) -> list[Resource]:
    fields = nen7513_fields(item, observer).items()
    inner = [{"url": name.partition(" ")[2] or name, "valueString": value} for name, value in fields if value]
    return [{"url": f"{_NEN}/logregel", "extension": inner}]


def _coding(system: str, code: str, display: str | None = None) -> Resource:
    return {"system": system, "code": code} | ({"display": display} if display else {})
