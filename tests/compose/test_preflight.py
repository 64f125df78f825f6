"""The check that an operator runs before the first start says everything that is wrong, and says it in one go."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "image", [f"postgres@{DIGEST}", f"images.zorg.example:5000/kring/hub@{DIGEST}", f"nginx:1.27@{DIGEST}"]
)
def test_an_image_by_digest_is_accepted(preflight: ModuleType, image: str) -> None:
    assert preflight.pinned(image)


@pytest.mark.parametrize(
    "image",
    [
        "",
        "postgres",
        "postgres:18",
        "postgres:latest",
        "postgres@sha256:abc",
        f"postgres@{DIGEST.upper()}",
        f"postgres {DIGEST}",
    ],
)
def test_a_bare_tag_is_refused(preflight: ModuleType, image: str) -> None:
    assert not preflight.pinned(image)


def test_the_example_names_every_image_and_pins_none(preflight: ModuleType) -> None:
    example = preflight.read_environment(ROOT / "config" / "compose.env.example")
    assert set(example) == set(preflight.IMAGES)
    assert len(preflight.image_problems(example)) == len(preflight.IMAGES), "an example must not start by accident"


def test_one_image_with_a_tag_is_one_problem(preflight: ModuleType) -> None:
    environment = dict.fromkeys(preflight.IMAGES, f"kring@{DIGEST}") | {"KRING_POSTGRES_IMAGE": "postgres:18"}
    [problem] = preflight.image_problems(environment)
    assert "KRING_POSTGRES_IMAGE" in problem
    assert "postgres:18" in problem


def test_each_secret_has_the_owner_who_reads_it(preflight: ModuleType) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    assert set(preflight.SECRET_OWNERS) == set(compose["secrets"])
    for service in compose["services"].values():
        uid = int(service["user"].split(":")[0])
        for secret in service.get("secrets", []):
            name = secret if isinstance(secret, str) else secret["source"]
            assert preflight.SECRET_OWNERS[name] == uid, name


def test_an_open_short_or_missing_secret_is_named_without_its_value(preflight: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "db_url").write_text("postgresql+asyncpg://hub_app:canary-wachtwoord@postgres/hub")
    (tmp_path / "db_url").chmod(0o644)
    (tmp_path / "synapse_form").write_text("kort")
    (tmp_path / "synapse_form").chmod(0o400)
    (tmp_path / "kek").write_bytes(b"x" * 31)
    (tmp_path / "kek").chmod(0o400)
    problems = preflight.secret_problems(tmp_path)
    assert any(problem.startswith("secret db_url: mode 0644") for problem in problems)
    assert any(problem.startswith("secret synapse_form: shorter") for problem in problems)
    assert any("32 random bytes" in problem for problem in problems)
    assert any(problem.startswith("secret tls_key: No such file") for problem in problems)
    assert "canary" not in " ".join(problems)


def test_one_server_name_stands_in_every_file(preflight: ModuleType) -> None:
    names = preflight.server_names(ROOT / "config")
    assert set(names.values()) == {"kring.example"}, names


def test_an_unfinished_installation_is_refused_with_everything_that_is_missing(tmp_path: Path) -> None:
    environment = tmp_path / "compose.env"
    environment.write_text((ROOT / "config" / "compose.env.example").read_text("utf-8"), "utf-8")
    program = [sys.executable, str(ROOT / "config" / "preflight.py"), str(environment)]
    run = subprocess.run(program, capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 1
    assert run.stdout.count("_IMAGE:") == 5
    assert subprocess.run(program[:2], capture_output=True, timeout=30, check=False).returncode == 2
