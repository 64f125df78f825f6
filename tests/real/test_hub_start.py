"""Starting and stopping: what is wrong is one clear sentence and exit status 1; what was is there again."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import patience

from .hub_circle import add_person
from .hub_process import GONE_SECONDS, HubProcess, HubRefusedError, descendants, kring

pytestmark = pytest.mark.real

START_SECONDS = 15.0


def the_one_line(hub: HubProcess) -> str:
    """Why this hub does not start: exit status 1, one line on standard error, nothing left behind."""
    with pytest.raises(HubRefusedError) as refused:
        hub.start()
    assert refused.value.status == 1
    assert hub.outlived() == []
    (line,) = [line for line in hub.errors.splitlines() if line.strip()]
    assert "Traceback" not in line
    return line


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    """A data directory on which nothing was started yet."""
    with HubProcess(tmp_path) as hub:
        yield hub


@pytest.fixture(scope="module")
def in_use(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    """A hub that runs, with a GP on it; whoever stops it starts it again."""
    with HubProcess(tmp_path_factory.mktemp("in-use")) as hub:
        hub.start()
        add_person(hub, "gp", "Gerda", "Huisman", "Praktijk De Brug")
        yield hub


def test_a_taken_portal_port_is_named_with_the_option_to_change_it(hub: HubProcess) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", hub.port))
        other.listen()
        line = the_one_line(hub)
    assert str(hub.port) in line
    assert "--port" in line


def test_a_taken_homeserver_port_is_named_with_the_option_to_change_it(hub: HubProcess) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", hub.matrix_port))
        other.listen()
        line = the_one_line(hub)
    assert str(hub.matrix_port) in line
    assert "--matrix-port" in line


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("portal_port = = 3\n", "kring.toml"),
        ("portaal_poort = 80\n", "portaal_poort"),
        ("login_rounds = 99\n", "login_rounds"),
        ('[homeserver]\nmode = "elders"\n', "homeserver.mode"),
    ],
)
def test_a_broken_configuration_is_named_by_file_and_key(hub: HubProcess, settings: str, named: str) -> None:
    (hub.data / "kring.toml").write_text(settings)
    line = the_one_line(hub)
    assert "kring.toml" in line
    assert named in line


def test_the_command_line_without_a_hub_says_so_in_one_line(tmp_path: Path) -> None:
    for words in (("status",), ("person", "add", "--role", "gp", "--given-name", "G", "--family-name", "H")):
        plain = kring(*words, "--data", str(tmp_path))
        assert (plain.status, plain.output) == (1, "")
        assert plain.errors == "De hub antwoordt niet. Start hem met: kring up.\n"

        as_json = kring(*words, "--data", str(tmp_path), "--json")
        assert as_json.status == 1
        assert json.loads(as_json.output)["error"]["code"] == "start-refused"
        assert json.loads(as_json.output)["error"]["message"] == as_json.errors.strip()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("onzin",),
        ("person", "add"),
        ("person", "add", "--rol", "gp"),
        ("circle", "open"),
        ("up", "--port", "veel"),
    ],
)
def test_wrong_use_of_the_command_line_is_exit_status_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert kring(*words).status == 2


def test_stopped_politely_it_ends_with_0_and_is_ready_again_on_the_same_data(in_use: HubProcess) -> None:
    hub = in_use
    gp = add_person(hub, "gp", "Gerda", "Huisman", "Praktijk De Brug")
    coach = add_person(hub, "coach", "Carla", "Vermeer")
    patient = hub.kring(
        "patient", "add", "--given-name", "Anna", "--family-name", "de Wit", "--birth-date", "1952-03-14"
    ).json["patient"]
    opened = hub.kring("circle", "open", patient, "--coach", coach.id).json
    below = descendants(hub.pid)
    assert any("synapse" in child.command for child in below)
    assert any(" -m bots" in child.command for child in below)

    assert hub.terminate() == 0
    assert [child for child in below if child.alive] == []

    assert hub.start() <= patience(START_SECONDS)
    assert hub.kring("status").json["bots"] is True
    shown = hub.kring("circle", "show", patient).json
    assert (shown["circle"], shown["rooms"]["team"]) == (opened["circle"], opened["rooms"]["team"])
    hub.kring("circle", "admit", patient, gp.id)
    assert hub.kring("audit", "verify").json["ok"] is True


def test_a_second_hub_on_the_same_data_is_refused_and_leaves_the_first_alone(
    in_use: HubProcess, tmp_path: Path
) -> None:
    with HubProcess(tmp_path) as second:
        second.data = in_use.data
        assert "Er draait al een hub" in the_one_line(second)
    assert in_use.kring("status").json["bots"] is True
    assert add_person(in_use, "gp", "Gerda", "Huisman").matrix_id.startswith("@k")


def test_keys_that_others_may_read_or_that_are_gone_stop_the_start(in_use: HubProcess) -> None:
    """With the dossier there and its key gone, a new key would hide that everything is lost."""
    hub = in_use
    assert hub.terminate() == 0
    key, kept = hub.data / "secrets" / "kek", hub.data / "secrets" / "kek.kept"

    mode = key.stat().st_mode
    key.chmod(0o644)
    assert "leesbaar voor anderen" in the_one_line(hub)

    key.chmod(mode)
    key.rename(kept)
    assert "kek" in the_one_line(hub)
    assert not key.exists(), "no new key is made over an existing dossier"

    kept.rename(key)
    hub.start()
    assert hub.kring("audit", "verify").json["ok"] is True


def test_the_children_end_when_the_hub_is_killed_and_the_next_start_is_clean(in_use: HubProcess) -> None:
    hub = in_use
    below = hub.kill()
    assert len(below) >= 2

    began = time.monotonic()
    assert hub.outlived() == []
    assert time.monotonic() - began < GONE_SECONDS

    assert hub.start() <= patience(START_SECONDS)
    assert hub.kring("status").json["bots"] is True
