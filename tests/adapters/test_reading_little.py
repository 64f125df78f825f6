"""Opening only what is shown shows exactly what opening everything would: held against a plain reading, by chance.

The plain reading opens every version, takes away what is held back, keeps what the limits leave, and shows of each
entry what counts. It knows nothing of rows, portions or amounts.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert

from hub.adapters.dutch_stems import stem
from hub.adapters.sql.entry_rows import SEALED, sealed_row
from hub.adapters.sql.tables import entry as table
from hub.adapters.sql.unit_of_work import SqlUnitOfWork
from hub.application.guard import Permit
from hub.application.reading_ports import Prepare
from hub.application.use_cases.search import Search
from hub.domain import limits
from hub.domain.advance_care_plan import Decision, Treatment
from hub.domain.dossier import Entry, Source, SourceKind, Status, to_show
from hub.domain.entries import Note, Statement, kind_of
from hub.domain.identifiers import EntryRef
from hub.domain.observations import Complexity, ItemScore, Level, PainScore, Reporter, SymptomItem, SymptomScores
from hub.domain.reading import OVERVIEW, Amount, Place
from hub.domain.search import parse_query
from hub.domain.vocabulary import Action, Role, Section
from hub.domain.wishes import Place as Spot
from hub.domain.wishes import PreferredPlaceOfDeath
from tests.world import World, directive

_SECTIONS = (Section.S2, Section.S3, Section.S4, Section.S5, Section.S8)
_WORDS = ("duif", "merel", "koolmees", "ĳsvogel", "Pûtter", "e-mail", "3,5", "vink_2", "سنونو", "ÉÉN")
_ALL: frozenset[str] = frozenset()
_LIMITS = (_ALL, _ALL, *(frozenset({word}) for word in sorted(limits.KNOWN)), frozenset({"own", "last"}))


def _value(chance: random.Random, refs: list[EntryRef]) -> tuple[object, Section]:
    word = chance.choice(_WORDS)
    match chance.randrange(9):
        case 0:
            return directive(chance.choice(list(Treatment)[:3]), chance.choice(list(Decision)[:2])), Section.S3
        case 1:
            return Complexity(chance.choice(list(Level)), word), Section.S2
        case 2:
            return PreferredPlaceOfDeath(chance.choice((Spot.HOME, Spot.HOSPICE)), comment=word), Section.S4
        case 3:
            scores = [ItemScore(item, chance.randrange(11)) for item in chance.sample(list(SymptomItem), 2)]
            return SymptomScores(tuple(scores), Reporter.PATIENT, word), Section.S5
        case 4:
            return PainScore(chance.randrange(11), Reporter.PROFESSIONAL, word), Section.S5
        case 5 if refs:
            about = chance.choice(refs)
            return Statement(str(about), f"Liever {word}"), about.section
        case _:
            return Note(f"Zag een {word} en een {chance.choice(_WORDS)}."), chance.choice(_SECTIONS)


def _dossier(world: World, chance: random.Random, size: int) -> list[Entry]:
    """Chains of one to four versions by several hands, proposed, in force, withdrawn, moved out."""
    numbers: Counter[Section] = Counter()
    refs: list[EntryRef] = []
    found: list[Entry] = []
    for place in range(size):
        value, section = _value(chance, refs)
        numbers[section] += 1
        ref = EntryRef(section, numbers[section])
        refs.append(ref)
        for version in range(1, chance.choice((1, 1, 1, 2, 4)) + 1):
            if version > 1 and isinstance(value, Complexity):
                value = replace(value, level=chance.choice(list(Level)))
            statuses = (Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.PROPOSED, Status.WITHDRAWN)
            who = chance.choice(("samira", "gerda", "carla"))
            found.append(
                Entry(
                    patient_id=world.patient_id,
                    ref=ref,
                    version=version,
                    kind=kind_of(value),  # type: ignore[arg-type]
                    topic=None,
                    status=chance.choice(statuses) if place % 11 else Status.MOVED_OUT,
                    value=value,
                    author_id=world.id(who),
                    author_role=Role.HOME_CARE,
                    responsible_id=world.id(who),
                    organisation=None,
                    source=Source(SourceKind.ROOM, f"${place}"),
                    recorded_at=world.clock() - timedelta(minutes=chance.randrange(40)),
                )
            )
    return found


async def _write(unit: SqlUnitOfWork, world: World, entries: Iterable[Entry]) -> None:
    await unit.connection.execute(delete(table))
    key = await unit.dossier._keys.of(world.patient_id)
    await unit.connection.execute(insert(table), [sealed_row(key, entry, None) for entry in entries])


def _plain(everything: list[Entry], permits: list[Permit], hidden: set[EntryRef]) -> list[Entry]:
    """The slow reading."""
    shown: list[Entry] = []
    for permit in permits:
        own = [entry for entry in everything if entry.section is permit.section and entry.ref not in hidden]
        own = [e for e in own if not (isinstance(e.value, Statement) and EntryRef.parse(e.value.about) in hidden)]
        shown += limits.visible(permit.limits, own, reader=permit.context.actor.id)
    return to_show(shown)


async def _permits(unit: SqlUnitOfWork, world: World, who: str, chance: random.Random) -> list[Permit]:
    context = await world.context(unit, who)
    asked = await world.guard.require(unit, await world.context(unit, "gerda"), Action.READ, Section.S5)
    sections = chance.sample(_SECTIONS, chance.randint(1, len(_SECTIONS)))
    return [replace(asked, context=context, section=one, limits=chance.choice(_LIMITS)) for one in sorted(sections)]


def _names(entries: Iterable[Entry]) -> list[str]:
    return [f"{entry.ref}/{entry.version}" for entry in entries]


@pytest.mark.parametrize("seed", range(12))
async def test_reading_little_shows_what_reading_everything_would(world: World, seed: int) -> None:
    chance = random.Random(seed)
    async with world.unit() as unit:
        written = _dossier(world, chance, chance.choice((0, 1, 12, 40, 90)))
        if written:
            await _write(unit, world, written)
        everything = await unit.dossier.in_sections(world.patient_id, _SECTIONS)
        assert len(everything) == sum(entry.status is not Status.MOVED_OUT for entry in written)
        for _ in range(6):
            who = chance.choice(("gerda", "samira", "anna"))
            permits = await _permits(unit, world, who, chance)
            refs = [entry.ref for entry in everything]
            hidden = set(chance.sample(refs, min(len(refs), 3))) if who == "anna" else set()
            chosen = ",".join(map(str, sorted(hidden, key=str)))
            unit.dossier._withholdings.held_back = _held(hidden)  # type: ignore[method-assign]
            plain = _plain(everything, permits, hidden)
            whole = await unit.dossier.look(permits)
            assert whole.entries == plain, (seed, chosen)
            assert (whole.left_out, whole.earlier) == ({}, None)
            for amount in (OVERVIEW, Amount(of_each_series=2)):
                little = await unit.dossier.look(permits, amount)
                assert [entry for entry in plain if entry in little.entries] == little.entries
                _only_series_are_left_out(plain, little.entries, amount)
                of_series = [e for e in plain if e.kind.is_series and not isinstance(e.value, Statement)]
                shown = [e for e in little.entries if e.kind.is_series and not isinstance(e.value, Statement)]
                chains = {e.ref for e in of_series} - {e.ref for e in shown}
                counted = Counter((ref.section, next(e.kind for e in of_series if e.ref == ref)) for ref in chains)
                loose = {key: n for key, n in little.left_out.items() if key[1].value != "statement"}
                assert counted == loose, seed
            for permit in permits:
                await _every_page_once(unit, permit, [e for e in plain if e.section is permit.section])


def _held(hidden: set[EntryRef]) -> object:
    async def held_back(*_args: object) -> frozenset[EntryRef]:
        return frozenset(hidden)

    return held_back


def _always(test: Search) -> Prepare:
    async def prepare(_authors: Collection[str]) -> Search:
        return test

    return prepare


def _only_series_are_left_out(plain: list[Entry], little: list[Entry], amount: Amount) -> None:
    there = {str(entry.ref) for entry in little}
    missing = [entry for entry in plain if entry not in little]
    assert all(entry.kind.is_series for entry in missing)
    assert not [e for e in missing if isinstance(e.value, Statement) and e.value.about in there], "they travel along"
    for entry in missing:
        same = {one.ref for one in little if (one.section, one.kind) == (entry.section, entry.kind)}
        assert isinstance(entry.value, Statement) or len(same) >= (amount.of_each_series or 0)


async def _every_page_once(unit: SqlUnitOfWork, permit: Permit, plain: list[Entry]) -> None:
    seen: list[str] = []
    before: Place | None = None
    for _ in range(100):
        page = await unit.dossier.look([permit], Amount(of_series=7, before=before))
        seen += _names(page.entries)
        before = page.earlier
        if before is None:
            break
    assert sorted(seen) == sorted(_names(plain))


@pytest.mark.parametrize("seed", range(6))
async def test_every_word_that_may_be_read_is_found_and_no_other(world: World, seed: int) -> None:
    """Also in other scripts, with signs that mean something elsewhere, and only for who may read it."""
    chance = random.Random(100 + seed)
    async with world.unit() as unit:
        await _write(unit, world, _dossier(world, chance, 60))
        everything = await unit.dossier.in_sections(world.patient_id, _SECTIONS)
        unit.dossier._withholdings.held_back = _held(set())  # type: ignore[method-assign]
        permits = await _permits(unit, world, chance.choice(("gerda", "anna")), chance)
        plain = _plain(everything, permits, set())
        for word in _WORDS:
            test = Search(parse_query(word, stem), {})
            found = await unit.dossier.find(permits, _always(test), 1000)
            assert sorted(_names(found.entries)) == sorted(_names(e for e in plain if test.matches(e, e.value)))
            wrote = [e for e in plain if isinstance(e.value, Note) and word in e.value.text]
            assert set(_names(wrote)) <= set(_names(found.entries)), word
            refs = {str(entry.ref) for entry in found.entries}
            assert all(one in plain and one.value.about in refs for one in found.beside)
            assert found.total == len(found.entries)


async def test_a_value_that_was_not_opened_decides_nothing() -> None:
    with pytest.raises(ValueError, match="not opened"):
        _ = SEALED.about
