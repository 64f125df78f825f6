"""``!plaktekst``: ten lines for a system that only pastes."""

from bots.dossier.turn import Turn
from hub.application.use_cases.papers import make_copy_text


async def copy_text(turn: Turn) -> None:
    text, sections = await make_copy_text(turn.unit, turn.hub.guard, turn.context)
    await turn.only_to_asker(text, sections, turn.words("De plaktekst staat in uw privékamer met Kring."))
