"""Words that the policy files and the code share: limits of a permit, and guards that no policy may leave out."""

from collections.abc import Mapping
from types import MappingProxyType

LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "administration": "alleen welke medicatie is toegediend",
        "asked_tasks": "alleen taken die aan de persoon zijn gevraagd, of die de persoon zelf vraagt",
        "consult": "alleen wat bij het eigen consult hoort",
        "flag": "bij lezen: alleen of de stervensfase is begonnen; bij herstellen: alleen aangeven dat iets niet klopt",
        "if_needed": "alleen wat nodig is voor de beslissing die nu voorligt",
        "indication": "alleen de reden van de medicatie",
        "info": "alleen de uitleg en afspraken voor naasten",
        "last": "alleen de laatste metingen",
        "log": "alleen het logboek, geen zorginhoud",
        "name_contact": "alleen naam en contactgegevens",
        "own": "alleen wat over de persoon zelf gaat of wat die zelf schreef",
        "own_contacts": "alleen eigen gegevens en contactpersonen",
        "own_field": "alleen op het eigen vakgebied",
        "own_organisation": "alleen collega's van de eigen organisatie",
        "own_relation": "alleen wat over de eigen zorgrelatie gaat",
        "own_tasks": "alleen taken van de persoon zelf of de eigen organisatie",
        "pain_swallow_renal": "alleen pijn, slikken en nierfunctie",
        "phase": "alleen de fase van de ziekte",
        "place_only": "alleen de gewenste plaats van zorg en sterven",
        "proxy": "alleen het symptoomdagboek, ingevuld namens de patiënt",
        "questions": "alleen vragen",
        "relatives": "alleen naasten",
        "request": "alleen erom vragen; de schrijver of een zorgverlener doet het",
        "roster": "alleen rooster en agenda",
        "signal": "alleen een signaal, geen voorschrift",
        "spiritual": "alleen wat over zingeving gaat",
        "statement": "alleen een eigen verklaring naast wat anderen schreven",
        "summary": "alleen een samenvatting",
        "technical_log": "alleen het technische logboek",
        "usd": "alleen het eigen symptoomdagboek (USD)",
        "waarneembericht": "alleen een waarneembericht",
        "with_proof": "alleen met bewijs: wie het zei, wanneer en hoe",
        "withdraw": "alleen een eigen afspraak of wilsverklaring intrekken",
    }
)
"""Beperkingen van een toestemming: limit word → what it narrows a permit to, in Dutch.

The engine does not start on a ``@limit`` that is not here, because a limit that no code knows would narrow nothing.
"""

REQUIRED_GUARDS = frozenset(
    {
        "guard-stranger",
        "guard-relation",
        "guard-objection",
        "guard-after-death",
        "guard-circle-closed",
        "guard-representative",
        "guard-illness-discussed",
        "guard-relative-consent",
        "guard-relative-consent-tasks",
        "guard-spiritual-carer-consent-read",
        "guard-spiritual-carer-consent-record",
        "guard-lead-confirms",
        "guard-lead-trusts",
        "guard-lead-roles",
        "guard-purpose",
        "guard-assurance",
        "guard-step-up",
        "guard-explicit-consent",
        "guard-child-patient",
        "guard-after-death-completing",
        "guard-left",
        "guard-emergency-choice",
        "guard-open-tasks",
        "guard-two-people",
        "guard-case",
    }
)
"""Sloten die er altijd moeten zijn. Without them permits silently open wider, so their absence stops the start."""
