"""One command on its way: who asked, what they typed, and the transaction that will hold the effect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bots.dossier.words import role_named
from bots.runtime.trust import TrustedMessage
from bots.runtime.untrusted import object_at
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.context import RequestContext
from hub.application.use_cases.circles import Member, members
from hub.bootstrap import Hub
from hub.domain.circle import Circle, RoomKind
from hub.domain.dossier import Entry, Source, SourceKind
from hub.domain.errors import CommandRejected
from hub.domain.observations import Reporter
from hub.domain.people import Patient, Person
from hub.domain.vocabulary import Role, Section
from hub.texts import SAY_DUTCH, Words, translator

_REPORTERS = {Role.PATIENT: Reporter.PATIENT, Role.RELATIVE: Reporter.RELATIVE, Role.REPRESENTATIVE: Reporter.RELATIVE}


@dataclass(frozen=True, slots=True)
class Turn:
    """What a command's handler gets. ``argument`` is what came after the word."""

    hub: Hub
    unit: SqlUnitOfWork
    context: RequestContext
    message: TrustedMessage
    argument: str
    words: Words = SAY_DUTCH
    """For an answer in the room where this was asked."""

    @property
    def own_words(self) -> Words:
        """For an answer that only the asker hears."""
        return translator(self.context.actor.language)

    @property
    def circle(self) -> Circle:
        if self.context.circle is None:
            raise CommandRejected("no-circle", "Deze kamer hoort bij geen open kring.")
        return self.context.circle

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def source(self) -> Source:
        return Source(SourceKind.ROOM, self.message.event_id)

    @property
    def reporter(self) -> Reporter:
        """Whose series a score belongs to (USD-P, USD-Z, naaste)."""
        return _REPORTERS.get(self.context.role or Role.COACH, Reporter.PROFESSIONAL)

    async def reply(self, body: str, sections: Iterable[Section] = ()) -> None:
        """Answer where the audience rule allows it."""
        await self.hub.speaker.reply(self.unit, self.context, body, sections)

    async def in_private(self) -> bool:
        """True when this was asked in a private room, where nobody else hears the answer."""
        place = await self.unit.rooms.place(self.message.room_id)
        return place is not None and place.kind is RoomKind.PRIVATE

    async def only_to_asker(self, body: str, sections: Iterable[Section], told: str) -> None:
        """Answer in the asker's private room; ``told`` is for the room where they asked."""
        await self.hub.speaker.only_to_asker(self.unit, self.context, body, sections, told)

    async def patient(self) -> Patient:
        return await self.unit.patients.get(self.circle.patient_id)

    async def members(self) -> list[Member]:
        return await members(self.unit, self.circle, self.now)

    async def authors(self, entries: Iterable[Entry]) -> Mapping[str, Person]:
        """Everybody named by these entries, by person id."""
        wanted = {entry.author_id for entry in entries} | {e.confirmed_by for e in entries if e.confirmed_by}
        return await self.unit.people.all_of(wanted)

    async def named_member(self, word: str | None) -> Person | None:
        """The member whom ``@word`` or a mention in the encrypted message means; None when nobody is named.

        :raises CommandRejected: nobody, or more than one, fits
        """
        present = await self.members()
        mentioned = object_at(self.message.content, "m.mentions").get("user_ids")
        if isinstance(mentioned, list):
            named = [m.person for m in present if m.person.matrix_id in mentioned]
            if len(named) == 1:
                return named[0]
        if not word:
            return None
        wanted = word.lstrip("@").casefold()
        role = role_named(word)
        found = [
            member.person
            for member in present
            if member.person.id != self.context.actor.id
            and (
                (role is not None and member.relation.role is role)
                or wanted in {member.person.name.family.casefold(), member.person.name.full.casefold()}
                or (member.person.matrix_id or "").casefold() in {f"@{wanted}", wanted}
            )
        ]
        if len(found) != 1:
            # What was typed is not repeated: it may be somebody's number, or made to mislead.
            problem = "niemand" if not found else "meer dan één persoon"
            raise CommandRejected(
                "unclear-person",
                "Bij die naam of rol past %(problem)s in deze kring. Kijk met !wie wie er is.",
                {"problem": problem},
            )
        return found[0]
