"""The installation as data: no container engine is needed to know what the files ask of one."""

import importlib.util
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "config"


def read_yaml(path: Path) -> dict[str, Any]:
    loaded = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    return read_yaml(ROOT / "docker-compose.yml")


@pytest.fixture(scope="session")
def services(compose: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found = compose["services"]
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="session")
def homeserver() -> dict[str, Any]:
    return read_yaml(CONFIG / "synapse" / "homeserver.yaml")


@pytest.fixture(scope="session")
def element() -> dict[str, Any]:
    loaded = json.loads((CONFIG / "element" / "config.json").read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="session")
def preflight() -> ModuleType:
    """``config/preflight.py`` is a program for a bare server, not a module of the hub: load it from its file."""
    spec = importlib.util.spec_from_file_location("kring_preflight", CONFIG / "preflight.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def synapse_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Synapse image carries of ours: the COPY lines of its Dockerfile, carried out in a folder."""
    folder = tmp_path_factory.mktemp("image")
    for line in (CONFIG / "images" / "synapse.Dockerfile").read_text("utf-8").splitlines():
        if line.startswith("COPY "):
            *sources, target = line.split()[1:]
            place = folder / target.lstrip("/")
            for source in sources:
                file = place / Path(source).name if target.endswith("/") else place
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / source, file)
    return folder / "opt" / "kring-guard"
