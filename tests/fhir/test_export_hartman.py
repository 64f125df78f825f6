"""IKNL's own patient, in, and out again: checked with the profiles, and compared element by element with what came in.

What differs stands in ``not_carried.txt`` with the reason; the list is complete, and nothing on it is out of date.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.domain.dossier import Entry
from hub.domain.entries import sentence_nl, topic
from hub.domain.people import Patient, PersonName
from hub.domain.vocabulary import Role
from hub.fhir.catalogue import Release
from hub.fhir.export import bundle_of, resources_of
from hub.fhir.export.directives import is_verified
from hub.fhir.pzp_import import read_pzp
from tests.fhir.comparing import differences, lines_of
from tests.fhir.exporting import ANNA, GERDA, PEOPLE, entry_of, view_of
from tests.fhir.test_hartman import DATA, documents

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="IKNL's example files (../shared/data) are not here")

LIST = Path(__file__).with_name("not_carried.txt")
CHECKER = DATA.parent / "tools" / "check_fhir_r4.py"
ROADS = {"form": (True, False), "resources": (False, True), "both": (True, True)}


def dossier(release: str, road: str = "both") -> tuple[list[Entry], Patient]:
    """What his GP took over from the files."""
    form, loose = ROADS[road]
    reading = read_pzp(documents(release, form=form, resources=loose))
    born = reading.patient.birth_date
    assert born is not None
    assert born.exact is not None
    hartman = replace(
        ANNA,
        id=f"pat-{release}",
        name=PersonName(reading.patient.given, reading.patient.family),
        birth_date=born.exact,
        bsn=reading.patient.bsn,
    )
    by_gerda = {"author_id": GERDA.id, "author_role": Role.GP, "organisation": GERDA.organisation}
    return [entry_of(item.value, n, **by_gerda) for n, item in enumerate(reading.items, 1)], hartman


def exported(release: str, road: str = "both") -> list[dict[str, Any]]:
    entries, hartman = dossier(release, road)
    return resources_of(view_of(entries), hartman, PEOPLE, Release(f"pzp-{release}"))


def listed(release: str) -> list[str]:
    """The differences that are meant: ``r4 - Consent.identifier*  # reason``."""
    lines = [line.partition("#")[0].strip().split(maxsplit=2) for line in LIST.read_text(encoding="utf-8").splitlines()]
    return [f"{sign} {path}" for which, sign, path in (line for line in lines if line) if which in (release, "both")]


def found_differences(release: str) -> list[str]:
    """The form against the form that is made of it, the resources against the resources that are made of them.

    Together they contradict each other in the example itself; what leads then is the import's to say.
    """
    form = [one for one in exported(release, "form") if one["resourceType"] == "QuestionnaireResponse"]
    loose = [one for one in exported(release, "resources") if one["resourceType"] != "QuestionnaireResponse"]
    return [
        *differences(lines_of(documents(release, form=True, resources=False)), lines_of(form)),
        *differences(lines_of(documents(release, form=False, resources=True)), lines_of(loose)),
    ]


@pytest.mark.parametrize("release", ["stu3", "r4"])
def test_what_came_in_goes_out_and_every_difference_is_on_the_list(release: str) -> None:
    found = found_differences(release)
    meant = listed(release)
    unmeant = [one for one in found if not any(_matches(one, pattern) for pattern in meant)]
    assert unmeant == []
    assert [pattern for pattern in meant if not any(_matches(one, pattern) for one in found)] == []


def _matches(path: str, pattern: str) -> bool:
    """A star is anything; brackets are brackets."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), path) is not None


def test_each_line_of_the_list_says_why() -> None:
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert all(len(line.partition("#")[2].strip()) > 10 for line in lines)


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("release", ["stu3", "r4"])
def test_read_again_it_is_the_same_plan(release: str, road: str) -> None:
    entries, _ = dossier(release, road)
    back = read_pzp([bundle_of(exported(release, road), view_of(entries))])
    values = {topic(item.value): item.value for item in back.items}
    for entry in entries:
        said: Any = values[topic(entry.value)]
        assert sentence_nl(said) == sentence_nl(entry.value)
        value: Any = entry.value
        if hasattr(value, "verified") and release == "stu3":
            value = replace(value, verified=is_verified(value))
        if hasattr(value, "source"):
            said, value = replace(said, source=None), replace(value, source=None)
        assert said == value
    recorded = "health_professional/gerda huisman"
    assert values.keys() - {topic(entry.value) for entry in entries} == {recorded}, "who took it over, and nothing else"


def test_the_profiles_of_r4_have_nothing_to_say(tmp_path: Path) -> None:
    """Each road by itself; with FHIR's own value sets where ``KRING_FHIR_CORE`` says where they are."""
    files = [tmp_path / f"{road}.json" for road in ROADS]
    for road, file in zip(ROADS, files, strict=True):
        entries, _ = dossier("r4", road)
        file.write_text(json.dumps(bundle_of(exported("r4", road), view_of(entries))), encoding="utf-8")
    core = os.environ.get("KRING_FHIR_CORE")
    asked = [sys.executable, str(CHECKER), *(["--core", core] if core else []), *map(str, files)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 issues," in done.stdout
