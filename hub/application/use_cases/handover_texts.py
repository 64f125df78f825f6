"""What the bot says about handovers, in Dutch. Contents of the dossier are in none of these."""

from datetime import datetime

from hub.domain.handover import Handover
from hub.domain.working_days import AMSTERDAM


def clock_nl(moment: datetime) -> str:
    """``3-11-2026 om 14.00 uur``."""
    local = moment.astimezone(AMSTERDAM)
    return f"{local.day}-{local.month}-{local.year} om {local.hour}.{local.minute:02} uur"


def named(handover: Handover) -> str:
    """``Overdracht 3 naar hospice``."""
    return f"Overdracht {handover.number} {handover.moment_nl}"


def stays_open(handover: Handover, receiver: str | None) -> str:
    to = f" voor {receiver}" if receiver else ""
    return f"{named(handover)}{to} staat open tot {receiver or 'een zorgverlener'} zegt: !ontvangen {handover.number}"


def please_receive(handover: Handover, sender: str) -> str:
    """Under the text that the receiver gets."""
    return (
        f"Ontvangt u deze overdracht? Typ: !ontvangen {handover.number}. Iets onduidelijk? Typ: !terugvragen "
        f"{handover.number} en uw vraag. Tot u ontvangt, blijft {sender} verantwoordelijk."
    )


def patients_words(words: str) -> str:
    return f"# Eigen woorden van de patiënt\n- {words}"


def preview(handover: Handover, sender: str, until: datetime) -> str:
    """Above the text that the patient gets."""
    return (
        f"# Dit wil {sender} over u overdragen ({handover.moment_nl})\n"
        f"U kunt het eerst lezen. Klopt het? Typ: !overdracht {handover.number} goed. Wilt u er zelf iets bij zeggen? "
        f"Typ: !overdracht {handover.number} eigen woorden: en dan wat u wilt zeggen. Uw woorden gaan mee. "
        f"Zegt u niets, dan gaat de overdracht op {clock_nl(until)} door. U hoeft niets te doen."
    )


def patient_reads(handover: Handover, until: datetime) -> str:
    """To the sender, when the patient reads it first."""
    return (
        f"{named(handover)} is getekend. De patiënt leest eerst mee. De overdracht gaat door zodra de patiënt "
        f"antwoordt, en anders op {clock_nl(until)}. Kan het niet wachten? Typ: !overdracht {handover.number} spoed"
    )


def signed(handover: Handover, code: str) -> str:
    return f"{named(handover)} is getekend met code {code}. Ik breng de overdracht nu naar de ontvanger."


def thanks(handover: Handover) -> str:
    """To the patient."""
    return f"Dank u wel. {named(handover)} gaat nu door."


def asked_back(handover: Handover, receiver: str, question: str) -> str:
    return (
        f"# {receiver} vraagt iets over overdracht {handover.number}\n- {question}\n"
        f"Antwoord met: !overdracht {handover.number} antwoord: en dan uw antwoord. "
        "Tot de ander ontvangt, blijft u verantwoordelijk."
    )


def answered(handover: Handover, sender: str, question: str, answer: str) -> str:
    return (
        f"# Antwoord van {sender} bij overdracht {handover.number}\n- Uw vraag: {question}\n- Antwoord: {answer}\n"
        f"Ontvangt u nu? Typ: !ontvangen {handover.number}"
    )


def read_back(handover: Handover, receiver: str, said: str) -> str:
    """To the sender, when it was received."""
    line = f"{receiver} heeft overdracht {handover.number} ontvangen en is nu verantwoordelijk."
    return f"{line}\n- Teruggelezen: {said}" if said else line


def late_to_sender(handover: Handover, receiver: str | None) -> str:
    who = receiver or "Niemand"
    return (
        f"# Overdracht {handover.number} is nog niet ontvangen\n"
        f"{who} heeft nog niet ontvangen. U blijft verantwoordelijk. Bel de ontvanger. Lukt dat niet, maak dan een "
        f"overdracht aan iemand anders en typ: !overdracht {handover.number} intrekken"
    )


def late_to_receiver(handover: Handover, sender: str) -> str:
    return (
        f"# Er wacht een overdracht op u: nummer {handover.number}\n"
        f"{sender} droeg over ({handover.moment_nl}) en wacht op u. Typ: !ontvangen {handover.number}. Iets "
        f"onduidelijk? Typ: !terugvragen {handover.number} en uw vraag."
    )


def forgotten_draft(handover: Handover) -> str:
    return (
        f"# Uw concept van overdracht {handover.number} is nog niet getekend\n"
        f"Er is nog niets overgedragen. Lezen en tekenen: !overdracht {handover.number} lees. Niet meer nodig? Typ: "
        f"!overdracht {handover.number} intrekken"
    )


def task_for_lead(handover: Handover, sender: str, receiver: str | None) -> str:
    to = f" aan {receiver}" if receiver else ""
    return (
        f"Overdracht {handover.number} {handover.moment_nl}{to} is niet op tijd ontvangen. "
        f"Bel {sender} en spreek af wie ontvangt."
    )


def withdrawn(handover: Handover, sender: str) -> str:
    return f"{sender} trok overdracht {handover.number} {handover.moment_nl} in. U hoeft niets meer te doen."


def access_ends(day: str) -> str:
    return (
        f"# Uw toegang tot deze kring eindigt op {day}\n"
        "Dat is afgesproken bij uw overdracht. Wilt u een afschrift van wat u zelf vastlegde? Typ voor die tijd: "
        "!bijdragen. Klopt de dag niet? Vraag het de coach."
    )


def access_cannot_end(day: str) -> str:
    return (
        f"# Uw toegang kan nog niet eindigen\n"
        f"Afgesproken was {day}. Maar u heeft hier nog de regie, een taak of een overdracht die niet is ontvangen. "
        "Draag die eerst over. Ik kijk er elke dag opnieuw naar."
    )
