"""Acute words: none of the list is ever missed; alarms in vain are counted on ordinary sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.acute_words import Acute, acute_in

LIST = {
    Acute.EMERGENCY: (
        "spoed",
        "dit is nood",
        "112",
        "ambulance",
        "acuut",
        "dringend",
        "levensgevaar",
        "help!",
        "SOS",
        "ze gaat dood",
        "🆘",
    ),
    Acute.BREATH: (
        "benauwd",
        "benauwdheid",
        "kortademig",
        "ze stikt",
        "stikken",
        "stikkend",
        "geen lucht",
        "geen adem",
        "kan niet ademen",
        "ademt niet",
        "ademt heel zwaar",
        "hapt naar adem",
        "verslikt",
        "ze wordt blauw",
        "blauwe lippen",
        "reutelt",
    ),
    Acute.BLEEDING: (
        "bloeding",
        "bloedingen",
        "ze bloedt",
        "veel bloed",
        "braakt bloed",
        "hoest bloed",
        "bloed ophoesten",
        "zwarte ontlasting",
        "ze braakt koffiegruis",
    ),
    Acute.CONSCIOUSNESS: (
        "niet wakker te krijgen",
        "wordt niet wakker",
        "niet aanspreekbaar",
        "reageert niet",
        "bewusteloos",
        "hij valt steeds weg",
        "schokt over zijn hele lijf",
        "buiten kennis",
        "flauwgevallen",
        "weggezakt",
        "insult",
        "stuiptrekkingen",
        "ineens verward",
    ),
    Acute.FALL: (
        "gevallen",
        "gevalen",
        "papa viel net van de trap",
        "ze viel uit bed",
        "kan niet opstaan",
        "valpartij",
        "ligt op de grond",
        "heup gebroken",
        "gebroken heup",
    ),
    Acute.PAIN: (
        "heftige pijn",
        "hevige pijnen",
        "ondraaglijke pijn",
        "vreselijk veel pijn",
        "pijn is niet te houden",
        "heel veel pijn",
        "pijn op de borst",
        "gilt van de pijn",
        "doorbraakpijn",
        "heel erg veel pijn",
        "de pijn wordt erger",
    ),
    Acute.HEART_OR_BRAIN: (
        "hartaanval",
        "hartstilstand",
        "beroerte",
        "tia",
        "scheve mond",
        "gezicht hangt scheef",
        "verlamd",
        "dwarslaesie",
        "kan haar linkerarm niet meer optillen",
    ),
    Acute.SUICIDE: (
        "zelfmoord",
        "suïcide",
        "suicidaal",
        "ik wil niet meer leven",
        "hij wil dood",
        "zichzelf iets aandoen",
        "een einde aan mijn leven",
        "zelfdoding",
        "dat hij er een eind aan maakt",
        "uit het leven stappen",
    ),
    Acute.MEDICATION: (
        "overdosis",
        "te veel morfine",
        "alle pillen ingenomen",
        "dubbel geplakt",
        "de pomp is leeg",
        "vergiftigd",
        "de pomp geeft alarm",
    ),
}
EVERY = [(kind, word) for kind, words in LIST.items() for word in words]

NOT_ACUTE = (
    "Goedemorgen allemaal",
    "Mama heeft goed geslapen",
    "Ze is niet benauwd",
    "Geen bloeding gezien",
    "Hij is gelukkig niet gevallen",
    "Papa is in slaap gevallen",
    "Ze is drie kilo afgevallen",
    "Het viel mee, dank je wel",
    "Benauwdheid 3 vandaag",
    "pijn=4 benauwdheid=2",
    "Het noodpakket ligt in de kast",
    "Fijn weekend",
    "Kamer 1120",
    "De wijkverpleging komt om tien uur",
    "Ze is niet meer kortademig",
    "Geen heftige pijn meer vannacht",
    "Wat fijn dat jullie zo helpen",
    "Help je even met het bed?",
    "Dank voor alle hulp",
    "De thuishulp komt morgen",
    "Ik heb de apotheek gebeld",
    "Het is me opgevallen dat ze meer eet",
    "Er is geen haast bij",
    "Geen spoed hoor",
    "Ze eet weinig maar drinkt goed",
    "De fysio was er",
    "Zullen we zondag koffie drinken?",
    "Wanneer komt de dokter?",
    "Kan iemand de steunkousen aandoen?",
    "De pleister is gewisseld",
    "Hij lacht weer",
    "Ze is moe",
    "Pijn is 3 vandaag",
    "Mama wil graag naar buiten",
    "De kleinkinderen komen",
    "De kat is bevallen",
    "De uitslag is meegevallen",
    "Nooit benauwd geweest",
    "De spoedset is bijgewerkt",
    "De bloedafname is morgen",
    "Het bloedprikken ging goed",
    "De bloeddruk is goed",
    "Ze ademt rustig",
    "Hij wil graag blijven leven tot de zomer",
    "De keuze is gevallen op hospice De Linde",
    "Zijn er nog vragen?",
    "Heeft ze nog iets nodig?",
    "Eerste hulp cursus gedaan",
    "De avond is gevallen",
    "Hij heeft minder pijn",
    "Het bloed prikken is om negen uur",
    "De bloedsuiker was 6",
    "Het viel mee",
    "Ze valt erg op",
    "Help me onthouden wanneer de apotheek komt",
)
"""Ordinary messages of a circle, written for this; each is judged on its own."""
DOUBT = (
    "Ze is niet alleen benauwd",
    "Is ze niet benauwd?",
    "Ik weet niet of ze benauwd is",
    "Volgens hem is ze niet gevallen",
    "Ze zegt dat ze niet benauwd is",
    "Niet gevallen maar wel benauwd",
    "Nog niet gevallen",
    "benauwdheid 9",
)


@pytest.mark.parametrize("kind", LIST)
def test_haz03_no_word_of_the_list_is_ever_missed(kind: Acute) -> None:
    sentences = ("{}", "Mama: {}", "HALLO {}", "Wat nu, {}?", "> ja\n{}", "Ze zei dat het goed ging. {}")
    said = [sentence.format(word) for word in LIST[kind] for sentence in sentences]
    assert [one for one in said if kind not in acute_in(one) or kind not in acute_in(one.upper())] == []


@pytest.mark.parametrize("sentence", DOUBT)
def test_haz03_in_doubt_it_is_acute(sentence: str) -> None:
    assert acute_in(sentence)


def test_haz03_false_alarms_are_counted_and_stay_few() -> None:
    false = [sentence for sentence in NOT_ACUTE if acute_in(sentence)]
    assert len(false) / len(NOT_ACUTE) <= 0.02, false


def test_haz03_what_somebody_quotes_is_not_theirs() -> None:
    assert acute_in("> ze is benauwd\nGelukkig is het over") == frozenset()


@given(st.text(max_size=300))
def test_any_text_is_read_and_only_known_matters_come_out(text: str) -> None:
    assert acute_in(text) <= set(Acute)


@given(st.sampled_from(EVERY), st.text("abcdefghij .,!\n", max_size=60))
def test_haz03_words_before_it_hide_nothing_unless_they_deny(one: tuple[Acute, str], before: str) -> None:
    kind, word = one
    assert kind in acute_in(f"{before}. {word}")


def test_a_long_text_takes_no_long_time_to_read() -> None:
    assert Acute.BREATH in acute_in("niet benauwd " * 5000 + "benauwd")
