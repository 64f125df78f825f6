"""Acute woorden: what must be answered with phone numbers at once (D10, HAZ-03). Rules, no guessing machine.

A word is passed over only when the sentence itself denies it ("niet benauwd", "geen bloeding"), calls it a low score
("benauwdheid 3"), or means something else ("in slaap gevallen"). In doubt it is acute: numbers too often cost a glance.
"""

import re

from hub.domain.acute_list import WORDS, Acute
from hub.domain.spelling import plain

__all__ = ["Acute", "acute_in", "own_words"]

_QUOTE = ">"
# From here on the written-out score is no reason for alarm by itself; what a high one asks for, the thresholds say.
_HIGH = 7
_NEAR = 160
"""Characters around a word that can belong to its clause."""


# What looks the same and is something else.
_NOT_MEANT = re.compile(
    r"\b(?:(?:in|aan) (?:\w+ )?slaap gevallen|in de smaak gevallen|lastig ?gevallen"
    r"|(?:kwartje|besluit|beslissing|keuze|stilte|avond|nacht) (?:\w+ )?gevallen"
    r"|bloed ?(?:af ?(?:name|nemen)|prik\w*|onderzoek|waarden|uitslag\w*|druk\w*|suiker\w*|groep|verwanten?)"
    r"|bloedverdunner\w*|bloed (?:\w+ )?(?:prikken|geprikt|afgenomen|afnemen)"
    r"|help (?:ons|me|mij) (?:te )?(?:onthouden|herinneren)|(?:houd|houdt|hou) (?:\w+ )?niet (?:van|op met)"
    r"|(?:valt?|viel) (?:wel |best |erg |heel )?(?:mee|(?:tegen|op)(?! (?:de|het|een|zijn|haar|mijn|je|z'n|m'n|iets)\b)"
    r"|in slaap|in de smaak)"
    r"|(?:op|mee|tegen|af|be|uit|aan|in)gevallen|noodpakket\w*|noodset\w*|noodmedicatie|crisismedicatie"
    r"|(?:huishoudelijke|thuis|eerste) hulp|spoedset\w*|nood ?knop|noodzak\w*"
    r"|help (?:je|jij|jullie|ik|we|wij|u|hem|haar) (?:even|mee|met(?! adem)|bij|zaterdag|zondag|maandag|morgen|straks)"
    r"|(?:telefoon|tv|televisie|app|tablet|wifi|internet|computer|stroom|lift) (?:valt|gaat|doet|werkt|is)"
    r" (?:het )?(?:\w+ )?(?:uit|niet meer|niet|leeg)|uitslag\w* (?:\w+ ){0,2}bloed"
    r"|(?:stik|gil|schreeuw|krijs)\w* (?:\w+ )?van (?:het lachen|de lach|plezier|pret)"
    r"|(?:stik|stikken) (?:hier )?van de (?:warmte|hitte)"
    r"|[0-9]+ graden (?:buiten|wassen|in de (?:schaduw|zon|tuin|oven))"
    r"|(?:wassen|gewassen|oven|buiten) (?:\w+ )?[0-9]+ graden"
    r"|(?:fijn|lief|dank\w*)(?: \w+){0,4} help\w*|geen spoed|niet dringend|geen haast)\b"
)
_DENIAL = r"(?:niet|geen|nooit|zonder|noch)"
# Between the denial and the word; anything else ("niet alleen benauwd", "niet meer zo benauwd als toen") is in doubt.
_FILLER = r"(?:meer |echt |zo |erg |heel |nu |vandaag |vannacht |gelukkig |ernstig |hele |erge )"
_DENIED_BEFORE = re.compile(rf"\b{_DENIAL} (?:{_FILLER}){{0,2}}$")
_DENIED_AFTER = re.compile(
    rf"^ (?:is|was|zijn|waren|heeft ze|heeft hij|heb ik) (?:er )?(?:nu )?{_DENIAL}(?: meer)?(?= ?(?:$|[.,!\n]))"
    r"|^ is (?:nu |weer |gelukkig )?(?:over|voorbij)(?= gelukkig| ?$| ?[.,!])"
)
# Whoever asks, doubts or tells what another says has not denied anything.
_DOUBT = re.compile(
    r"\?|\b(?:denk|denkt|misschien|of|weet|hoop|hoopt|volgens|lijkt|toch|twijfel\w*|zeker|maar wel|nog|alleen|zegt"
    r"|beweert|bang)\b"
)
# "Benauwdheid 3" is a score; "gevallen 5 minuten geleden" is a fall. Only what is scored at all can be a low score.
_SCORED = re.compile(r"^(?:\w*pijn|ben+auw|kortadem)")
_SCORE = re.compile(
    r"^\s*(?:[=:]|is|een|nrs)?\s*(?P<score>10|[0-9])(?:/10)?(?![0-9])"
    r"(?! ?(?:x\b|e\b|keer|min|uur|uren|sec|dag|week|weken|maand|kant|[0-9]))"
)
_BOUNDARY = re.compile(r"[.!;,\n]|\b(?:maar|en|want)\b")
_LONGEST = 24
"""Letters of one word that are looked at. Nothing repeats without end: the work grows with the text, no faster."""


def _bounded(pattern: str) -> str:
    return pattern.replace(r"\w*", rf"\w{{0,{_LONGEST}}}").replace(r"\w+", rf"\w{{1,{_LONGEST}}}")


_PATTERNS = {kind: re.compile(_bounded(rf"\b(?:{'|'.join(words)})\b")) for kind, words in WORDS.items()}
# In these the denial is the alarm itself.
_DENIES_ITSELF = re.compile(r"\b(?:niet|geen|nauwelijks|amper|nergens|niks|niets)\b")
_SIGN = "🆘"
# How a thumb in a hurry, or the east and south of the country, spells the small words the list leans on.
_THUMB = {
    "mijn": ("mn", "m'n"),
    "zijn": ("zn", "z'n"),
    "haar": ("d'r", "der"),
    "niet": ("nie", "nit", "neit", "nait"),
    "niks": ("nix", "niets"),
    "geen": ("gen", "gin", "gein"),
    "benen": ("bene",),
    "armen": ("arme",),
    "gevallen": ("gevalle",),
    "krijgen": ("krijge",),
    "ineens": ("in eens", "ineense"),
    "opeens": ("op eens",),
}
_MENDED = {typed: meant for meant, typings in _THUMB.items() for typed in typings}
_TYPED = re.compile(rf"\b(?:{'|'.join(sorted(_MENDED, key=len, reverse=True))})\b")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")


def own_words(body: str) -> str:
    """The text without what it quotes, line by line as Matrix clients quote (``> …``)."""
    return "\n".join(line for line in body.split("\n") if not line.lstrip().startswith(_QUOTE))


def mended(text: str) -> str:
    """``"heeelp, zn bene doen t nie"`` → ``"help, zijn benen doen t niet"``: the list can do with one spelling."""
    short = _DRAWN_OUT.sub(r"\1", text.replace("’", "'"))
    return _TYPED.sub(lambda match: _MENDED[match.group()], short)


def acute_in(body: str) -> frozenset[Acute]:
    """Which acute matters this text speaks of; empty: none. Never raises, on any text."""
    own = own_words(body)
    found = {Acute.EMERGENCY} if _SIGN in own else set()
    text = _NOT_MEANT.sub(" ", mended("\n".join(plain(line) for line in own.split("\n"))))
    for kind, pattern in _PATTERNS.items():
        if any(not _passed_over(text, match) for match in pattern.finditer(text)):
            found.add(kind)
    return frozenset(found)


def _passed_over(text: str, match: re.Match[str]) -> bool:
    word = match.group()
    after = text[match.end() : match.end() + 60]
    score = _SCORE.match(after)
    if score is not None and int(score["score"]) < _HIGH and _SCORED.match(word):
        return True
    if _DENIES_ITSELF.search(word):
        return False
    before, clause = _clause(text, match.start(), match.end())
    denied = _DENIED_BEFORE.search(before) or _DENIED_AFTER.match(after)
    return denied is not None and _DOUBT.search(clause) is None


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before the word in its own clause, and the whole clause; ``?`` belongs to what it ends."""
    first, last = max(0, start - _NEAR), min(len(text), end + _NEAR)
    begin = max((match.end() for match in _BOUNDARY.finditer(text, first, start)), default=first)
    stop = next((match.start() for match in _BOUNDARY.finditer(text, end, last)), last)
    return text[begin:start], text[begin:stop]
