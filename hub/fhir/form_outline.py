"""The two PZP forms as outlines: which question stands inside which, with a short caption (ACP-zib2017, ACP-zib2020).

Indentation is nesting; a star marks a group that may be repeated. The question about sharing is left out: it has no
"nee", so Kring does not answer it.
"""

from dataclasses import dataclass

from hub.fhir.catalogue import Release


@dataclass(frozen=True, slots=True)
class Spot:
    """One question or group of the form, with what stands inside it."""

    link: str
    caption: str
    repeats: bool
    inside: tuple["Spot", ...]


def _outline(text: str) -> tuple[Spot, ...]:
    lines = [line for line in text.splitlines() if line.strip()]

    def read(at: int, depth: int) -> tuple[tuple[Spot, ...], int]:
        found = []
        while at < len(lines) and len(lines[at]) - len(lines[at].lstrip()) == 2 * depth:
            number, _, caption = lines[at].strip().partition(" ")
            inside, at = read(at + 1, depth + 1)
            found.append(Spot(number.rstrip("*"), caption, number.endswith("*"), inside))
        return tuple(found), at

    return read(0, 0)[0]


OUTLINES = {
    Release.STU3: _outline("""
385 Datum van invullen
7 Naam patiënt
  386 Voornamen
  387 Voorvoegsels
  388 Achternaam
6 Geboortedatum patiënt
8 Gesprek gevoerd door:
  16 Naam zorgverlener
    389 Voornamen
    390 Voorvoegsels
    391 Achternaam
  786 Functie (Specialisme)
26 Wilsbekwaamheid & Wettelijke vertegenwoordiging
  787 Wilsbekwaam voor medische behandelbeslissingen?
    788 Toelichting
  29 Wettelijke vertegenwoordiging
    30 Naam wettelijk vertegenwoordiger
      392 Voornamen
      393 Voorvoegsels
      394 Achternaam
    39 Contactgegevens wettelijk vertegenwoordiger
      40* Telefoonnummers
        398 Telefoonnummer
      41* EmailAdressen
        401 EmailAdres
    410 Relatie tot patiënt (1)
      411 Anders, namelijk:
    51 Relatie tot patiënt (2)
      408 Anders, namelijk:
    52 Is de wettelijk vertegenwoordiger ook de eerste contactpersoon?
    53 Naam eerste contactpersoon
      395 Voornamen
      396 Voorvoegsels
      397 Achternaam
    61 Contactgegevens eerste contactpersoon
      62* Telefoonnummers
        403 Telefoonnummer
      66* EmailAdressen
        406 EmailAdres
    819 Rol
    77 Relatie tot patiënt
      412 Anders, namelijk:
78 Gesprek gevoerd in bijzijn van
  82 Patiënt
  415 Rol
    414 Anders, namelijk:
  80 Relatie tot patiënt
    413 Anders, namelijk:
586 Belangrijkste overeengekomen doel van medisch beleid
  790 MetingNaam voor Belangrijkste doel van behandeling
  784 Doel (UitslagWaarde)
83 Behandelgrenzen
  792 Reanimatie
    791 Behandeling
    587 BehandelingToegestaan
      122 Beperkingen
      86 Toelichting
  793 Kunstmatige invasieve beademing
    794 Behandeling
    588 BehandelingToegestaan
      123 Beperkingen
      92 Toelichting
  796 Opname op intensive care
    795 Behandeling
    589 BehandelingToegestaan
      124 Beperkingen
      88 Toelichting
  798 Opname in ziekenhuis
    799 Behandeling
    590 BehandelingToegestaan
      125 Beperkingen
      94 Toelichting
  800 Behandeling met antibiotica
    801 Behandeling
    591 BehandelingToegestaan
      126 Beperkingen
      96 Toelichting
  802 Toediening van een bloedproduct
    803 Behandeling
    592 BehandelingToegestaan
      127 Beperkingen
      98 Toelichting
  804 Overige behandelgrenzen
    805 Behandeling
    593 BehandelingToegestaan
      100 Toelichting
  249 Heeft de patiënt een ICD?
    600 ProductType van ICD
    599 Toelichting
  808 Is er een afspraak over het moment van uitzetten ICD?
    809 Behandeling van uitzetten ICD
    595 Afspraak uitzetten ICD (BehandelingToegestaan)
      596 Toelichting gemaakte afspraken
107 Behandelwensen
  810 Specifieke wensen voor de zorg
    811 Wens en verwachting patient (MetingNaam)
    382 Wens en verwachting patient (UitslagWaarde)
  812 Gewenste plek van overlijden
    815 MetingNaam voor Gewenste plek van overlijden
    604 Voorkeursplek (UitslagWaarde)
      110 Toelichting
  813 Euthanasie standpunt
    816 MetingNaam voor Euthanasie standpunt
    785 Standpunt (UitslagWaarde)
      112 Toelichting
  814 Keuze orgaandonatie vastgelegd in donorregister?
    817 MetingNaam voor Keuze orgaandonatie vastgelegd in donorregister?
    789 Keuze orgaandonatie in donorregister (UitslagWaarde)
598 Wat verder nog belangrijk is
  818 MetingNaam voor Wat verder nog belangrijk is
  383 Wat verder nog belangrijk is (UitslagWaarde)
115 Eerder vastgelegde behandelwensen
  253 Heeft de patiënt eerder behandelafspraken vastgelegd?
    254 Toelichting
  255 Eerder andere wensen dan nu?
119 Informatie delen
  256 Patiënt geïnformeerd over zelf bespreken met naasten?
"""),
    Release.R4: _outline("""
963 Datum van invullen
7 Naam patiënt
  964 Voornamen
  965 Voorvoegsels
  966 Achternaam
967 Geboortedatum patiënt
8 Gesprek gevoerd door:
  16 Naam zorgverlener
    968 Voornamen
    969 Voorvoegsels
    970 Achternaam
  1405 Functie (Specialisme)
26 Wilsbekwaamheid & Wettelijke vertegenwoordiging
  1406 Wilsbekwaam voor medische behandelbeslissingen?
    1407 Toelichting
  29 Wettelijke vertegenwoordiging
    30 Naam wettelijk vertegenwoordiger
      973 Voornamen
      974 Voorvoegsels
      975 Achternaam
    39 Contactgegevens wettelijk vertegenwoordiger
      40* Telefoonnummers
        976 Telefoonnummer
      41* EmailAdressen
        980 EmailAdres
    982 Relatie tot patiënt (1)
      411 Anders, namelijk:
    983 Relatie tot patiënt (2)
      408 Anders, namelijk:
    984 Is de wettelijk vertegenwoordiger ook de eerste contactpersoon?
    53 Naam eerste contactpersoon
      985 Voornamen
      986 Voorvoegsels
      987 Achternaam
    61 Contactgegevens eerste contactpersoon
      62* Telefoonnummers
        988 Telefoonnummer
      66* EmailAdressen
        992 EmailAdres
    995 Relatie tot patiënt
      412 Anders, namelijk:
78 Gesprek gevoerd in bijzijn van
  82 Patiënt
  997 Rol
    414 Anders, namelijk:
  998 Relatie tot patiënt
    413 Anders, namelijk:
586 Belangrijkste overeengekomen doel van medisch beleid
  1408 Belangrijkste doel van behandeling ([MetingNaam])
  999 Doel ([MetingWaarde])
83 Behandelgrenzen
  1409 Reanimatie
    1410 Behandeling
    1386 BehandelBesluit
      1001 SpecificatieAnders
      1002 Toelichting
  1411 Kunstmatige invasieve beademing
    1412 Behandeling
    1387 BehandelBesluit
      1388 SpecificatieAnders
      1389 Toelichting
  1413 Opname op intensive care
    1414 Behandeling
    1390 BehandelBesluit
      1391 SpecificatieAnders
      1392 Toelichting
  1415 Opname in ziekenhuis
    1416 Behandeling
    1393 BehandelBesluit
      1394 SpecificatieAnders
      1395 Toelichting
  1417 Behandeling met antibiotica
    1418 Behandeling
    1396 BehandelBesluit
      1397 SpecificatieAnders
      1398 Toelichting
  1419 Toediening van een bloedproduct
    1420 Behandeling
    1399 BehandelBesluit
      1400 SpecificatieAnders
      1401 Toelichting
  1421 Overige behandelgrenzen
    1422 Behandeling
    1402 BehandelBesluit
      1404 Toelichting
  1006 Heeft de patiënt een ICD?
    1008 ProductType van ICD
    1009 Toelichting
  1425 Is er een afspraak over het moment van uitzetten ICD?
    1426 Behandeling van uitzetten ICD (Behandeling)
    1005 Afspraak uitzetten ICD (BehandelBesluit)
      1010 Toelichting gemaakte afspraken
107 Behandelwensen
  1427 Specifieke wensen voor de zorg
    1428 Wens en verwachting patient ([MetingNaam])
    1190 Wens en verwachting patient ([MetingWaarde])
  1429 Gewenste plek van overlijden
    1430 Gewenste plek van overlijden ([MetingNaam])
    1191 Voorkeursplek ([MetingWaarde])
      1192 Toelichting
  1431 Euthanasie standpunt
    1432 Euthanasie standpunt ([MetingNaam])
    1193 Euthanasie standpunt ([MetingWaarde])
      1194 Toelichting
  1433 Keuze orgaandonatie vastgelegd in donorregister?
    1434 Keuze orgaandonatie vastgelegd in donorregister? ([MetingNaam])
    1435 Keuze orgaandonatie in donorregister ([MetingWaarde])
598 Wat verder nog belangrijk is
  1436 Wat verder nog belangrijk is ([MetingNaam])
  1196 Wat verder nog belangrijk is ([MetingWaarde])
115 Eerder vastgelegde behandelwensen
  1197 Heeft de patiënt eerder behandelafspraken vastgelegd?
    1198 Toelichting
  1199 Eerder andere wensen dan nu?
119 Informatie delen
  1200 Patiënt geïnformeerd over zelf bespreken met naasten?
"""),
}
