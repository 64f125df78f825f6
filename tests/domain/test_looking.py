"""Who looked, person by person, from the lines of the log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.audit import AuditEntry, AuditEvent, ChainedEntry
from hub.domain.looking import Why, case_of, is_look, lookers, why
from hub.domain.vocabulary import Purpose, Role, Section

MORNING = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def entry(**more: object) -> AuditEntry:
    """Gerda reads in S5."""
    plain = AuditEntry(
        event=AuditEvent.ENTRY_READ,
        recorded_at=MORNING,
        outcome=0,
        user_id="per-gerda",
        user_role=Role.GP.value,
        responsible_id="per-gerda",
        initiator="person",
        access_point="portal",
        organisation="Praktijk De Brug",
        patient_id="pat-anna",
        object_type="dossier",
        object_id="pat-anna",
        sections="S5",
        purpose=Purpose.TREAT.value,
        policy="v:gp-read",
        relation_id=None,
        consent_id=None,
        break_glass=False,
        correlation_id="c",
        detail="entries=1",
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def log(*entries: AuditEntry) -> list[ChainedEntry]:
    return [ChainedEntry(seq, one, "0", "0") for seq, one in enumerate(entries, 1)]


def test_who_used_the_emergency_procedure_stands_first_and_who_was_only_refused_last() -> None:
    found = lookers(
        log(
            entry(user_id="per-wim", event=AuditEvent.REFUSED, outcome=4, user_role="none"),
            entry(recorded_at=MORNING + timedelta(hours=3)),
            entry(
                user_id="per-hap", user_role=Role.LOCUM.value, break_glass=True, sections="",
                event=AuditEvent.EMERGENCY_SET_READ, purpose=Purpose.ETREAT.value,
            ),
            entry(user_id="per-samira", recorded_at=MORNING + timedelta(hours=1)),
        )
    )  # fmt: skip
    assert [one.person_id for one in found] == ["per-hap", "per-gerda", "per-samira", "per-wim"]
    assert (found[0].by_emergency, found[0].looks, found[0].why) == (True, 1, (Why.EMERGENCY,))
    assert (found[-1].looks, found[-1].refused) == (0, 1)


def test_being_let_in_or_signing_in_is_no_look() -> None:
    assert lookers(log(entry(event=AuditEvent.MEMBER_ADMITTED), entry(event=AuditEvent.SIGNED_IN))) == []


def test_a_look_that_was_refused_is_none() -> None:
    assert not is_look(entry(outcome=4))


def test_the_reason_is_role_purpose_and_case() -> None:
    assert why(entry()) is Why.TREATING
    assert why(entry(user_role="relative")) is Why.CONSENT
    assert why(entry(user_role="administrator")) is Why.OPERATION
    assert why(entry(user_role="privacy_officer")) is Why.CONTROL
    assert why(entry(user_role="privacy_officer", detail="entries=1;case=cas-0123456789abcdef")) is Why.CASE
    assert case_of("entries=1;case=cas-0123456789abcdef") == "cas-0123456789abcdef"
    assert case_of("showcase=cas-0123456789abcdef") is None


PEOPLE = st.sampled_from(["per-a", "per-b", "per-c"])
ENTRIES = st.lists(
    st.builds(
        lambda person, event, minutes, sections, refused: entry(
            user_id=person,
            event=event,
            recorded_at=MORNING + timedelta(minutes=minutes),
            sections=",".join(section.value for section in Section if section in sections),
            outcome=4 if refused else 0,
        ),
        PEOPLE,
        st.sampled_from([AuditEvent.ENTRY_READ, AuditEvent.ENTRY_RECORDED, AuditEvent.REFUSED, AuditEvent.LOG_READ]),
        st.integers(0, 10_000),
        st.sets(st.sampled_from(list(Section))),
        st.booleans(),
    ),
    max_size=30,
)


@given(ENTRIES)
def test_every_planted_look_is_counted_for_its_person_once(entries: list[AuditEntry]) -> None:
    """LAW-09: planted reads all appear."""
    found = {one.person_id: one for one in lookers(log(*entries))}
    for person in ("per-a", "per-b", "per-c"):
        planted = [one for one in entries if one.user_id == person and is_look(one)]
        if not planted:
            assert person not in found or found[person].looks == 0
            continue
        assert found[person].looks == len(planted)
        assert found[person].last == max(one.recorded_at for one in planted)
        assert {section.value for section in found[person].sections} == {
            name for one in planted for name in one.sections.split(",") if name
        }
