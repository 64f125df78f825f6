"""What is said about questions: to the asker, to who must answer, and to who must know that nobody did."""

from datetime import datetime

from hub.domain.ladder import Rung, Who, filled
from hub.domain.people import Person
from hub.domain.question_watch import Question, in_office_hours, term_said
from hub.domain.spoken import Spoken, joined, phrase, verbatim
from hub.domain.vocabulary import Role


def named(person: Person, role: Role | None) -> Spoken:
    """``Samira Bakker (thuiszorg)``: as the asker knows who that is."""
    return verbatim("%(name)s (%(title)s)", name=person.name.full, title=phrase((role or person.role).title_nl))


def standard(
    who: Who,
    *,
    first: bool,
    owner: Spoken | str = "{wie}",
    term: Spoken | str = "{termijn}",
    number: int | str = "{nummer}",
) -> Spoken:
    """The words of a rung when the house has none of its own; without facts with their places, as a house writes it."""
    if who is Who.OUTSIDE:
        return phrase(
            "Vraag %(number)s: nog geen antwoord. Kring waarschuwt nu ook iemand buiten Element om.", number=number
        )
    if first:
        return phrase("Vraag %(number)s: %(who)s antwoordt %(term)s.", number=number, who=owner, term=term)
    return phrase(
        "Vraag %(number)s: nog geen antwoord; nu gevraagd aan %(who)s. Antwoord komt %(term)s.",
        number=number,
        who=owner,
        term=term,
    )


def of_rung(rung: Rung, question: Question, who: Spoken, now: datetime, *, first: bool) -> Spoken:
    """The words of the house are its own, in its own language."""
    term = term_said(question.term_at, now)
    if rung.text:
        return verbatim(filled(rung.text, who=who.dutch, term=term.dutch, number=question.number))
    return standard(rung.who, first=first, owner=who, term=term, number=question.number)


def call_now(gp_post_phone: str | None, now: datetime) -> tuple[Spoken, ...]:
    """Who to call instead of waiting; nothing in office hours, when somebody answers soon."""
    if in_office_hours(now):
        return ()
    post = phrase("de huisartsenpost")
    if gp_post_phone:
        post = phrase("de huisartsenpost, tel. %(phone)s", phone=gp_post_phone)
    return (phrase("Nu leest hier niemand mee. Kan het niet wachten? Bel %(post)s; bij levensgevaar 112.", post=post),)


def nobody_left(number: int) -> Spoken:
    return phrase(
        "Vraag %(number)s: nog geen antwoord, en iedereen op de ladder is gevraagd. Ik waarschuw de coach en het team "
        "opnieuw. Wacht niet op Kring: bel de huisarts, of buiten kantoortijd de huisartsenpost.",
        number=number,
    )


def answered(number: int, by: Spoken) -> Spoken:
    return phrase(
        "Vraag %(number)s: beantwoord door %(who)s. Klopt dat niet? Typ: !nog niet %(number)s", number=number, who=by
    )


def owner_is_told(question: Question, asker: Spoken, text: str | None, now: datetime) -> Spoken:
    """In the owner's own room. ``text``: None when the owner may not read such things."""
    number = question.number
    said = _quoted(text) or phrase("De tekst mag ik u niet laten lezen; vraag het zelf.")
    return joined(
        (
            phrase("# Vraag %(number)s is voor u", number=number),
            verbatim("%(asker)s: %(said)s", asker=asker, said=said),
            phrase("Antwoord %(term)s.", term=term_said(question.term_at, now)),
            phrase(
                "Beantwoord in de kamer, of typ: !antwoord %(number)s <tekst>. Gebeld? Typ: !beantwoord %(number)s",
                number=number,
            ),
        )
    )


def urgent_for_carer(question: Question, asker: Person, role: Role | None, text: str | None) -> Spoken:
    """For owner and lead, when somebody wrote acute words. No term, and nobody hears one."""
    phone = asker.phone or phrase("het nummer dat u heeft")
    return joined(
        (
            phrase("# Acuut: %(who)s schreef iets dat niet kan wachten", who=named(asker, role)),
            _quoted(text) or phrase("De tekst mag ik u niet laten lezen."),
            phrase(
                "Vraag %(number)s. Bel nu: %(phone)s. Gesproken? Typ: !beantwoord %(number)s",
                number=question.number,
                phone=phone,
            ),
        )
    )


def alarm(question: Question, asker: Spoken) -> Spoken:
    return phrase(
        "# Let op: vraag %(number)s heeft geen antwoord\n"
        "Gevraagd door %(asker)s. Iedereen op de ladder is gevraagd. Wie dit leest en antwoord heeft: antwoord in de "
        "kamer, of bel en typ: !beantwoord %(number)s",
        number=question.number,
        asker=asker,
    )


def passed_to_you(question: Question, asker: Spoken, now: datetime) -> Spoken:
    """To who gets it from somebody who left or is away."""
    return phrase(
        "# Vraag %(number)s is nu voor u\n"
        "Gesteld door %(asker)s. Lees de vraag met: !vragen\n"
        "Antwoord %(term)s. Beantwoord in de kamer, of typ: !antwoord %(number)s <tekst>",
        number=question.number,
        asker=asker,
        term=term_said(question.term_at, now),
    )


def passed_on(question: Question, to: Spoken, now: datetime) -> Spoken:
    return phrase(
        "Vraag %(number)s is nu bij %(who)s. Antwoord komt %(term)s.",
        number=question.number,
        who=to,
        term=term_said(question.term_at, now),
    )


def _quoted(text: str | None) -> Spoken | None:
    return verbatim(f"«{text}»") if text is not None else None
