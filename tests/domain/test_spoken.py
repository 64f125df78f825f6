"""Sentences with named facts, said in the language of who reads them."""

from hub.domain.spoken import joined, phrase, verbatim

_ENGLISH = {"Taak %(number)s: %(why)s": "%(why)s, task %(number)s", "te laat": "Late", "Kop %(x)s": "Head %(x)s"}


def english(message: str) -> str:
    return _ENGLISH.get(message, message)


def test_a_sentence_is_said_in_the_language_of_who_reads_it_with_what_is_in_it() -> None:
    said = phrase("Taak %(number)s: %(why)s", number=3, why=phrase("te laat"))
    assert said.dutch == "Taak 3: te laat"
    assert said.said(english) == "Late, task 3"


def test_what_people_typed_is_never_translated_nor_filled_in() -> None:
    typed = verbatim("te laat %(number)s 100%")
    said = joined((phrase("Kop %(x)s", x=typed), typed))
    assert said.said(english) == "Head te laat %(number)s 100%\nte laat %(number)s 100%"


def test_nothing_to_say_is_nothing() -> None:
    assert joined(()).said(english) == ""


def test_it_is_no_text_by_accident() -> None:
    assert "Anna" not in f"{verbatim('Anna')}"


def test_a_percent_sign_between_sentences_is_a_percent_sign() -> None:
    assert joined([verbatim("a"), verbatim("50 %")], " % ").dutch == "a % 50 %"
    assert joined([], " % ").dutch == ""
