"""What people read about somebody's identity: who, what it may mean, and what to do."""

from hub.domain.identity import NOTHING, short_code
from hub.domain.people import Person
from hub.domain.spoken import N_, Spoken, joined, phrase
from hub.domain.vocabulary import Role

SHORTEST_EVIDENCE = 10
ADMINISTRATOR_HELPS = phrase(
    "In deze kring kan nu niemand dit bevestigen. Vraag de beheerder van Kring om hulp, en laat zien of horen wie u "
    "bent."
)
_HOW = N_(
    "- Bel %(name)s op een nummer dat u al had, of ga langs. Vraag het niet in Element.\n- Hoor of zie dat het "
    "%(name)s echt is, en vraag: %(question)s\n- Klopt het? Typ: !vertrouw %(family)s %(code)s\n- Nog zekerder: "
    "vergelijk samen zeven plaatjes. Dat kan in het portaal, bij Toestellen.\n- Klopt het niet, of twijfelt u? "
    "Bevestig niets en bel de beheerder van Kring."
)


def changed(person: Person, role: Role, master_key: str) -> Spoken:
    """Somebody's identity is another one than was pinned, or gone."""
    name, who = person.name.full, person.introduced(role)
    if master_key == NOTHING:
        return phrase(
            "# Let op: de beveiliging van %(who)s is weg\nIn Element is van %(name)s geen beveiliging (ondertekende "
            "sleutels) meer te zien. Dat kan een storing zijn, of iemand verandert iets aan het account. %(waits)s\n- "
            "Bel %(name)s op een nummer dat u al had, of ga langs.\n- Stelt %(name)s de beveiliging in Element "
            "opnieuw in, dan hoort u dat hier. Dan kunt u die bevestigen.\n- Twijfelt u? Bel de beheerder van Kring.",
            who=who,
            name=name,
            waits=_waits(name),
        )
    question = phrase("heeft u net een nieuwe telefoon, of de beveiliging in Element opnieuw ingesteld?")
    return joined(
        (
            phrase(
                "# Let op: de beveiliging van %(who)s is vernieuwd\nMeestal heeft iemand dan een nieuwe telefoon, of "
                "is de herstelsleutel kwijt. Het kan ook zijn dat iemand anders zich voordoet als %(name)s. %(waits)s",
                who=who,
                name=name,
                waits=_waits(name),
            ),
            _steps(person, master_key, question),
        )
    )


def awaiting(person: Person, role: Role, master_key: str) -> Spoken:
    """Somebody is here for the first time, and must be confirmed."""
    name, who = person.name.full, person.introduced(role)
    return joined(
        (
            phrase(
                "# Nieuw in Element: %(who)s\n%(name)s heeft zich voor het eerst aangemeld. Wilt u bevestigen dat het "
                "%(name)s echt is? %(waits)s",
                who=who,
                name=name,
                waits=_waits(name),
            ),
            _steps(person, master_key, phrase("heeft u zich net aangemeld in Element?")),
        )
    )


def _waits(name: str) -> Spoken:
    return phrase(
        "Tot dan doet Kring niets met opdrachten van %(name)s, en kan %(name)s nieuwe berichten van Kring niet lezen.",
        name=name,
    )


def _steps(person: Person, master_key: str, question: Spoken) -> Spoken:
    name, code = person.name, short_code(master_key)
    return phrase(_HOW, name=name.full, family=name.family, code=code, question=question)


def unsigned_device(device_id: str) -> Spoken:
    """To the owner, on their confirmed devices: somebody signed in with their account."""
    return phrase(
        "# Er is een nieuw toestel op uw naam aangemeld (%(device_id)s)\nDit toestel is nog niet door u bevestigd. "
        "Kring stuurt er niets naartoe en doet niets met wat ervan komt.\n- Bent u dit zelf? Bevestig het nieuwe "
        "toestel dan in Element, met uw andere toestel of uw herstelsleutel.\n- Bent u dit niet? Verander uw "
        "wachtwoord, meld dat toestel af, en bel uw coach.",
        device_id=device_id,
    )


def unsigned_device_of(who: Spoken, device_id: str) -> Spoken:
    """To the team, when the owner has no private room in which to read it."""
    return phrase(
        "Op naam van %(who)s is een nieuw toestel aangemeld (%(device_id)s) dat nog niet is bevestigd. Kring stuurt "
        "er niets naartoe. Is dat over een paar minuten nog zo, bel dan even.",
        who=who,
        device_id=device_id,
    )


def confirmed(who: Spoken, by: Spoken, way: str, evidence: str | None) -> Spoken:
    """To the team: it counts again."""
    said = [phrase("De beveiliging van %(who)s is bevestigd door %(by)s. Opdrachten tellen weer mee.", who=who, by=by)]
    if way == "emoji":
        said.append(phrase("Zij vergeleken samen zeven plaatjes."))
    if way == "administrator":
        said.append(phrase("De beheerder deed dat, omdat niemand anders het kon."))
        if evidence:
            said.append(phrase("Grond: %(evidence)s", evidence=evidence))
    return joined(said, " ")


def confirmed_to(by: Spoken) -> Spoken:
    """To the person themself."""
    return phrase(
        "Uw beveiliging is bevestigd door %(by)s. U kunt weer verder. Een opdracht die u in de tussentijd gaf, is "
        "niet uitgevoerd: geef die opnieuw.",
        by=by,
    )


def mismatch(who: Spoken) -> Spoken:
    """To who must know: emoji that were not the same."""
    return phrase(
        "# De plaatjes kwamen niet overeen: %(who)s\nDat kan een vergissing zijn. Het kan ook betekenen dat iemand "
        "ertussen zit. Er is niets bevestigd.\n- Vergelijk nog een keer, het liefst naast elkaar.\n- Weer niet "
        "gelijk? Bevestig niets en bel de beheerder van Kring.",
        who=who,
    )
