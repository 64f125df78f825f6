"""The papers of the house: links lead somewhere, commands exist, instructions that can be carried out are."""

import hashlib
import os
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("config/**/*.md"), ROOT / "SECURITY.md", ROOT / "CHANGELOG.md"])
GUIDES = sorted((ROOT / "docs" / "gebruik").glob("*.md"))
COMMANDS = {
    "help",
    "wie",
    "dossier",
    "noteer",
    "pijn",
    "usd",
    "behandelgrens",
    "bevestig",
    "plaats",
    "complexiteit",
    "overdracht",
    "ontvangen",
    "bijpraten",
    "waarom",
    "portaal",
}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: str(paper.relative_to(ROOT)))
def test_every_link_to_a_file_of_ours_leads_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", paper.read_text("utf-8")):
        if not target.startswith(("https://", "mailto:")):
            assert (paper.parent / target).exists(), target


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_a_guide_fits_on_a_page_and_names_only_commands_that_there_are(guide: Path) -> None:
    text = guide.read_text("utf-8")
    assert len(text.split()) <= 500
    assert set(re.findall(r"`!([a-z]+)", text)) <= COMMANDS


def test_the_guide_for_professionals_names_every_command() -> None:
    text = (ROOT / "docs" / "gebruik" / "zorgverlener.md").read_text("utf-8")
    assert set(re.findall(r"`!([a-z]+)", text)) == COMMANDS


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
        assert len(text.split()) <= 700, "one page"


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
