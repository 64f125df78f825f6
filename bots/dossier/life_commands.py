"""``!stervensfase``, ``!overleden`` and ``!nazorg``. What is said about a death is said in private, or to the team."""

import re
from datetime import date

from bots.dossier.path_commands import contact
from bots.dossier.turn import Turn
from hub.application.use_cases import death, death_texts
from hub.domain.care_commands import read_signs
from hub.domain.death import PosthumousGround
from hub.domain.errors import CommandRejected
from hub.domain.spelling import plain
from hub.domain.typed import first_word
from hub.domain.vocabulary import Action
from hub.texts import N_

_DAY = re.compile(r"\s+(?:op\s+)?(?P<day>\d{1,2})-(?P<month>\d{1,2})-(?P<year>\d{4})$", re.ASCII)
_TOLD = N_("Het antwoord staat in uw privékamer met Kring.")


async def dying(turn: Turn) -> None:
    """``!stervensfase tekenen: bedlegerig, slokjes``, and ``!stervensfase stopt`` when the patient got better."""
    words = turn.own_words
    word, seen = first_word(turn.argument)
    if plain(turn.argument) in {"stopt", "terug", "voorbij"}:
        await death.end_dying(turn.unit, turn.hub.guard, turn.context, turn.source)
        said = words("De stervensfase is ingetrokken. De spoedset wordt aangepast en verstuurd.")
    elif not turn.argument or (word == "tekenen" and seen):
        await death.declare_dying(turn.unit, turn.hub.guard, turn.context, turn.source, *read_signs(seen))
        said = words(
            "De stervensfase is vastgesteld. De spoedset gaat nu naar iedereen die hem moet hebben. "
            "Denk aan: noodpakket in huis, wie er 's nachts komt, en een gesprek met de naasten."
        )
    else:
        raise CommandRejected(
            "bad-dying",
            "Schrijf: !stervensfase, met wat u ziet: !stervensfase tekenen: bedlegerig, slokjes. "
            "Gaat het beter? !stervensfase stopt",
        )
    await turn.only_to_asker(said, (), turn.words(_TOLD))


async def deceased(turn: Turn) -> None:
    """Two sources, each with the full name: ``!overleden``, ``!overleden bevestig``, ``!overleden terug``."""
    word, _, rest = turn.argument.partition(" ")
    words = turn.own_words
    if not turn.argument:
        await turn.hub.guard.require(turn.unit, turn.context, Action.DECLARE)
        body = words(
            "U wilt vastleggen dat %(patient)s is overleden. Dat doen twee mensen. Typ de volledige naam erachter:"
        ) % {"patient": (await turn.patient()).described()}
        body += f"\n!overleden {(await turn.patient()).name.full}"
    elif plain(word) == "bevestig":
        await death.confirm_death(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context, rest)
        body = words("Het overlijden is bevestigd. De teamkamer hoort wat er nu geldt.")
    elif plain(word) == "terug":
        undone = await death.take_back(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context, rest)
        body = (
            words("Het is teruggedraaid.")
            if undone
            else words("Iemand anders van het team moet dit ook zeggen. Die heeft nu bericht.")
        )
    else:
        name, day = _named_and_day(turn.argument)
        await death.declare_death(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context, name, day)
        body = words("Uw melding is vastgelegd. Er verandert nog niets: een tweede mens moet het bevestigen.")
    await turn.only_to_asker(body, (), turn.words(_TOLD))


async def aftercare(turn: Turn) -> None:
    """``!nazorg open`` for the coach; for relatives the road to access after death (BW 7:458a)."""
    word, _, rest = turn.argument.partition(" ")
    words = turn.own_words
    if plain(word) == "open":
        await death.open_aftercare(turn.unit, turn.hub.guard, turn.hub.speaker, turn.context)
        body = words("De nazorgkamer gaat open, met de naasten en de coach.")
    elif plain(word) == "contact":
        await contact(turn, rest.strip())
        return
    elif plain(word) == "inzage":
        request = await death.ask_posthumous(
            turn.unit, turn.hub.speaker, turn.context, PosthumousGround.WEIGHTY_INTEREST, rest
        )
        body = words("Uw verzoek is vastgelegd (%(number)s). Een arts of de coach beoordeelt het en belt u.")
        body %= {"number": request.id}
    else:
        body = death_texts.ROUTE.said(turn.own_words)
    await turn.only_to_asker(body, (), turn.words(_TOLD))


def _named_and_day(text: str) -> tuple[str, date | None]:
    match = _DAY.search(text)
    if match is None:
        return text, None
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError as problem:
        raise CommandRejected("bad-date", "Schrijf de dag van overlijden als 22-11-2026.") from problem
    return text[: match.start()], day
