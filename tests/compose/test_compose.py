"""What a container of Kring may not do, service by service."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.settings import load

ROOT = Path(__file__).resolve().parents[2]
_COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = tuple(_COMPOSE["services"])
LASTING = tuple(name for name in SERVICES if name != "migrate")

Services = Mapping[str, Mapping[str, Any]]

NETWORKS = {
    "postgres": {"db", "synapsedb"},
    "synapse": {"front", "matrix", "synapsedb"},
    "migrate": {"db"},
    "hub": {"front", "db", "matrix"},
    "bots": {"db", "matrix"},
    "element": {"front"},
    "proxy": {"edge", "front"},
}
WRITABLE = {
    "postgres": {"postgres-data"},
    "synapse": {"synapse-media"},
    "hub": {"hub-data", "guard-socket"},
    "bots": {"hub-data"},
}
SECRETS = {
    "postgres": {"postgres_password", "hub_app_password", "hub_migrate_password", "synapse_db_password"},
    "synapse": {
        "synapse_signing_key",
        "synapse_macaroon",
        "synapse_form",
        "synapse_registration",
        "synapse_pgpass",
        "synapse_guard_question",
    },
    "migrate": {"db_migrate_url"},
    "hub": {"db_url", "kek", "hub_synapse_registration", "hub_guard_question"},
    "bots": {"db_url", "kek"},
    "element": set(),
    "proxy": {"tls_certificate", "tls_key"},
}


def sources_of_secrets(service: Mapping[str, Any]) -> set[str]:
    return {entry if isinstance(entry, str) else entry["source"] for entry in service.get("secrets", [])}


def test_these_are_the_services_of_an_installation() -> None:
    assert set(SERVICES) == {"postgres", "synapse", "migrate", "hub", "bots", "element", "proxy"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_cannot_write_outside_its_volumes(services: Services, name: str) -> None:
    assert services[name]["read_only"] is True
    for mount in services[name]["tmpfs"]:
        options = set(mount.split(":", 1)[1].split(","))
        assert {"noexec", "nosuid", "nodev"} <= options
        assert any(option.startswith("size=") for option in options), "a tmpfs without a size is all the memory"
    assert any(mount.startswith("/tmp:") for mount in services[name]["tmpfs"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_runs_as_nobody_in_particular(services: Services, name: str) -> None:
    user, group = services[name]["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0
    assert services[name]["cap_drop"] == ["ALL"]
    assert "cap_add" not in services[name]
    assert services[name]["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_cannot_eat_the_machine(services: Services, name: str) -> None:
    assert 0 < services[name]["pids_limit"] <= 200
    assert re.fullmatch(r"\d+[mg]", services[name]["mem_limit"])
    logging = services[name]["logging"]
    assert logging["driver"] == "json-file"
    assert logging["options"] == {"max-size": "10m", "max-file": "5"}


@pytest.mark.parametrize("name", LASTING)
def test_a_service_comes_back_and_is_watched(services: Services, name: str) -> None:
    assert services[name]["restart"] == "unless-stopped"
    assert int(services[name]["stop_grace_period"].removesuffix("s")) >= 20
    check = services[name]["healthcheck"]
    assert check["test"][0] == "CMD", "no shell in a health check"
    assert {"interval", "timeout", "retries"} <= set(check)


def test_the_migration_runs_once_and_everything_else_waits_for_it(services: Services) -> None:
    assert services["migrate"]["restart"] == "no"
    assert services["hub"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_after_what_it_needs_is_healthy(services: Services, name: str) -> None:
    for needed, how in services[name].get("depends_on", {}).items():
        expected = "service_completed_successfully" if needed == "migrate" else "service_healthy"
        assert how == {"condition": expected}
    if name != "postgres" and "db" in NETWORKS[name]:
        assert "postgres" in services[name]["depends_on"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_road_to_the_host(services: Services, name: str) -> None:
    service = services[name]
    forbidden = {"privileged", "network_mode", "pid", "ipc", "userns_mode", "devices", "cgroup_parent", "extra_hosts"}
    assert not forbidden & set(service)
    assert "docker.sock" not in yaml.safe_dump(service)
    for volume in service.get("volumes", []):
        source, target, _mode = volume.split(":")
        assert source.startswith("./config/") or source in _COMPOSE["volumes"], f"{source} is a place of the host"
        assert target not in {"/", "/etc", "/var", "/usr"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_volume_is_writable_only_where_listed(services: Services, name: str) -> None:
    modes = {volume.split(":")[0]: volume.split(":")[2] for volume in services[name].get("volumes", [])}
    assert {source for source, mode in modes.items() if mode != "ro"} == WRITABLE.get(name, set())


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_is_a_file_and_never_an_environment_variable(services: Services, name: str) -> None:
    assert sources_of_secrets(services[name]) == SECRETS[name]
    environment = services[name].get("environment", {})
    assert isinstance(environment, dict)
    for variable, value in environment.items():
        secretive = re.search(r"PASSWORD|SECRET|TOKEN|KEY|URL", variable)
        assert not secretive or variable.endswith("_FILE"), variable
        assert "${" not in str(value), "a variable of the operator's shell is not a place for settings"


def test_every_secret_has_a_file_and_a_reader(compose: Mapping[str, Any], services: Services) -> None:
    read = set().union(*(sources_of_secrets(service) for service in services.values()))
    assert read == set(compose["secrets"])
    for name, secret in compose["secrets"].items():
        assert secret == {"file": f"./config/secrets/{name}"}


def test_the_passwords_of_the_owner_of_the_tables_stay_away_from_hub_and_bots(services: Services) -> None:
    for name in ("hub", "bots"):
        assert not sources_of_secrets(services[name]) & {"db_migrate_url", "hub_migrate_password", "postgres_password"}
    assert "kek" not in sources_of_secrets(services["synapse"]) | sources_of_secrets(services["postgres"])


def test_only_the_proxy_publishes_a_port_and_by_default_on_loopback(services: Services) -> None:
    assert [name for name in SERVICES if "ports" in services[name]] == ["proxy"]
    assert services["proxy"]["ports"] == ["${KRING_LISTEN:-127.0.0.1:8443}:8443"]
    assert not any("expose" in service for service in services.values())


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_on_the_networks_that_it_needs_and_no_other(services: Services, name: str) -> None:
    assert set(services[name]["networks"]) == NETWORKS[name]


def test_every_network_but_the_edge_is_internal(compose: Mapping[str, Any], services: Services) -> None:
    networks = compose["networks"]
    assert {name for name, network in networks.items() if not network.get("internal")} == {"edge"}
    assert [name for name in SERVICES if "edge" in services[name]["networks"]] == ["proxy"]


def test_the_bots_that_can_read_messages_have_no_door_and_no_road_out(
    compose: Mapping[str, Any], services: Services
) -> None:
    assert all(compose["networks"][network]["internal"] for network in services["bots"]["networks"])
    assert "front" not in services["bots"]["networks"]
    assert services["bots"]["deploy"] == {"replicas": 1}


def test_synapse_does_not_see_the_database_network_of_the_hub(services: Services) -> None:
    assert "db" not in services["synapse"]["networks"]
    assert not {"synapsedb"} & (set(services["hub"]["networks"]) | set(services["bots"]["networks"]))


def test_hub_bots_and_migration_are_one_image(services: Services) -> None:
    images = {services[name]["image"] for name in ("hub", "bots", "migrate")}
    assert len(images) == 1
    assert services["hub"]["command"] == ["kring", "serve"]
    assert services["bots"]["command"] == ["python", "-m", "bots"]


def test_nothing_is_built_or_pulled_by_a_moving_name(services: Services) -> None:
    for name, service in services.items():
        assert "build" not in service, name
        required = re.fullmatch(r"\$\{KRING_[A-Z]+_IMAGE:\?[^}]+\}", service["image"])
        assert required or re.search(r"@sha256:[0-9a-f]{64}$", service["image"]), name


@pytest.mark.parametrize("image", sorted((ROOT / "config" / "images").glob("*.Dockerfile")), ids=lambda path: path.name)
def test_an_image_of_ours_names_no_moving_base_and_ends_without_root(image: Path) -> None:
    lines = [line for line in image.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    froms = [line for line in lines if line.startswith("FROM ")]
    assert froms
    assert all(re.match(r"FROM \$\{[A-Z]+_IMAGE\}", line) for line in froms)
    assert all("=" not in line for line in lines if line.startswith("ARG ")), "a default base would be a moving one"
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1].split(":")[0] not in {"0", "root"}
    assert not any(re.search(r"curl|wget|ADD http", line) for line in lines)


def test_the_settings_of_the_example_are_settings_that_the_hub_knows(tmp_path: Path) -> None:
    (tmp_path / "kring.toml").write_text((ROOT / "config" / "kring.example.toml").read_text("utf-8"), "utf-8")
    settings = load(tmp_path)
    assert settings.server_name == "kring.example"
    assert settings.homeserver.mode == "external"
    assert settings.homeserver_url == "http://synapse:8008"
    assert settings.portal_base == "https://portal.kring.example"


@pytest.mark.parametrize("name", ["hub", "bots"])
def test_hub_and_bots_find_their_settings_and_their_secrets_where_they_look(services: Services, name: str) -> None:
    settings = load(Path("/data"), **tomllib.loads((ROOT / "config" / "kring.example.toml").read_text("utf-8")))
    service = services[name]
    assert service["environment"] == {"KRING_DATA": "/data"}
    assert "./config/kring.toml:/data/kring.toml:ro" in service["volumes"]
    targets = {entry if isinstance(entry, str) else entry["target"] for entry in service["secrets"]}
    places = {target if target.startswith("/") else f"/run/secrets/{target}" for target in targets}
    assert {str(settings.kek_file), str(settings.database_url_file)} <= places
    if name == "hub":
        assert str(settings.homeserver.registration_secret_file) in places
