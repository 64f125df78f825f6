"""What people read about somebody's identity: who, what it may mean, and what to do. Several people read it: Dutch."""

from hub.domain.identity import NOTHING, short_code
from hub.domain.people import Person
from hub.domain.vocabulary import Role

SHORTEST_EVIDENCE = 10
ADMINISTRATOR_HELPS = (
    "In deze kring kan nu niemand dit bevestigen. Vraag de beheerder van Kring om hulp, en laat zien of horen wie u "
    "bent."
)
_WAITS = "Tot dan doet Kring niets met opdrachten van {name}, en kan {name} nieuwe berichten van Kring niet lezen."
_HOW = (
    "- Bel {name} op een nummer dat u al had, of ga langs. Vraag het niet in Element.\n"
    "- Hoor of zie dat het {name} echt is, en vraag: {question}\n"
    "- Klopt het? Typ: !vertrouw {family} {code}\n"
    "- Nog zekerder: vergelijk samen zeven plaatjes. Dat kan in het portaal, bij Toestellen.\n"
    "- Klopt het niet, of twijfelt u? Bevestig niets en bel de beheerder van Kring."
)


def changed(person: Person, role: Role, master_key: str) -> str:
    """Somebody's identity is another one than was pinned, or gone."""
    name, who = person.name.full, person.described(role)
    if master_key == NOTHING:
        return (
            f"# Let op: de beveiliging van {who} is weg\n"
            f"In Element is van {name} geen beveiliging (ondertekende sleutels) meer te zien. Dat kan een storing "
            f"zijn, of iemand verandert iets aan het account. {_WAITS.format(name=name)}\n"
            f"- Bel {name} op een nummer dat u al had, of ga langs.\n"
            f"- Stelt {name} de beveiliging in Element opnieuw in, dan hoort u dat hier. Dan kunt u die bevestigen.\n"
            "- Twijfelt u? Bel de beheerder van Kring."
        )
    question = "heeft u net een nieuwe telefoon, of de beveiliging in Element opnieuw ingesteld?"
    return (
        f"# Let op: de beveiliging van {who} is vernieuwd\n"
        f"Meestal heeft iemand dan een nieuwe telefoon, of is de herstelsleutel kwijt. Het kan ook zijn dat iemand "
        f"anders zich voordoet als {name}. {_WAITS.format(name=name)}\n" + _steps(person, master_key, question)
    )


def awaiting(person: Person, role: Role, master_key: str) -> str:
    """Somebody is here for the first time, and must be confirmed."""
    name, who = person.name.full, person.described(role)
    return (
        f"# Nieuw in Element: {who}\n"
        f"{name} heeft zich voor het eerst aangemeld. Wilt u bevestigen dat het {name} echt is? "
        f"{_WAITS.format(name=name)}\n" + _steps(person, master_key, "heeft u zich net aangemeld in Element?")
    )


def _steps(person: Person, master_key: str, question: str) -> str:
    name = person.name
    return _HOW.format(name=name.full, family=name.family, code=short_code(master_key), question=question)


def unsigned_device(device_id: str) -> str:
    """To the owner, on their confirmed devices: somebody signed in with their account."""
    return (
        f"# Er is een nieuw toestel op uw naam aangemeld ({device_id})\n"
        "Dit toestel is nog niet door u bevestigd. Kring stuurt er niets naartoe en doet niets met wat ervan komt.\n"
        "- Bent u dit zelf? Bevestig het nieuwe toestel dan in Element, met uw andere toestel of uw herstelsleutel.\n"
        "- Bent u dit niet? Verander uw wachtwoord, meld dat toestel af, en bel uw coach."
    )


def unsigned_device_of(who: str, device_id: str) -> str:
    """To the team, when the owner has no private room in which to read it."""
    return (
        f"Op naam van {who} is een nieuw toestel aangemeld ({device_id}) dat nog niet is bevestigd. Kring stuurt er "
        "niets naartoe. Is dat over een paar minuten nog zo, bel dan even."
    )


def confirmed(who: str, by: str, way: str, evidence: str | None) -> str:
    """To the team: it counts again."""
    how = {
        "emoji": "Zij vergeleken samen zeven plaatjes.",
        "administrator": f"De beheerder deed dat, omdat niemand anders het kon. Grond: {evidence}"
        if evidence
        else "De beheerder deed dat, omdat niemand anders het kon.",
    }.get(way, "")
    return f"De beveiliging van {who} is bevestigd door {by}. Opdrachten tellen weer mee. {how}".strip()


def confirmed_to(by: str) -> str:
    """To the person themself."""
    return (
        f"Uw beveiliging is bevestigd door {by}. U kunt weer verder. Een opdracht die u in de tussentijd gaf, is niet "
        "uitgevoerd: geef die opnieuw."
    )


def mismatch(who: str) -> str:
    """To who must know: emoji that were not the same."""
    return (
        f"# De plaatjes kwamen niet overeen: {who}\n"
        "Dat kan een vergissing zijn. Het kan ook betekenen dat iemand ertussen zit. Er is niets bevestigd.\n"
        "- Vergelijk nog een keer, het liefst naast elkaar.\n"
        "- Weer niet gelijk? Bevestig niets en bel de beheerder van Kring."
    )
