"""Acute woorden: what must be answered with phone numbers at once (D10, HAZ-03). Rules, no guessing machine.

A word is passed over only when the sentence itself denies it ("niet benauwd", "geen bloeding"), calls it a low score
("benauwdheid 3"), or means something else ("in slaap gevallen"). In doubt it is acute: numbers too often cost a glance.
"""

import re
from enum import StrEnum

from hub.domain.spelling import plain

_QUOTE = ">"
# From here on the written-out score is no reason for alarm by itself; what a high one asks for, the thresholds say.
_HIGH = 7
_NEAR = 160
"""Characters around a word that can belong to its clause."""


class Acute(StrEnum):
    """Waar het over gaat: for who is told, and so that the same is not told twice in an hour."""

    EMERGENCY = "emergency"
    BREATH = "breath"
    BLEEDING = "bleeding"
    CONSCIOUSNESS = "consciousness"
    FALL = "fall"
    PAIN = "pain"
    HEART_OR_BRAIN = "heart-or-brain"
    SUICIDE = "suicide"
    MEDICATION = "medication"


_STRONG = (
    r"(?:heftig\w*|hevig\w*|helse|vreselijk\w*|verschrikkelijk\w*|ondraaglijk\w*|ondragelijk\w*|onhoudba\w*"
    r"|extreem|extreme)"
)
_WORSE = r"(?:vreselijk\w*|verschrikkelijk\w*|ontzettend\w*|ondraaglijk\w*|ondragelijk\w*|heel erg\w*|zo erg\w*|erge)"
WORDS: dict[Acute, tuple[str, ...]] = {
    Acute.EMERGENCY: (
        r"spoed",
        r"spoed(?:geval|situatie)\w*",
        r"nood",
        r"nood(?:geval|situatie)\w*",
        r"112",
        r"911",
        r"ambulance\w*",
        r"ziekenauto",
        r"acuut",
        r"acute",
        r"dringend\w*",
        r"urgent\w*",
        r"levensgevaar\w*",
        r"levensbedreigend\w*",
        r"help",
        r"sos",
        r"gaat dood",
        r"dood aan het gaan",
        r"crisis",
    ),
    Acute.BREATH: (
        r"ademt? (?:\w+ )?(?:raar|gek|anders|onregelmatig)",
        r"ben+auw[dt]\w*",
        r"(?:kan|kunnen|lukt) (?:\w+ ){0,2}(?:niet|nie|amper|nauwelijks) (?:\w+ )?adem\w*",
        r"snakt? naar (?:adem|lucht)",
        r"(?:krijgt?|haalt?) (?:\w+ ){0,2}(?:geen|bijna geen|slecht) (?:lucht|adem)",
        r"benauwd\w*",
        r"kortademig\w*",
        r"stik(?:t|ken|kend\w*)?",
        r"gestikt",
        r"verstik\w*",
        r"ademnood",
        r"(?:geen|nauwelijks|amper|bijna geen) (?:lucht|adem)\w*",
        r"(?:niet|nauwelijks|amper) (?:meer )?(?:te )?ademen",
        r"ademt? (?:\w+ )?(?:niet|nauwelijks|amper|zwaar|snel|moeilijk)",
        r"hap\w* naar (?:adem|lucht)",
        r"naar (?:adem|lucht) (?:te )?happen",
        r"verslik\w*",
        r"(?:loopt|wordt|zijn|is|helemaal|heel) blauw",
        r"blauwe lippen",
        r"reutel\w*",
    ),
    Acute.BLEEDING: (
        r"koffiegruis\w*",
        r"bloed",
        r"bloederig\w*",
        r"bebloed\w*",
        r"bloedingen?",
        r"bloeding\w*",
        r"bloedt",
        r"bloed(?:en)? (?:\w+ )?(?:hevig|erg|hard|veel)",
        r"bloedverlies",
        r"bloed (?:braken|spugen|ophoesten|hoesten|verliezen|plassen|poepen)",
        r"(?:braakt|spuugt|hoest|verliest|plast|poept|veel|overal) (?:\w+ )?bloed",
        r"leeggebloed\w*",
        r"doodbloed\w*",
        r"zwarte (?:ontlasting|poep)",
    ),
    Acute.CONSCIOUSNESS: (
        r"valt? (?:\w+ )?weg",
        r"schok(?:t|ken|kend\w*)",
        r"(?:krijg\w*|maak\w*) (?:\w+ ){0,2}(?:niet|nie|amper|nauwelijks) (?:meer )?wakker",
        r"(?:heel|erg|zo) suf",
        r"is weg(?=$|[ .,!?])(?! geweest| naar)",
        r"trekt? met (?:\w+ )?(?:arm|been|armen|benen)",
        r"wegraking\w*",
        r"(?:niet|nauwelijks|amper|moeilijk|slecht) (?:meer )?(?:goed )?wakker (?:te )?(?:krijgen|maken|worden)?",
        r"(?:wordt|word) (?:\w+ )?niet (?:meer )?wakker",
        r"niet (?:meer )?(?:aanspreekbaar|bij kennis|bij bewustzijn|bijkomen)",
        r"reageert? (?:\w+ )?(?:niet|nergens|nauwelijks|amper)\w*",
        r"buiten (?:bewustzijn|kennis|westen)",
        r"bewusteloos\w*",
        r"flauw ?gevallen",
        r"flauwgevallen",
        r"valt? flauw",
        r"weggevallen",
        r"weggezakt",
        r"insult\w*",
        r"stuip\w*",
        r"(?:epileptische )?toeval",
        r"(?:plots|plotseling|ineens|opeens) (?:\w+ )?(?:verward|in de war)\w*",
    ),
    Acute.FALL: (
        r"ge+val+en",
        r"(?:viel|valt|vallen) (?:\w+ ){0,2}(?:van|uit|op|om|flauw|hard)",
        r"onderuit ?gegaan",
        r"kan niet (?:meer )?(?:opstaan|overeind)",
        r"gevallen",
        r"valpartij\w*",
        r"(?:is|net|hard|van de trap) (?:\w+ )?gestruikeld",
        r"(?:uit bed|van de trap|op de grond) (?:ge)?val\w*",
        r"ligt op de (?:grond|vloer)",
        r"gebroken (?:heup|been|arm|pols|rug)",
        r"(?:heup|been|arm|pols) gebroken",
    ),
    Acute.PAIN: (
        r"(?:zo\s?veel|wat een|alleen maar|steeds meer|barst\w* van de) pijn",
        r"pijn (?:\w+ ){0,4}(?:schreeuw|gil|huil|krimp)\w*",
        r"(?:houd|houdt|hou) (?:\w+ ){0,2}niet (?:meer )?(?:vol|uit)",
        r"verrek\w* van de pijn",
        rf"{_STRONG} (?:\w+ )?pijn\w*",
        rf"{_WORSE} (?:\w+ ){{0,2}}pijn\w*",
        rf"pijn (?:\w+ ){{0,3}}{_STRONG}",
        r"veel (?:meer )?pijn",
        r"te veel pijn",
        r"pijn (?:\w+ ){0,2}niet (?:meer )?(?:uit te |te )?(?:houden|harden|verdragen)",
        r"niet (?:meer )?(?:uit te|te) (?:houden|harden|verdragen) van de pijn",
        r"verga\w* (?:\w+ )?van de pijn",
        r"(?:schreeuw|gil|krimp|huil)\w* (?:\w+ )?van de pijn",
        r"doorbraakpijn",
        r"pijn op (?:de|haar|zijn|mijn) borst",
        r"pijnaanval\w*",
        r"pijn (?:is|wordt) (?:\w+ )?(?:niet te doen|erger)",
    ),
    Acute.HEART_OR_BRAIN: (
        r"(?:\w*arm|\w*been|\w*hand) (?:\w+ ){0,2}niet (?:meer )?(?:voelen|bewegen|optillen)",
        r"(?:gezicht|mond|mondhoek) (?:\w+ )?(?:hangt|scheef)",
        r"(?:praat|spreekt) (?:\w+ )?(?:wartaal|onverstaanbaar|met dubbele tong)",
        r"(?:benen|armen) (?:\w+ ){0,2}niet (?:meer )?(?:voelen|bewegen|optillen)",
        r"hartaanval\w*",
        r"hartinfarct\w*",
        r"hartstilstand",
        r"beroerte\w*",
        r"herseninfarct\w*",
        r"hersenbloeding\w*",
        r"tia",
        r"scheve mond",
        r"mond (?:\w+ )?scheef",
        r"verlamd\w*",
        r"uitvalsverschijnsel\w*",
        r"dwarslaesie",
        r"reanim(?:eer|eren)\w* (?:nu|haar|hem)",
        r"epidura\w*",
    ),
    Acute.SUICIDE: (
        r"(?:er )?een eind(?:e)? aan (?:te )?mak\w*",
        r"eind(?:e)? aan maakt",
        r"suicid\w*",
        r"zelfmoord\w*",
        r"zelfdoding\w*",
        r"(?:mezelf|zichzelf|me|zich|hemzelf|haarzelf) (?:iets )?(?:van kant|aandoen|aan te doen)",
        r"(?:mezelf|zichzelf|me|zich|hemzelf|haarzelf) (?:te doden|ombrengen|om te brengen|verhangen|ophangen)",
        r"einde? aan (?:mijn|haar|zijn|m'n|z'n|het|'t) leven",
        r"uit (?:het|mijn) leven stappen",
        r"(?:wil|wou|wilde) (?:\w+ ){0,2}(?:niet meer leven|dood(?: zijn)?|er niet meer zijn|eruit stappen)",
        r"niet meer (?:verder )?leven",
        r"van kant maken",
        r"voor de trein",
    ),
    Acute.MEDICATION: (
        r"(?:alle|hele strip|heleboel) (?:\w+ )?(?:pillen|medicijnen|tabletten)",
        r"dubbel\w* (?:dosis|geplakt|gegeven|ingenomen)",
        r"overdosis\w*",
        r"overdosering\w*",
        r"te ?veel (?:morfine|medicijnen|pillen|tabletten|oxycodon|fentanyl|insuline|pleisters)",
        r"pomp (?:\w+ ){0,2}(?:stil|leeg|alarm\w*|kapot|gestopt|piept)",
        r"vergiftig\w*",
        r"allergische reactie",
    ),
}
"""Stems as people in the Netherlands write them, lower case and without accents. Each is tested on its own."""

# What looks the same and is something else.
_NOT_MEANT = re.compile(
    r"\b(?:(?:in|aan) (?:\w+ )?slaap gevallen|in de smaak gevallen|lastig ?gevallen"
    r"|(?:kwartje|besluit|beslissing|keuze|stilte|avond|nacht) (?:\w+ )?gevallen"
    r"|bloed ?(?:af ?(?:name|nemen)|prik\w*|onderzoek|waarden|uitslag\w*|druk\w*|suiker\w*|groep|verwanten?)"
    r"|bloedverdunner\w*|bloed (?:\w+ )?(?:prikken|geprikt|afgenomen|afnemen)"
    r"|help (?:ons|me|mij) (?:te )?(?:onthouden|herinneren)|(?:houd|houdt|hou) (?:\w+ )?niet (?:van|op met)"
    r"|(?:valt?|viel) (?:wel |best |erg |heel )?(?:mee|tegen|op|in slaap|in de smaak)"
    r"|(?:op|mee|tegen|af|be|uit|aan|in)gevallen|noodpakket\w*|noodset\w*|noodmedicatie|crisismedicatie"
    r"|(?:huishoudelijke|thuis|eerste) hulp|spoedset\w*|nood ?knop|noodzak\w*"
    r"|help (?:je|jij|jullie|ik|we|wij|u|hem|haar) (?:even|mee|met|bij|zaterdag|zondag|maandag|morgen|straks)"
    r"|(?:fijn|lief|dank\w*)(?: \w+){0,4} help\w*|geen spoed|niet dringend|geen haast)\b"
)
_DENIAL = r"(?:niet|geen|nooit|zonder|noch)"
# Between the denial and the word; anything else ("niet alleen benauwd", "niet meer zo benauwd als toen") is in doubt.
_FILLER = r"(?:meer |echt |zo |erg |heel |nu |vandaag |vannacht |gelukkig |ernstig |hele |erge )"
_DENIED_BEFORE = re.compile(rf"\b{_DENIAL} (?:{_FILLER}){{0,2}}$")
_DENIED_AFTER = re.compile(rf"^ (?:is|was|zijn|waren|heeft ze|heeft hij|heb ik) (?:er )?(?:nu )?{_DENIAL}(?: meer)?\b")
# Whoever asks, doubts or tells what another says has not denied anything.
_DOUBT = re.compile(
    r"\?|\b(?:denk|denkt|misschien|of|weet|hoop|hoopt|volgens|lijkt|toch|twijfel\w*|zeker|maar wel|nog|alleen|zegt"
    r"|beweert|bang)\b"
)
_SCORE = re.compile(r"^\s*(?:[=:]|is|een|nrs)?\s*(?P<score>10|[0-9])(?:/10)?(?![0-9])")
_BOUNDARY = re.compile(r"[.!;,\n]|\b(?:maar|en|want)\b")
_PATTERNS = {kind: re.compile(rf"\b(?:{'|'.join(words)})\b") for kind, words in WORDS.items()}
# In these the denial is the alarm itself.
_DENIES_ITSELF = re.compile(r"\b(?:niet|geen|nauwelijks|amper|nergens)\b")
_SIGN = "🆘"


def own_words(body: str) -> str:
    """The text without what it quotes, line by line as Matrix clients quote (``> …``)."""
    return "\n".join(line for line in body.split("\n") if not line.lstrip().startswith(_QUOTE))


def acute_in(body: str) -> frozenset[Acute]:
    """Which acute matters this text speaks of; empty: none. Never raises, on any text."""
    own = own_words(body)
    found = {Acute.EMERGENCY} if _SIGN in own else set()
    text = _NOT_MEANT.sub(" ", "\n".join(plain(line) for line in own.split("\n")))
    for kind, pattern in _PATTERNS.items():
        if any(not _passed_over(text, match) for match in pattern.finditer(text)):
            found.add(kind)
    return frozenset(found)


def _passed_over(text: str, match: re.Match[str]) -> bool:
    word = match.group()
    after = text[match.end() : match.end() + 60]
    score = _SCORE.match(after)
    if score is not None and int(score["score"]) < _HIGH and " " not in word:
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
