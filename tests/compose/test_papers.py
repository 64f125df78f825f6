"""The papers of the house: commands exist, examples are understood, instructions that can be carried out are."""

import hashlib
import os
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType

import pytest

from bots.dossier.commands import COMMANDS
from bots.dossier.words import section_named
from hub.domain.care_events import says_complete
from hub.domain.entries import Kind, kind_of
from hub.domain.handover_commands import parse_wish
from hub.domain.identifiers import EntryRef
from hub.domain.illness_commands import discussed_on, parse_marking
from hub.domain.observations import Reporter, parse_complexity, parse_pain_score, parse_usd
from hub.domain.plan_commands import parse_place, parse_proposed_directive
from hub.domain.trend import parse_item
from hub.domain.typed import TypedBy
from hub.domain.typed_kinds import PARSERS

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = {
    "pps": Kind.PERFORMANCE,
    "dos": Kind.DELIRIUM,
    "gewicht": Kind.WEIGHT,
    "eten": Kind.INTAKE,
    "zin": Kind.MEANING,
    "diagnose": Kind.DIAGNOSIS,
    "fase": Kind.ILLNESS_PHASE,
    "patz": Kind.PATZ_COLOUR,
    "zorgplek": Kind.PREFERRED_PLACE_OF_CARE,
    "verslag": Kind.ACP_REPORT,
    "mening": Kind.RELATIVE_VIEW,
    "contact": Kind.CONTACT_PERSON,
    "wonen": Kind.LIVING_SITUATION,
    "mantelzorg": Kind.CARER_STRAIN,
    "signaal": Kind.PSYCHOSOCIAL,
    "medicatie": Kind.MEDICATION_OVERVIEW,
    "allergie": Kind.ALLERGY,
    "nierfunctie": Kind.KIDNEY_FUNCTION,
    "pomp": Kind.PUMP,
    "noodpakket": Kind.EMERGENCY_KIT,
    "zorgplan": Kind.CARE_PLAN,
    "zorgafspraak": Kind.CARE_AGREEMENT,
    "afspraak": Kind.APPOINTMENT,
    "bereikbaar": Kind.REACHABILITY,
    "zorgpad": Kind.CARE_PATH,
    "sedatie": Kind.PALLIATIVE_SEDATION,
    "gebeurtenis": Kind.CARE_EVENT,
    "plaatsoverlijden": Kind.PLACE_OF_DEATH,
}
GUIDES = sorted((ROOT / "docs" / "gebruik").glob("*.md"))
_FOR_PROFESSIONALS = ("zorgverlener", "vastleggen", "gesprekken", "kaart", "pad", "vragen", "cijfers", "regie")
# `!word argument` in a guide, with every argument that is an example and not a placeholder.
EXAMPLES = sorted(
    {example for guide in GUIDES for example in re.findall(r"`!([a-z]+ [^`]+)`", guide.read_text("utf-8"))}
)


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_fits_on_a_page_and_names_only_commands_that_there_are(guide: Path) -> None:
    text = guide.read_text("utf-8")
    assert len(text.split()) <= 500
    assert set(re.findall(r"`!([a-z]+)", text)) <= set(COMMANDS)


def test_the_guides_for_professionals_name_every_command() -> None:
    text = "".join((ROOT / "docs" / "gebruik" / f"{name}.md").read_text("utf-8") for name in _FOR_PROFESSIONALS)
    assert set(re.findall(r"`!([a-z]+)", text)) == set(COMMANDS)


ABOUT_A_HANDOVER = {"lees", "goed", "eigen", "antwoord", "spoed", "intrekken"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_in_a_guide_is_understood(example: str) -> None:  # noqa: PLR0912 -- a branch for each command
    word, _, argument = example.partition(" ")
    day = date(2026, 11, 22)
    match word:
        case "pijn":
            assert parse_pain_score(argument, Reporter.PATIENT).note
        case "usd":
            assert len(parse_usd(argument, Reporter.PATIENT).scores) == 3
        case "markering":
            by = TypedBy(Reporter.PROFESSIONAL, day, "Gerda Huisman")
            assert parse_marking(discussed_on(argument, by)[0], by)
        case "gebeurtenis" if says_complete(argument):
            assert not argument.split()[1:]
        case _ if word in WRITTEN and "<" not in argument:
            assert kind_of(PARSERS[WRITTEN[word]](argument, TypedBy(Reporter.PROFESSIONAL, day, "Gerda Huisman")))
        case "behandelgrens":
            assert parse_proposed_directive(argument, today=day).decision.is_agreement
        case "plaats":
            assert parse_place(argument, viewed_by=None, asked_on=day)
        case "complexiteit":
            assert parse_complexity(argument if "<" not in argument else "hoog reden")
        case "noteer":
            assert section_named(argument.partition(":")[0])
        case "dossier":
            assert section_named(argument)
        case "verloop":
            assert parse_item(argument)
        case "bevestig":
            assert EntryRef.parse(argument)
        case "overdracht":
            about_one = argument[0].isdigit() and argument.split()[1].rstrip(":") in ABOUT_A_HANDOVER
            assert about_one or parse_wish(argument, datetime(2026, 11, 22, 12, tzinfo=UTC))


@pytest.mark.parametrize("guide", ["zorgverlener", "naaste", "patient", "coach"])
def test_a_guide_says_that_kring_is_not_for_emergencies(guide: str) -> None:
    text = (ROOT / "docs" / "gebruik" / f"{guide}.md").read_text("utf-8")
    assert "spoed" in text.lower()
    assert "bel" in text.lower() or "bellen" in text.lower()


def test_every_decision_is_numbered_listed_and_says_when_to_think_again() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text("utf-8")
    pages = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text("utf-8")
        assert f"]({page.name})" in index
        assert "## Reconsider when" in text
        assert "Status: " in text
        assert len(text.split()) <= 1250, "a decision, not a report"


def test_the_licence_is_the_whole_eupl() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert re.findall(r"^(\d+)\.", text, re.MULTILINE) == [str(article) for article in range(1, 16)]
    assert "Appendix" in text
    # Against an accidental edit: the text as the SPDX list carries it, white space aside.
    assert hashlib.sha256(" ".join(text.split()).encode()).hexdigest() == LICENCE_DIGEST


LICENCE_DIGEST = "b265314fe0920ed66121307961dabb70eb3c26c508d2362783e821bbb4a0e16c"


def test_the_secrets_of_the_installation_guide_satisfy_the_preflight(preflight: ModuleType, tmp_path: Path) -> None:
    """The block of the guide, carried out. Only root can give a file to its reader; others leave that part out."""
    guide = (ROOT / "docs" / "howto" / "install.md").read_text("utf-8")
    [script] = [block for block in re.findall(r"```\n(.*?)```", guide, re.DOTALL) if "config/secrets" in block]
    script = "set -e\nmkdir config\n" + script.replace(
        "# put tls_certificate", "echo x > tls_certificate; echo x > tls_key #"
    )
    is_root = os.geteuid() == 0
    if not is_root:
        script = re.sub(r"^chown .*$", "", script, flags=re.MULTILINE)
    subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, capture_output=True, timeout=30)
    problems = preflight.secret_problems(tmp_path / "config" / "secrets")
    assert [problem for problem in problems if is_root or "owned by" not in problem] == []
