"""What stands beside the plan and has no place in it: views of relatives, the patient's own statements, who did what.

None of it carries a code or a profile of PZP, so that no reader takes a son's wish for his mother's.
"""

from hub.domain.dossier import Entry
from hub.domain.entries import sentence_nl
from hub.domain.wishes import PreferredPlaceOfDeath
from hub.fhir.export.gathering import Item, sentences_of
from hub.fhir.export.people import People
from hub.fhir.export.writing import Desk, Json, instant, narrative

RELATIVE_VIEW = "Mening van een naaste; NIET de wens van de patiënt"
OWN_STATEMENT = "Eigen verklaring van de patiënt"
CONTESTED = "Tegenstrijdige afspraken die niet zijn uitgepraat"
STALE = "Afspraak is mogelijk verouderd"
_OPERATIONS = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_PARTS = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def write_view(desk: Desk, people: People, item: Item) -> None:
    """A relative's view of the place of death → Communication in words, from that relative as far as we know them."""
    value: PreferredPlaceOfDeath = item.value
    sender = people.known(value.viewed_by or "") or {"display": f"{value.viewed_by} (naaste)"}
    made = desk.of_item("Communication", item, None)
    made |= _communication(desk, RELATIVE_VIEW, sender, item.entry, sentence_nl(value), [])
    desk.put(made)


def write_statements(desk: Desk, people: People, item: Item) -> None:
    """Each statement → Communication of who said it, about the resources of that entry (BW 7:454 lid 2)."""
    for said in item.statements:
        name = f"statement/{said.ref}"
        made = desk.start("Communication", name, None)
        made["text"] = narrative(sentences_of(Item(said), desk.people))
        about = desk.places.get(item.key, [])
        made |= _communication(desk, OWN_STATEMENT, people.author(said), said, said.value.text, about)
        desk.put(made)


def _communication(desk: Desk, what: str, sender: Json, entry: Entry, words: str, about: list[Json]) -> Json:
    made: Json = {
        "status": "completed",
        "category": [{"text": what}],
        "subject": desk.subject,
        "sender": sender,
        "sent": instant(entry.recorded_at),
        "payload": [{"contentString": words}],
    }
    if about:
        # STU3 calls "about" its topic.
        made["topic" if desk.stu3 else "about"] = about
    return made


def write_warnings(desk: Desk, items: list[Item]) -> None:
    """Contested and stale agreements → DetectedIssue: for machines what the narrative says to people."""
    for item in items:
        here = desk.places.get(item.key, [])
        if item.against is not None and item.against.version < item.entry.version:
            other = next((i for i in items if i.entry.ref == item.entry.ref and i.key != item.key), None)
            both = here + (desk.places.get(other.key, []) if other else [])
            _issue(desk, f"contested/{item.key}", CONTESTED, both, sentences_of(item, desk.people)[0])
        for beside in item.beside:
            pair = next((i for i in items if i.entry.ref == beside.ref), None)
            # Of two that point at each other one issue.
            if pair is not None and (str(item.entry.ref) < str(beside.ref) or item.entry not in pair.beside):
                told = f"{sentence_nl(item.value)} {sentence_nl(beside.value)}"
                _issue(desk, f"beside/{item.key}/{pair.key}", CONTESTED, here + desk.places.get(pair.key, []), told)
        if item.stale is not None and here:
            _issue(desk, f"stale/{item.key}", STALE, here, item.stale)


def _issue(desk: Desk, name: str, what: str, about: list[Json], detail: str) -> None:
    made = desk.start("DetectedIssue", name, None)
    made["text"] = narrative([f"{what}: {detail}"])
    made |= {"status": "final", "patient": desk.subject, "implicated": about, "detail": detail}
    made["category" if desk.stu3 else "code"] = {"text": what}
    desk.put(made)


def write_provenance(desk: Desk, people: People, item: Item) -> None:
    """Who wrote it, who put it in force, and why it was put in the place of something wrong (AVG 16)."""
    targets, entry = desk.places.get(item.key, []), item.entry
    if not targets:
        return
    made = desk.start("Provenance", item.key, None)
    reason = item.mended.reason if item.mended else None
    operation = "UPDATE" if entry.version > 1 else "CREATE"
    agents = [("author", people.author(entry))]
    second = people.confirmer(entry)
    agents += [("verifier", second)] if second else []
    made |= {"target": targets, "recorded": instant(entry.recorded_at)}
    if desk.stu3:
        made["reason"] = [{"display": f"hersteld: {reason}"}] if reason else []
        made["activity"] = {"system": _OPERATIONS, "code": operation}
        made["agent"] = [{"role": [_part(part)], "whoReference": who} for part, who in agents]
    else:
        made["reason"] = [{"text": f"hersteld: {reason}"}] if reason else []
        made["activity"] = {"coding": [{"system": _OPERATIONS, "code": operation}]}
        made["agent"] = [{"type": _part(part), "who": who} for part, who in agents]
    desk.put(made)


def _part(code: str) -> Json:
    return {"coding": [{"system": _PARTS, "code": code}]}
