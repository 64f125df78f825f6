"""Wat er in een bericht te lezen is, met vaste regels: figures, places, limits, numbers and words of sections.

Each function looks for one thing and returns what it found, in the order of the text. Nothing is inferred: no figure
that nobody wrote, no "0" from "geen pijn", no limit out of a question. What they find is a proposal to a human (I9).
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.observations import USD_WORDS, Level, SymptomItem
from hub.domain.spelling import plain
from hub.domain.vocabulary import Section
from hub.domain.wishes import Place

_NUMBER_WORDS = {
    "nul": 0,
    "twee": 2,
    "drie": 3,
    "vier": 4,
    "vijf": 5,
    "zes": 6,
    "zeven": 7,
    "acht": 8,
    "negen": 9,
    "tien": 10,
}
# What follows a number and makes it something else than a score: a time, a dose, a date, a range, how often.
_NOT_A_SCORE = (
    r"(?![0-9]|[.,:][0-9]|\s?[-–—½%°]|\s?(?:uur|uren|u|min|minuten|mg|mcg|microgram|milligram|gram|ml|cc|kg|kilo|"
    r"keer|maal|x|dag|dagen|nacht|nachten|week|weken|maand|maanden|jaar|e|de|ste|tablet|tabletten|pil|pillen|"
    r"pleisters?|stuks|druppels|glazen|km|meter|graden|januari|februari|maart|april|mei|juni|juli|augustus|"
    r"september|oktober|november|december|en een half|a|tot|of|naar)\b|\s?/\s?(?!10\b))"
)
_BEFORE = r"(?<![\d.,:/–—-])\b"
_FIGURE = rf"{_BEFORE}(?P<figure>10|[0-9]){_NOT_A_SCORE}(?:\s?/\s?10\b)?"
_OUT_OF_TEN = re.compile(rf"{_BEFORE}(?P<figure>10|[0-9])\s?/\s?10\b(?![/.,-]?[0-9])")
_WORD_FIGURE = rf"\b(?:een|score|cijfer|op)\s+(?P<word>{'|'.join(_NUMBER_WORDS)})\b(?!\s+(?:uur|keer|dagen|weken))"
# Between a complaint and its figure stands little, and never the end of a sentence or another number.
_GAP = r"[^.!?;\n0-9]{0,40}?"
_SMALL_WORDS = r"(?:is|was|een|score|cijfer|op|nu|nog|weer|vannacht|vandaag|net|ongeveer|nrs|vas)"
_NEAR = rf"[\s:=]{{1,3}}(?:{_SMALL_WORDS}\b[\s:=]{{0,2}}){{0,4}}"
_PAIN_WORD = r"\b(?:pijn|pijnscore|pijncijfer|botpijn|buikpijn|rugpijn|heuppijn|nachtpijn|hoofdpijn|zeer|nrs|vas)\b"
_SCORE = rf"(?:{_FIGURE}|{_WORD_FIGURE})"
# "ging van 8 naar 4": what it is now.
_FROM = r"(?:\bvan (?:een )?[0-9]{1,2} naar (?:een )?)?"
_PAIN_BEFORE = re.compile(rf"{_PAIN_WORD}{_GAP}{_FROM}{_SCORE}")
_PAIN_AFTER = re.compile(rf"{_SCORE}\s+(?:voor|aan|qua|op)\s+(?:de\s+|haar\s+|zijn\s+)?{_PAIN_WORD}")
_COMPLAINT = re.compile(
    r"\b(?P<item>"
    + "|".join(sorted((re.escape(word) for word in USD_WORDS), key=len, reverse=True))
    + rf")\b{_NEAR}{_FIGURE}"
)
_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]?")

_DYING_WORDS = re.compile(
    r"\b(?:overlijden|sterven|doodgaan|dood ?gaan|heengaan|inslapen|laatste (?:dagen|weken|tijd))\b"
)
_PLACES = {
    Place.HOME: r"\bthuis\b",
    Place.HOSPICE: r"\bhospice\b",
    Place.NURSING_HOME: r"\bverpleeghuis\b",
    Place.HOSPITAL: r"\bziekenhuis\b",
}
_NEGATED = re.compile(r"\b(?:niet|geen|nooit|noch|zonder|liever dan)\b")
_WISHES = re.compile(r"\b(?:wil|wilt|wilde|wens|wenst|liefst|graag|liever|voorkeur|hoopt)\b")

_LEVELS = {"laag": Level.LOW, "lage": Level.LOW, "gemiddeld": Level.MEDIUM, "gemiddelde": Level.MEDIUM}
_LEVELS |= {"hoog": Level.HIGH, "hoge": Level.HIGH}
_COMPLEXITY = re.compile(
    r"\bcomplexiteit\b(?:\s+(?:is|wordt|gaat|ging|van|nu|weer|dus|geworden|inmiddels|laag|gemiddeld|hoog)){0,5}?"
    r"\s*(?:naar|:|=|is|wordt|nu)?\s*\b(?P<level>laag|gemiddeld|hoog)\b(?!\s+naar)"
)
_COMPLEXITY_FIRST = re.compile(r"\b(?P<level>lage|gemiddelde|hoge) complexiteit\b")

_TREATMENTS = {
    Treatment.RESUSCITATION: r"reanimeren|reanimatie|gereanimeerd",
    Treatment.VENTILATION: r"(?:kunstmatige )?beademing|beademen|beademd",
    Treatment.INTENSIVE_CARE: r"ic|ic-opname|ic opname|intensive care",
    Treatment.HOSPITAL_ADMISSION: r"ziekenhuisopname|ziekenhuis opname|ziekenhuis",
    Treatment.ANTIBIOTICS: r"antibiotica|antibioticum",
    Treatment.BLOOD_PRODUCTS: r"bloedtransfusies?|bloedproducten",
}
_WANTS = r"(?:\s+(?:meer|naar|het|de|een|op|aan|wel|worden|word|mag|hoeft|wil|ze|hij|zij|mevrouw|meneer)){0,4}"
_DIRECTIVES = {
    treatment: (
        re.compile(
            rf"\b(?:niet|geen|nooit){_WANTS}\s+(?:{words})\b|\b(?:{words})\b\s*[:=]?\s+(?:nee|niet(?: meer)?)\b"
        ),
        re.compile(rf"\bwel{_WANTS}\s+(?:{words})\b|\b(?:{words})\b\s*[:=]?\s+(?:ja|wel)\b"),
    )
    for treatment, words in _TREATMENTS.items()
}
_CONDITION = re.compile(r"\b(?:mits|tenzij|maar|alleen|behalve|als|wanneer|misschien|twijfel\w*|overweeg\w*|of)\b")

_SCALE = re.compile(r"\b(?P<scale>pps|kps|karnofsky)\b\D{0,15}?(?P<score>100|[1-9]?0)\b\s?%?")
_PHONE = re.compile(r"(?<![\d+])(?:(?:\+|00)31[\s-]?(?:\(0\))?[\s-]?|0)[1-9](?:[\s-]?\d){7,8}(?![\s-]?\d)")
_HOURS = {
    "day": re.compile(r"\boverdag\b"),
    "evening": re.compile(r"\b(?:'s[ -]?avonds|avonds?|in de avond)\b"),
    "night": re.compile(r"\b(?:'s[ -]?nachts|nachts?|in de nacht)\b"),
    "weekend": re.compile(r"\bweekend\w*\b"),
}
_CALLED = re.compile(
    r"\b(?:wijkverpleging|thuiszorg|nachtzorg|huisartsenpost|huisarts|apotheek|ziekenhuis|hospice|verpleeghuis|"
    r"dokterswacht|pijnteam|palliatief team|buurvrouw|buurman|dochter|zoon|mantelzorger)\b"
)
_CONFIDENCE = re.compile(
    r"\b(?:niet (?:verder |door)\s?vertel\w*|niet verder ?vertel\w*|onder ons|in vertrouwen|vertrouwelijk|"
    r"tussen ons|geheim\b|(?:vertel|zeg)t? (?:het |dit )?(?:haar|hem|mama|mam|papa|pap|moeder|vader|mijn \w+) niet|"
    r"niet (?:tegen|aan) (?:haar|hem|mama|mam|papa|pap|moeder|vader|mijn \w+) (?:zeggen|vertellen)|"
    r"(?:mag|mogen|moet|hoeft) (?:\w+ ){0,3}niet (?:weten|horen|lezen))\b"
)

_SECTION_WORDS: dict[Section, str] = {
    Section.S1: r"telefoon\w*|nummer|bereikbaar\w*|contactpersoon|adres|sleutel\w*|tolk|buurvrouw|buurman|voordeur",
    Section.S2: r"diagnose\w*|uitzaaiing\w*|tumor\w*|kanker|chemo\w*|scan\w*|palliatie\w*|complexiteit|bestraling\w*",
    Section.S3: r"reani\w*|beadem\w*|behandelgrens\w*|behandelgrenzen|intensive care|wilsverklaring\w*|wilsbekwa\w*|"
    r"gemachtigde?|vertegenwoordiger|niet meer behandelen",
    Section.S4: r"wens\w*|wil graag|liefst|afscheid\w*|begrafenis|crematie|uitvaart|euthanasie\w*|kerk|geloof|donor\w*",
    Section.S5: r"pijn\w*|misselijk\w*|benauwd\w*|kortademig\w*|braak\w*|overgeven|slaap\w*|sliep|geslapen|slapen|"
    r"onrust\w*|verward|delier|moe|vermoeid\w*|eet\w*|eetlust|drinkt|jeuk\w*|hoest\w*|obstipatie|verstopping|ontlasting|plassen|"
    r"koorts|gevallen|angst\w*|angstig|somber\w*|dorst|droge mond|slik\w*|zwak\w*|hik",
    Section.S6: r"mantelzorg\w*|overbelast\w*|verdriet\w*|huil\w*|eenzaam\w*|ruzie\w*|geld\w*|kinderen|kleinkind\w*|"
    r"volhouden|houd\w* (?:het )?niet (?:meer )?vol|huisdier\w*|spanning\w*|gezin|relatie",
    Section.S7: r"morfine|oxycodon\w*|oxynorm|fentanyl|pleister\w*|paracetamol|midazolam|dormicum|haldol|haloperidol|"
    r"metoclopramide|movicolon|macrogol|lactulose|laxeer\w*|dexamethason|prednison|temazepam|oxazepam|lorazepam|"
    r"medicijn\w*|medicatie\w*|pillen|pil|tablet\w*|druppels|zetpil\w*|morfinepomp|pomp\w*|recept\w*|apothe\w*|"
    r"noodpakket|insuline|antibiotica|diclofenac|naproxen|pantoprazol|omeprazol|\d+\s?(?:mg|mcg|microgram|ml)",
    Section.S8: r"afspraak\w*|afspraken|zorgplan\w*|taak|taken|bezoek\w*|komt langs|langskomen|bed|hoog-laag\w*|"
    r"rolstoel\w*|rollator|hulpmiddel\w*|indicatie\w*|nachtzorg|wondzorg|wond\w*|katheter\w*|regel\w*|planning|vervoer",
    Section.S9: r"stervensfase|reutel\w*|ligt op sterven|terminaal|terminale|sedatie\w*|stervend\w*|waken",
    Section.S10: r"vertrouwelijk\w*|geheim\w*|onder ons|in vertrouwen",
    Section.S11: r"toestemming\w*|bezwaar|meelezen|inzage|privacy",
}
_SECTIONS = {section: re.compile(rf"\b(?:{words})\b") for section, words in _SECTION_WORDS.items()}


@lru_cache(maxsize=64)
def normal(text: str) -> str:
    """Lower case without accents; the ends of lines stay, because they end a sentence."""
    return "\n".join(plain(line) for line in text.splitlines())


def _figures(pattern: re.Pattern[str], text: str) -> Iterable[tuple[int, int]]:
    for match in pattern.finditer(text):
        found = match.groupdict()
        figure, word = found.get("figure"), found.get("word")
        yield match.start(), int(figure) if figure is not None else _NUMBER_WORDS[word or "nul"]


def pain_figures(text: str) -> tuple[int, ...]:
    """Pijncijfers 0-10: "pijn, een 8", "een 8 voor de pijn", "8/10". Several different ones are all given."""
    said = normal(text)
    found: list[tuple[int, int]] = []
    for pattern in (_PAIN_BEFORE, _PAIN_AFTER):
        # "(?P<figure>…)" stands in both halves of an alternation only once, so each match has one figure.
        found += _figures(pattern, said)
    if not found:
        for sentence in _SENTENCE.findall(said):
            others = [m["item"] for m in _COMPLAINT.finditer(sentence) if USD_WORDS[m["item"]] is not SymptomItem.PAIN]
            found += [] if others else _figures(_OUT_OF_TEN, sentence)
    return tuple(dict.fromkeys(figure for _, figure in sorted(found)))


def complaint_scores(text: str) -> tuple[tuple[SymptomItem, int], ...]:
    """Klachten met een cijfer ("benauwdheid 6"); a complaint with two different figures is left out."""
    seen: dict[SymptomItem, set[int]] = {}
    for match in _COMPLAINT.finditer(normal(text)):
        seen.setdefault(USD_WORDS[match["item"]], set()).add(int(match["figure"]))
    return tuple((item, next(iter(scores))) for item, scores in seen.items() if len(scores) == 1)


def wished_place(text: str) -> Place | None:
    """De plek waar iemand wil overlijden: one place, in a sentence about dying and wishing, without a denial."""
    found: set[Place] = set()
    for sentence in _SENTENCE.findall(normal(text)):
        if not _DYING_WORDS.search(sentence) or not _WISHES.search(sentence):
            continue
        here = {place for place, word in _PLACES.items() if re.search(word, sentence)}
        if here and (_NEGATED.search(sentence) or sentence.endswith("?")):
            return None
        found |= here
    return found.pop() if len(found) == 1 else None


def complexity_level(text: str) -> Level | None:
    """Hoe complex iemand de zorg noemt: "complexiteit van gemiddeld naar hoog" is high."""
    found: set[Level] = set()
    for sentence in _SENTENCE.findall(normal(text)):
        if _NEGATED.search(sentence) or sentence.endswith("?"):
            continue
        for pattern in (_COMPLEXITY, _COMPLEXITY_FIRST):
            found |= {_LEVELS[match["level"]] for match in pattern.finditer(sentence)}
    return found.pop() if len(found) == 1 else None


def directives(text: str) -> tuple[tuple[Treatment, Decision], ...]:
    """Behandelgrenzen ("niet meer reanimeren"); none out of a question, a condition or a contradiction."""
    seen: dict[Treatment, set[Decision]] = {}
    for sentence in _SENTENCE.findall(normal(text)):
        if sentence.endswith("?") or _CONDITION.search(sentence):
            continue
        for treatment, (against, for_it) in _DIRECTIVES.items():
            if against.search(sentence):
                seen.setdefault(treatment, set()).add(Decision.NO)
            elif for_it.search(sentence):
                seen.setdefault(treatment, set()).add(Decision.YES)
    return tuple((treatment, next(iter(said))) for treatment, said in seen.items() if len(said) == 1)


def performance(text: str) -> tuple[str, int] | None:
    """PPS of Karnofsky: ("pps" or "kps", 0-100 in tens), when one is named."""
    found = {("pps" if m["scale"] == "pps" else "kps", int(m["score"])) for m in _SCALE.finditer(normal(text))}
    return found.pop() if len(found) == 1 else None


def phone_numbers(text: str) -> tuple[str, ...]:
    """Nederlandse telefoonnummers, as they were written."""
    return tuple(dict.fromkeys(" ".join(match[0].split()) for match in _PHONE.finditer(text)))


def reachable(text: str) -> list[tuple[tuple[str, ...], str, str]]:
    """Wie wanneer te bellen is: (parts of the week, who, number), only where one sentence says all three."""
    found = []
    for sentence in _SENTENCE.findall(text):
        phones, said = phone_numbers(sentence), normal(sentence)
        hours = tuple(part for part, words in _HOURS.items() if words.search(said))
        who = dict.fromkeys(_CALLED.findall(said))
        if len(phones) == 1 and len(who) == 1 and hours:
            found.append((hours, next(iter(who)), phones[0]))
    return found


def told_in_confidence(text: str) -> bool:
    """Iemand vraagt om het niet verder te vertellen (BW 7:457; S10)."""
    return bool(_CONFIDENCE.search(normal(text)))


def section_counts(text: str) -> dict[Section, int]:
    """How many words of each section stand in it; sections without any are left out."""
    said = normal(text)
    counts = {section: len(pattern.findall(said)) for section, pattern in _SECTIONS.items()}
    return {section: count for section, count in counts.items() if count}
