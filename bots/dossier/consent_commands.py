"""``!toestemming``: see the choices, make one, take it back; always answered in the private room of who asked.

Also ``!wilsbekwaam`` and ``!vertegenwoordiger``, for the doctor who judges capacity and who chooses between two.
"""

import re

from bots.dossier import consent_view
from bots.dossier.consent_words import everybody, parse_wish, whom
from bots.dossier.turn import Turn
from hub.application.use_cases.consents import choose, read_choices
from hub.application.use_cases.growing_up import shield
from hub.application.use_cases.representation import choose_representative, judge_capacity
from hub.domain.errors import CommandRejected
from hub.domain.identifiers import EntryRef
from hub.domain.spoken import verbatim
from hub.domain.vocabulary import Action, Section
from hub.texts import N_, Words, translator

_TOLD = N_("Het antwoord over toestemming staat in uw privékamer met Kring.")
_SHIELD = re.compile(r"^(?P<ref>\S+?)(?P<off>\s+niet(?:\s+meer)?)?$", re.IGNORECASE)
_CHOICE = re.compile(r"^(?P<who>[^:]+):\s*(?P<why>.+)$", re.DOTALL)


async def consent(turn: Turn) -> None:
    if not turn.argument.strip():
        await _show(turn)
        return
    wish = parse_wish(turn.argument)
    # First: whether a name fits somebody who was here before is not for everybody to hear.
    await turn.hub.guard.require(turn.unit, turn.context, Action.RECORD, Section.S11)
    meant = await whom(turn.unit, turn.circle, wish)
    made = await choose(
        turn.unit,
        turn.hub.guard,
        turn.context,
        decision=wish.decision,
        target=meant.target,
        sections=wish.sections,
        how=wish.how or N_("zelf getypt in een kamer van Kring"),
        recorded_by=turn.context.actor.id,
        situation=wish.situation,
        on_behalf=wish.on_behalf,
    )
    records = await turn.unit.consents.of_patient(turn.circle.patient_id)
    known = await everybody(turn.unit, turn.circle)
    said = consent_view.chosen(wish, meant, len(made.ended), records, known, turn.own_words)
    await turn.only_to_asker(said, {Section.S11}, turn.words(_TOLD))
    if turn.context.actor.id != (await turn.patient()).person_id:
        await tell_patient(turn, consent_view.chosen(
            wish, meant, len(made.ended), records, known, await _patients_words(turn)
        ))  # fmt: skip


async def _show(turn: Turn) -> None:
    choices = await read_choices(turn.unit, turn.hub.guard, turn.context)
    words = turn.own_words
    if choices is not None:
        await turn.only_to_asker(consent_view.overview(choices, words), {Section.S11}, turn.words(_TOLD))
        return
    permits = await turn.hub.guard.permitted(turn.unit, turn.context, Action.READ, consent_view.SHOWN)
    opened = {permit.section for permit in permits if permit.section is not None}
    body = (
        words("Voor u is open: %(what)s.") % {"what": consent_view.names(opened, words)}
        if opened
        else words("Voor u staat hier niets open.")
    )
    await turn.only_to_asker(body + "\n" + words("De patiënt kan dit altijd veranderen."), (), turn.words(_TOLD))


async def tell_patient(turn: Turn, said: str) -> None:
    """Nobody chooses for somebody else behind their back; to say no takes the same one message."""
    patient = await turn.unit.people.get((await turn.patient()).person_id)
    words = translator(patient.language)
    body = consent_view.on_behalf(turn.context.actor.described(turn.context.role), said, words)
    await turn.hub.speaker.private(turn.unit, turn.context, patient, verbatim(body), {Section.S11})


async def _patients_words(turn: Turn) -> Words:
    return translator((await turn.unit.people.get((await turn.patient()).person_id)).language)


async def capacity(turn: Turn) -> None:
    entry = await judge_capacity(turn.unit, turn.hub.guard, turn.context, turn.argument, turn.source)
    words = turn.words
    await turn.reply(
        words("Vastgelegd als voorstel %(ref)s. Het geldt pas als een tweede zorgverlener bevestigt: !bevestig %(ref)s")
        % {"ref": entry.ref}
        if not entry.value.capable
        else words(
            "Vastgelegd als %(ref)s. De patiënt beslist hier vanaf nu weer zelf; laat een tweede dit bevestigen."
        )
        % {"ref": entry.ref}
    )


async def representative(turn: Turn) -> None:
    match = _CHOICE.match(turn.argument)
    person = await turn.named_member(match["who"].strip()) if match else None
    if match is None or person is None:
        raise CommandRejected("bad-choice", "Schrijf: !vertegenwoordiger <naam>: <reden>.")
    await choose_representative(
        turn.unit, turn.hub.guard, turn.context, person_id=person.id, reason=match["why"]
    )  # fmt: skip
    words = turn.own_words
    said = words(
        "Vastgelegd: %(who)s beslist als vertegenwoordiger. De andere vertegenwoordiger beslist nu niet meer mee."
    )
    await turn.only_to_asker(said % {"who": person.name.full}, (), turn.words(_TOLD))


async def shielding(turn: Turn) -> None:
    """``!afschermen S6-2``: what a patient of 12 to 15 keeps from the parents; ``niet meer`` takes it back."""
    match = _SHIELD.match(turn.argument.strip())
    if match is None:
        raise CommandRejected("bad-shield", "Schrijf: !afschermen S6-2, of: !afschermen S6-2 niet meer.")
    ref = EntryRef.parse(match["ref"])
    await shield(turn.unit, turn.hub.guard, turn.context, ref, hidden=match["off"] is None)
    words = turn.own_words
    said = (
        words("%(ref)s is nu alleen voor u en uw zorgverleners. Ongedaan maken: !afschermen %(ref)s niet meer")
        if match["off"] is None
        else words("%(ref)s is weer te lezen voor uw ouders. Ongedaan maken: !afschermen %(ref)s")
    )
    await turn.only_to_asker(said % {"ref": ref}, (), turn.words(_TOLD))
