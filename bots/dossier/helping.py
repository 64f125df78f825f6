"""``!help``: what is typed every day with its explanation, the rest by name; ``!help <woord>`` explains one."""

from collections.abc import Mapping

from bots.dossier.command import CommandSpec
from bots.dossier.words import suggestion
from hub.domain.spelling import plain
from hub.texts import Words

EVERY_DAY = (
    *("dossier", "noteer", "bewaar", "pijn", "usd", "pps", "complexiteit", "behandelgrens", "bevestig", "plaats"),
    *(
        "zorgplan",
        "taak",
        "taken",
        "klaar",
        "vraag",
        "vragen",
        "overdracht",
        "ontvangen",
        "bijpraten",
        "zoek",
        "wie",
        "regie",
        "spoed",
    ),
    *("portaal", "waarom", "help"),
)
"""In the order of the help. A word that is no command (yet) is passed over."""


def text(commands: Mapping[str, CommandSpec], asked: str, words: Words) -> str:
    """The help as lines; about one command when it is named."""
    word = plain(asked.removeprefix("!"))
    close = word if word in commands else suggestion(word, commands)
    if word and close is not None:
        spec = commands[close]
        return f"{spec.usage} — {words(spec.summary)}"
    often = [commands[name] for name in EVERY_DAY if name in commands]
    rest = [name for name in commands if name not in EVERY_DAY]
    return "\n".join(
        (
            "# " + words("Wat u Kring kunt vragen"),
            *(f"- {spec.usage} — {words(spec.summary)}" for spec in often),
            "# " + words("Minder vaak"),
            ", ".join(f"!{name}" for name in sorted(rest)),
            words("Uitleg van één woord: !help <woord>, bijvoorbeeld: !help noodpakket"),
            words("Bij spoed: bel. Kring is geen noodnummer."),
        )
    )
