"""What the bot says about handovers. Contents of the dossier are in none of these."""

from datetime import datetime

from hub.domain.handover import Handover
from hub.domain.spoken import Spoken, joined, phrase
from hub.domain.working_days import AMSTERDAM


def clock_of(moment: datetime) -> Spoken:
    """``3-11-2026 om 14.00 uur``."""
    local = moment.astimezone(AMSTERDAM)
    day, clock = f"{local.day}-{local.month}-{local.year}", f"{local.hour}.{local.minute:02}"
    return phrase("%(day)s om %(clock)s uur", day=day, clock=clock)


def named(handover: Handover) -> Spoken:
    """``Overdracht 3 naar hospice``."""
    return phrase("Overdracht %(number)s %(moment)s", number=handover.number, moment=handover.moment)


def stays_open(handover: Handover, receiver: str | None) -> Spoken:
    to = phrase(" voor %(receiver)s", receiver=receiver) if receiver else ""
    return phrase(
        "%(named)s%(to)s staat open tot %(receiver)s zegt: !ontvangen %(number)s",
        named=named(handover),
        to=to,
        receiver=receiver or phrase("een zorgverlener"),
        number=handover.number,
    )


def please_receive(handover: Handover, sender: str) -> Spoken:
    """Under the text that the receiver gets."""
    return phrase(
        "Ontvangt u deze overdracht? Typ: !ontvangen %(number)s. Iets onduidelijk? Typ: !terugvragen %(number)s en uw "
        "vraag. Tot u ontvangt, blijft %(sender)s verantwoordelijk.",
        number=handover.number,
        sender=sender,
    )


def patients_words(words: str) -> Spoken:
    return phrase("# Eigen woorden van de patiënt\n- %(words)s", words=words)


def preview(handover: Handover, sender: Spoken, until: datetime) -> Spoken:
    """Above the text that the patient gets."""
    return phrase(
        "# Dit wil %(sender)s over u overdragen (%(moment)s)\nU kunt het eerst lezen. Klopt het? Typ: !overdracht "
        "%(number)s goed. Wilt u er zelf iets bij zeggen? Typ: !overdracht %(number)s eigen woorden: en dan wat u "
        "wilt zeggen. Uw woorden gaan mee. Zegt u niets, dan gaat de overdracht op %(until)s door. U hoeft niets te "
        "doen.",
        sender=sender,
        moment=handover.moment,
        number=handover.number,
        until=clock_of(until),
    )


def patient_reads(handover: Handover, until: datetime) -> Spoken:
    """To the sender, when the patient reads it first."""
    return phrase(
        "%(named)s is getekend. De patiënt leest eerst mee. De overdracht gaat door zodra de patiënt antwoordt, en "
        "anders op %(moment)s. Kan het niet wachten? Typ: !overdracht %(number)s spoed",
        named=named(handover),
        moment=clock_of(until),
        number=handover.number,
    )


def signed(handover: Handover, code: str) -> Spoken:
    return phrase(
        "%(named)s is getekend met code %(code)s. Ik breng de overdracht nu naar de ontvanger.",
        named=named(handover),
        code=code,
    )


def thanks(handover: Handover) -> Spoken:
    """To the patient."""
    return phrase("Dank u wel. %(named)s gaat nu door.", named=named(handover))


def asked_back(handover: Handover, receiver: str, question: str) -> Spoken:
    return phrase(
        "# %(receiver)s vraagt iets over overdracht %(number)s\n- %(question)s\nAntwoord met: !overdracht %(number)s "
        "antwoord: en dan uw antwoord. Tot de ander ontvangt, blijft u verantwoordelijk.",
        receiver=receiver,
        number=handover.number,
        question=question,
    )


def answered(handover: Handover, sender: str, question: str, answer: str) -> Spoken:
    return phrase(
        "# Antwoord van %(sender)s bij overdracht %(number)s\n- Uw vraag: %(question)s\n- Antwoord: "
        "%(answer)s\nOntvangt u nu? Typ: !ontvangen %(number)s",
        sender=sender,
        number=handover.number,
        question=question,
        answer=answer,
    )


def read_back(handover: Handover, receiver: str, said: str) -> Spoken:
    """To the sender, when it was received."""
    line = phrase(
        "%(receiver)s heeft overdracht %(number)s ontvangen en is nu verantwoordelijk.",
        receiver=receiver,
        number=handover.number,
    )
    return joined((line, phrase("- Teruggelezen: %(said)s", said=said))) if said else line


def late_to_sender(handover: Handover, receiver: str | None) -> Spoken:
    who = receiver or phrase("Niemand")
    return phrase(
        "# Overdracht %(number)s is nog niet ontvangen\n%(who)s heeft nog niet ontvangen. U blijft verantwoordelijk. "
        "Bel de ontvanger. Lukt dat niet, maak dan een overdracht aan iemand anders en typ: !overdracht %(number)s "
        "intrekken",
        number=handover.number,
        who=who,
    )


def late_to_receiver(handover: Handover, sender: str) -> Spoken:
    return phrase(
        "# Er wacht een overdracht op u: nummer %(number)s\n%(sender)s droeg over (%(moment)s) en wacht op u. Typ: "
        "!ontvangen %(number)s. Iets onduidelijk? Typ: !terugvragen %(number)s en uw vraag.",
        number=handover.number,
        sender=sender,
        moment=handover.moment,
    )


def forgotten_draft(handover: Handover) -> Spoken:
    return phrase(
        "# Uw concept van overdracht %(number)s is nog niet getekend\nEr is nog niets overgedragen. Lezen en tekenen: "
        "!overdracht %(number)s lees. Niet meer nodig? Typ: !overdracht %(number)s intrekken",
        number=handover.number,
    )


def task_for_lead(handover: Handover, sender: str, receiver: str | None) -> Spoken:
    to = phrase(" aan %(receiver)s", receiver=receiver) if receiver else ""
    return phrase(
        "Overdracht %(number)s %(moment)s%(to)s is niet op tijd ontvangen. Bel %(sender)s en spreek af wie ontvangt.",
        number=handover.number,
        moment=handover.moment,
        to=to,
        sender=sender,
    )


def withdrawn(handover: Handover, sender: str) -> Spoken:
    return phrase(
        "%(sender)s trok overdracht %(number)s %(moment)s in. U hoeft niets meer te doen.",
        sender=sender,
        number=handover.number,
        moment=handover.moment,
    )


def access_ends(day: str) -> Spoken:
    return phrase(
        "# Uw toegang tot deze kring eindigt op %(day)s\nDat is afgesproken bij uw overdracht. Wilt u een afschrift "
        "van wat u zelf vastlegde? Typ voor die tijd: !bijdragen. Klopt de dag niet? Vraag het de coach.",
        day=day,
    )


def access_cannot_end(day: str) -> Spoken:
    return phrase(
        "# Uw toegang kan nog niet eindigen\nAfgesproken was %(day)s. Maar u heeft hier nog de regie, een taak of een "
        "overdracht die niet is ontvangen. Draag die eerst over. Ik kijk er elke dag opnieuw naar.",
        day=day,
    )
