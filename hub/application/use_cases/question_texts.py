"""What is said about questions. ``words``: the translator of who hears it; what several people hear is Dutch."""

from collections.abc import Callable
from datetime import datetime

from hub.domain.ladder import Rung, Who, filled
from hub.domain.people import Person
from hub.domain.question_watch import Question, in_office_hours, term_nl
from hub.domain.vocabulary import Role
from hub.domain.working_days import AMSTERDAM

Say = Callable[[str], str]


def dutch(text: str) -> str:
    return text


def named(person: Person, role: Role | None) -> str:
    """``Samira Bakker (thuiszorg)``: as the asker knows who that is."""
    return f"{person.name.full} ({(role or person.role).title_nl})"


def term_said(moment: datetime, now: datetime, words: Say = dutch) -> str:
    """As :func:`hub.domain.question_watch.term_nl`; in another language a day is a date without doubt."""
    if words is dutch or words("vandaag voor %(hour)s uur") == "vandaag voor %(hour)s uur":
        return term_nl(moment, now)
    local, today = moment.astimezone(AMSTERDAM), now.astimezone(AMSTERDAM).date()
    hour = {"hour": f"{local:%H:%M}", "day": local.date().isoformat()}
    if local.date() == today:
        return words("vandaag voor %(hour)s uur") % hour
    return words("op %(day)s voor %(hour)s uur") % hour


def standard(who: Who, *, first: bool, words: Say) -> str:
    """The words of a rung when the house has none of its own, with {wie}, {termijn} and {nummer}."""
    if who is Who.OUTSIDE:
        return words("Vraag {nummer}: nog geen antwoord. Kring waarschuwt nu ook iemand buiten Element om.")
    if first:
        return words("Vraag {nummer}: {wie} antwoordt {termijn}.")
    return words("Vraag {nummer}: nog geen antwoord; nu gevraagd aan {wie}. Antwoord komt {termijn}.")


def of_rung(rung: Rung, question: Question, who: str, now: datetime, *, first: bool, words: Say = dutch) -> str:
    text = rung.text or standard(rung.who, first=first, words=words)
    return filled(text, who=who, term=term_said(question.term_at, now, words), number=question.number)


def call_now(gp_post_phone: str | None, now: datetime, words: Say = dutch) -> str:
    """Who to call instead of waiting; empty in office hours, when somebody answers soon."""
    if in_office_hours(now):
        return ""
    post = words("de huisartsenpost")
    if gp_post_phone:
        post = words("de huisartsenpost, tel. %(phone)s") % {"phone": gp_post_phone}
    return words("Nu leest hier niemand mee. Kan het niet wachten? Bel %(post)s; bij levensgevaar 112.") % {
        "post": post
    }


def nobody_left(number: int, words: Say = dutch) -> str:
    said = words(
        "Vraag %(number)s: nog geen antwoord, en iedereen op de ladder is gevraagd. Ik waarschuw de coach en het team "
        "opnieuw. Wacht niet op Kring: bel de huisarts, of buiten kantoortijd de huisartsenpost."
    )
    return said % {"number": number}


def answered(number: int, by: str, words: Say = dutch) -> str:
    said = words("Vraag %(number)s: beantwoord door %(who)s. Klopt dat niet? Typ: !nog niet %(number)s")
    return said % {"number": number, "who": by}


def owner_is_told(question: Question, asker: str, text: str | None, now: datetime, words: Say = dutch) -> str:
    """In the owner's own room. ``text``: None when the owner may not read such things."""
    head = words("# Vraag %(number)s is voor u") % {"number": question.number}
    said = f"«{text}»" if text is not None else words("De tekst mag ik u niet laten lezen; vraag het zelf.")
    term = words("Antwoord %(term)s.") % {"term": term_said(question.term_at, now, words)}
    how = words("Beantwoord in de kamer, of typ: !antwoord %(number)s <tekst>. Gebeld? Typ: !beantwoord %(number)s")
    return "\n".join((head, f"{asker}: {said}", term, how % {"number": question.number}))


def urgent_for_carer(question: Question, asker: Person, role: Role | None, text: str | None, words: Say = dutch) -> str:
    """For owner and lead, when somebody wrote acute words. No term, and nobody hears one."""
    head = words("# Acuut: %(who)s schreef iets dat niet kan wachten") % {"who": named(asker, role)}
    said = f"«{text}»" if text is not None else words("De tekst mag ik u niet laten lezen.")
    phone = asker.phone or words("het nummer dat u heeft")
    how = words("Vraag %(number)s. Bel nu: %(phone)s. Gesproken? Typ: !beantwoord %(number)s")
    return "\n".join((head, said, how % {"number": question.number, "phone": phone}))


def alarm(question: Question, asker: str, words: Say = dutch) -> str:
    said = words(
        "# Let op: vraag %(number)s heeft geen antwoord\n"
        "Gevraagd door %(asker)s. Iedereen op de ladder is gevraagd. Wie dit leest en antwoord heeft: antwoord in de "
        "kamer, of bel en typ: !beantwoord %(number)s"
    )
    return said % {"number": question.number, "asker": asker}


def passed_to_you(question: Question, asker: str, now: datetime, words: Say = dutch) -> str:
    """To who gets it from somebody who left or is away."""
    said = words(
        "# Vraag %(number)s is nu voor u\n"
        "Gesteld door %(asker)s. Lees de vraag met: !vragen\n"
        "Antwoord %(term)s. Beantwoord in de kamer, of typ: !antwoord %(number)s <tekst>"
    )
    return said % {"number": question.number, "asker": asker, "term": term_said(question.term_at, now, words)}


def passed_on(question: Question, to: str, now: datetime, words: Say = dutch) -> str:
    said = words("Vraag %(number)s is nu bij %(who)s. Antwoord komt %(term)s.")
    return said % {"number": question.number, "who": to, "term": term_said(question.term_at, now, words)}
