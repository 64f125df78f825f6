"""``kring person add``, ``kring patient add``."""

from datetime import date
from typing import Any

from hub.admin.asking import Question, administrator_context
from hub.application.use_cases import people
from hub.application.use_cases.people import Account, Accounts
from hub.bootstrap import Hub
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import Bsn
from hub.domain.people import PersonName
from hub.domain.vocabulary import Role
from hub.texts import DUTCH, LANGUAGES


async def person_add(hub: Hub, accounts: Accounts, question: Question) -> dict[str, Any]:
    role = question.text("role")
    if role not in set(Role):
        raise CommandRejected("bad-role", "De rol moet een van deze zijn: %(names)s.", {"names": ", ".join(Role)})
    language = question.optional("language") or DUTCH
    if language not in LANGUAGES:
        raise CommandRejected(
            "bad-language", "De taal moet een van deze zijn: %(names)s.", {"names": ", ".join(LANGUAGES)}
        )
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
    person, account = await people.add_person(
        hub.transactions,
        accounts,
        context,
        role=Role(role),
        name=PersonName(question.text("given_name").strip(), question.text("family_name").strip()),
        organisation=question.optional("organisation"),
        evidence=question.optional("evidence"),
        language=language,
        phone=question.optional("phone"),
    )
    return {"person": person.id, "matrix_id": account.matrix_id} | _login(account)


async def patient_add(hub: Hub, accounts: Accounts, question: Question) -> dict[str, Any]:
    try:
        birth_date = date.fromisoformat(question.text("birth_date"))
    except ValueError as error:
        raise CommandRejected("bad-birth-date", "Schrijf de geboortedatum als JJJJ-MM-DD.") from error
    bsn = question.optional("bsn")
    async with hub.transactions() as unit:
        context = await administrator_context(unit, question)
    patient, person, account = await people.add_patient(
        hub.transactions,
        accounts,
        context,
        name=PersonName(question.text("given_name").strip(), question.text("family_name").strip()),
        birth_date=birth_date,
        bsn=Bsn(bsn) if bsn else None,
        another=question.flag("another_person"),
        ask_first=hub.settings.distinct_patients,
    )
    answer = {"patient": patient.id, "person": person.id, "matrix_id": account.matrix_id} | _login(account)
    async with hub.transactions() as unit:
        others = await people.alike(unit, patient)
    if others and not question.flag("another_person"):
        circles = ", ".join(f"Kring {one.pseudonym}" for one in others)
        answer["warning"] = (
            f"Let op: dit kan dezelfde patiënt zijn als in {circles} (zelfde BSN, of zelfde naam en geboortedatum). "
            "Controleer het met een legitimatiebewijs voordat u iets vastlegt."
        )
    return answer


def _login(account: Account) -> dict[str, Any]:
    if account.password is None:
        return {}
    return {"login": {"user": account.user, "password": account.password}}
