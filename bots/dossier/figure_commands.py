"""What the figures of the region are counted from, where nothing else asks for it: ``!gebeurtenis``, and where."""

from bots.dossier.command import CommandSpec
from bots.dossier.kind_commands import files
from bots.dossier.turn import Turn
from hub.application.use_cases.care_events import events_complete
from hub.application.use_cases.surveys import answer_survey
from hub.domain.care_events import parse_died_at, parse_event, says_complete
from hub.domain.survey import parse_survey
from hub.texts import N_

_file_event = files(parse_event)


async def event(turn: Turn) -> None:
    """``!gebeurtenis opname op 3-11-2026 t/m 7-11-2026``; ``!gebeurtenis compleet`` after a death."""
    if not says_complete(turn.argument):
        await _file_event(turn)
        return
    await events_complete(turn.unit, turn.hub.guard, turn.context)
    await turn.reply(turn.words("Vastgelegd: wat er in de laatste dertig dagen gebeurde, staat er helemaal in."))


async def survey(turn: Turn) -> None:
    """``!enquete doorlopend 4 regie 5 cijfer 9``, of patient and relatives."""
    await answer_survey(turn.unit, turn.context, parse_survey(turn.argument))
    thanks = turn.own_words("Dank u wel. Niemand in de kring leest uw antwoord; het telt alleen mee in cijfers.")
    await turn.only_to_asker(thanks, (), turn.words("Geregeld; meer in uw privékamer met Kring."))


FIGURE_COMMANDS: dict[str, CommandSpec] = {
    "gebeurtenis": CommandSpec(
        "!gebeurtenis seh|opname|ic|chemo|hap|poli op <datum> [t/m <datum>] [bron <wie>] | compleet",
        N_("wat er in de zorg gebeurde, voor het team en voor de cijfers"),
        event,
    ),
    "plaatsoverlijden": CommandSpec(
        "!plaatsoverlijden thuis|hospice|verpleeghuis|ziekenhuis|anders",
        N_("waar de patiënt is overleden"),
        files(parse_died_at),
    ),
    "enquete": CommandSpec(
        "!enquete doorlopend <1-5> regie <1-5> cijfer <0-10>",
        N_("zeggen wat u van de zorg vindt; voor patiënt en naasten"),
        survey,
    ),
}
