"""Eenheden in wat iemand overtypt: wat op twee manieren te lezen is, wordt gevraagd, nooit geraden (§3.9, D1).

``µg`` is read as ``mg``, ``5,0`` as ``50`` and ``1.000`` as ``1``: each has killed people, so each is asked.
"""

import re

from hub.domain.errors import CommandRejected

_UNIT = r"(?:mg|gram|g|ml|microgram|milligram|ie|eh)"
_MICRO = re.compile(r"(?<![^\W\d_])(?:[µμ]\s?g(?:r|ram)?|[uγ]g|mcg|mcgr|mgr)(?![^\W\d_])", re.IGNORECASE)
_TRAILING_ZERO = re.compile(rf"\d[.,]0+\s?{_UNIT}(?![^\W\d_])", re.IGNORECASE | re.ASCII)
_NAKED = re.compile(rf"(?<!\d)[.,]\d{{1,6}}\s?{_UNIT}(?![^\W\d_])", re.IGNORECASE | re.ASCII)
_THOUSAND = re.compile(rf"\d\.\d{{3}}\s?{_UNIT}(?![^\W\d_])", re.IGNORECASE | re.ASCII)
_QUESTIONS = (
    (_MICRO, "Bedoelt u microgram of milligram? Schrijf voluit microgram, of mg."),
    (_TRAILING_ZERO, "Schrijf geen nul achter de komma: 5,0 wordt gelezen als 50. Bedoelt u 5 of 50?"),
    (_NAKED, "Schrijf een nul voor de komma: ,5 wordt gelezen als 5. Bedoelt u 0,5 of 5?"),
    (_THOUSAND, "Is de punt een komma of een duizendtal? Schrijf 1000, of 1,25."),
)


def require_clear(*texts: str) -> None:
    """Ask about a quantity that can be read in two ways. What is here is copied by a person; nothing is corrected.

    :raises CommandRejected: ``unclear-unit``, with the question
    """
    for text in texts:
        if any(char.isnumeric() and not char.isascii() and char not in "½¼¾" for char in text):
            raise CommandRejected("unclear-unit", "Schrijf getallen met gewone cijfers.")
        for unclear, question in _QUESTIONS:
            if unclear.search(text):
                raise CommandRejected("unclear-unit", "%(question)s Er is niets vastgelegd.", {"question": question})
