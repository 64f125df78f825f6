"""Het pad van markering tot nazorg: which step comes now, and who takes it (law-and-care §4.1 F1-F5, F20). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hub.domain.circle import Circle
from hub.domain.vocabulary import PatientState, Role

COMPLETING = timedelta(days=30)
"""So long carers complete their part after a death (law-and-care E6)."""
CONTACT_AFTER = timedelta(weeks=6)
"""When somebody asks the relatives how it is going (§3.11)."""
EVALUATE_AFTER = timedelta(weeks=7)
"""When the team looks back (ADA): after that contact, and before eight weeks are over (IND-17)."""


class PathStep(StrEnum):
    """Stap op het pad."""

    MARKED = "marked"
    """De markering is met de patiënt besproken."""
    ACCEPTED = "accepted"
    """De patiënt wil een coach."""
    DECLINED = "declined"
    """De patiënt wil geen coach."""
    LATER = "later"
    """De patiënt wil er later over praten; ``on_day`` says when."""
    INCLUDED = "included"
    EXCLUDED = "excluded"
    """De patiënt past niet bij de criteria; ``reason`` says which."""
    STARTED = "started"
    DYING = "dying"
    DYING_ENDED = "dying-ended"
    DIED = "died"
    DEATH_UNDONE = "death-undone"
    AFTERCARE = "aftercare"
    COMPLETED = "completed"
    """De dertig dagen zijn voorbij: het dossier is af."""
    EVENTS_COMPLETE = "events-complete"
    """Wat er in de laatste dertig dagen gebeurde, staat er helemaal in."""
    EVALUATED = "evaluated"
    CLOSED = "closed"

    @property
    def nl(self) -> str:
        """The step as a line of the path."""
        return _STEPS[self]


OFFERS = frozenset({PathStep.ACCEPTED, PathStep.DECLINED, PathStep.LATER})
CHECKS = frozenset({PathStep.INCLUDED, PathStep.EXCLUDED})


@dataclass(frozen=True, slots=True)
class Taken:
    """Een gezette stap. ``reason``: a code, for what was left out. ``circle_id`` None: before there was a circle."""

    patient_id: str
    circle_id: str | None
    step: PathStep
    noted_by: str
    noted_at: datetime
    reason: str | None = None
    on_day: date | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """Eén reden om niet te beginnen. ``code`` is stored; ``words`` are what people choose from."""

    code: str
    words: str


CRITERIA = (
    Criterion("langer", "de verwachting is duidelijk langer dan een jaar"),
    Criterion("niet-levensbedreigend", "er is geen levensbedreigende ziekte of kwetsbaarheid"),
    Criterion("regio", "de patiënt woont buiten de regio"),
    Criterion("andere-coach", "iemand anders doet dit werk al"),
    Criterion("anders", "een andere reden"),
)
"""Redenen om niet te beginnen (F3). The project group of a region sets its own (``[path.criteria]``)."""


class What(StrEnum):
    """Wat er nu moet gebeuren, as people read it."""

    NOTHING = "De kring is afgesloten. Er is niets meer te doen."
    DYING = "Stervensfase: routine staat stil. Spreek af wie de naasten na het overlijden belt."
    DISCUSS = "De markering met de patiënt bespreken."
    OFFER = "De patiënt een coach aanbieden."
    RESPECT = "De patiënt wil geen coach. Dat blijft zo, tot de patiënt er zelf om vraagt."
    OFFER_AGAIN = "De coach opnieuw aanbieden."
    CHECK = "Kijken of de patiënt past bij de criteria."
    LEFT_OUT = "De patiënt past niet bij de criteria. Bespreek met de huisarts wat wel past."
    START = "Het eerste gesprek voeren en beginnen."
    JUDGE = "De complexiteit beoordelen."
    JUDGE_AGAIN = "De complexiteit opnieuw beoordelen."
    OPEN_AFTERCARE = "De nazorgkamer openen."
    COMPLETE = "Het dossier afmaken."
    CALL = "De naasten bellen: hoe gaat het?"
    LOOK_BACK = "Met het team terugkijken."
    CLOSE = "De kring afsluiten."
    ASK = "Vraag de coach wat de volgende stap is."


@dataclass(frozen=True, slots=True)
class Next:
    """De volgende stap: what, who does it, and what they type. ``by``: until which day, or on which day."""

    what: What
    who: tuple[Role, ...] = ()
    lead: bool = False
    command: str | None = None
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the next step depends on beside the steps that were noted."""

    circle: Circle
    state: PatientState
    died_at: datetime | None
    today: date
    judged_again_on: date | None = None
    contacts: int = 0
    """Relatives with whom there was contact, or who did not want it."""
    relatives: int = 0


def latest(taken: Sequence[Taken], *steps: PathStep) -> Taken | None:
    """The one of these steps that was noted last; ``taken`` in the order of noting."""
    return next((one for one in reversed(taken) if one.step in steps), None)


def declined(taken: Sequence[Taken]) -> bool:
    """Whether the last word of the patient about a coach was no."""
    offer = latest(taken, *OFFERS)
    return offer is not None and offer.step is PathStep.DECLINED


def next_step(taken: Sequence[Taken], facts: Facts) -> Next:
    """Wat er nu moet gebeuren, en door wie. Exactly one thing at a time."""
    if not facts.circle.open:
        return Next(What.NOTHING)
    if facts.state is PatientState.DECEASED:
        return _after_death(taken, facts)
    if facts.state is PatientState.DYING:
        return Next(
            What.DYING,
            (Role.COACH,),
            lead=True,
        )
    return _in_life(taken, facts)


def _in_life(taken: Sequence[Taken], facts: Facts) -> Next:
    if facts.circle.discussed_at is None:
        how = "!markering <uitkomst>, besproken op <datum>"
        return Next(What.DISCUSS, (Role.GP, Role.SPECIALIST), command=how)
    offer, check = latest(taken, *OFFERS), latest(taken, *CHECKS)
    if offer is None:
        how = "!coach aangeboden ja|nee|later <datum>"
        return Next(What.OFFER, (Role.GP, Role.COACH), command=how)
    if offer.step is PathStep.DECLINED:
        return Next(What.RESPECT)
    if offer.step is PathStep.LATER:
        how = "!coach aangeboden ja|nee|later <datum>"
        return Next(What.OFFER_AGAIN, (Role.GP, Role.COACH), command=how, by=offer.on_day)
    if check is None:
        return Next(What.CHECK, (Role.COACH,), command="!inclusie ja | nee <reden>")
    if check.step is PathStep.EXCLUDED:
        return Next(What.LEFT_OUT, (Role.COACH,))
    if latest(taken, PathStep.STARTED) is None:
        how = "!intake, en daarna !pad start"
        return Next(What.START, (Role.COACH,), command=how)
    if facts.judged_again_on is None:
        return Next(What.JUDGE, (Role.COACH,), command="!complexiteit laag|gemiddeld|hoog [reden]")
    how = "!complexiteit laag|gemiddeld|hoog [reden]"
    return Next(What.JUDGE_AGAIN, (Role.COACH,), command=how, by=facts.judged_again_on)


def _after_death(taken: Sequence[Taken], facts: Facts) -> Next:
    if facts.circle.aftercare_at is None:
        return Next(What.OPEN_AFTERCARE, (Role.COACH, Role.GP), command="!nazorg open")
    died = facts.died_at.date() if facts.died_at is not None else facts.today
    if latest(taken, PathStep.COMPLETED) is None and facts.today < died + COMPLETING:
        return Next(What.COMPLETE, lead=True, by=died + COMPLETING)
    if facts.contacts < facts.relatives:
        how = "!nazorg contact <naaste> gesproken|niet bereikt|wil niet"
        return Next(What.CALL, (Role.COACH,), command=how, by=died + CONTACT_AFTER)
    if latest(taken, PathStep.EVALUATED) is None:
        how = "!evaluatie <wat ging goed, wat kan beter>"
        return Next(What.LOOK_BACK, (Role.COACH,), lead=True, command=how, by=died + EVALUATE_AFTER)
    return Next(What.CLOSE, lead=True, command="!afsluiten")


_STEPS = {
    PathStep.MARKED: "De markering is met de patiënt besproken",
    PathStep.ACCEPTED: "De patiënt wil een coach",
    PathStep.DECLINED: "De patiënt wil geen coach",
    PathStep.LATER: "De patiënt wil er later over praten",
    PathStep.INCLUDED: "De patiënt past bij de criteria",
    PathStep.EXCLUDED: "De patiënt past niet bij de criteria",
    PathStep.STARTED: "De begeleiding is begonnen",
    PathStep.DYING: "De stervensfase is vastgesteld",
    PathStep.DYING_ENDED: "De stervensfase is ingetrokken",
    PathStep.DIED: "De patiënt is overleden",
    PathStep.DEATH_UNDONE: "De melding van overlijden was een vergissing",
    PathStep.AFTERCARE: "De nazorgkamer is open",
    PathStep.COMPLETED: "De tijd om het dossier af te maken is voorbij",
    PathStep.EVENTS_COMPLETE: "De gebeurtenissen van de laatste dertig dagen staan er allemaal",
    PathStep.EVALUATED: "Het team keek terug",
    PathStep.CLOSED: "De kring is afgesloten",
}
