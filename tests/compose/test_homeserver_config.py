"""The homeserver of a real installation: closed unless care needs it open."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.homeserver.configuration import GUARD_MODULE, HomeserverOptions, homeserver_configuration

ROOT = Path(__file__).resolve().parents[2]
SYNAPSE = ROOT / "config" / "synapse"

CLOSED: dict[str, Any] = {
    "federation_domain_whitelist": [],
    "trusted_key_servers": [],
    "allow_public_rooms_over_federation": False,
    "allow_public_rooms_without_auth": False,
    "require_auth_for_profile_requests": True,
    "limit_profile_requests_to_users_who_share_rooms": True,
    "include_profile_data_on_invite": False,
    "enable_registration": False,
    "allow_guest_access": False,
    "enable_room_list_search": False,
    "room_list_publication_rules": [{"action": "deny"}],
    "alias_creation_rules": [{"action": "deny"}],
    "encryption_enabled_by_default_for_room_type": "all",
    "presence": {"enabled": False},
    "url_preview_enabled": False,
    "enable_search": False,
    "user_directory": {"enabled": False},
    "allow_per_room_profiles": False,
    "enable_set_displayname": False,
    "enable_set_avatar_url": False,
    "enable_3pid_changes": False,
    "enable_3pid_lookup": False,
    "push": {"include_content": False},
    "enable_authenticated_media": True,
    "max_upload_size": "25M",
    "forget_rooms_on_leave": True,
    "report_stats": False,
    "password_config": {"enabled": True, "policy": {"enabled": True, "minimum_length": 12}},
    "default_room_version": "12",
}


@pytest.mark.parametrize("setting", sorted(CLOSED))
def test_the_homeserver_is_closed(homeserver: dict[str, Any], setting: str) -> None:
    assert homeserver[setting] == CLOSED[setting]


def test_the_homeserver_listens_for_clients_only(homeserver: dict[str, Any]) -> None:
    [listener] = homeserver["listeners"]
    assert listener["resources"] == [{"names": ["client"], "compress": False}]
    assert listener["x_forwarded"] is True


def test_the_guard_is_loaded_and_knows_the_gatekeeper(homeserver: dict[str, Any]) -> None:
    [module] = homeserver["modules"]
    assert module["module"] == GUARD_MODULE
    assert module["config"] == {
        "gatekeeper": "@poortwachter:kring.example",
        "hub_url": "unix:/run/kring/guard.sock",
        "hub_secret_path": "/run/secrets/synapse_guard_question",
    }


def test_the_guard_asks_where_the_hub_answers(homeserver: dict[str, Any]) -> None:
    """One socket, one secret as two files, and no network between the two."""
    asks = homeserver["modules"][0]["config"]
    answers = tomllib.loads((ROOT / "config" / "kring.example.toml").read_text("utf-8"))["homeserver"]
    assert asks["hub_url"] == f"unix:{answers['question_socket']}"
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    folder = str(Path(answers["question_socket"]).parent)
    for service, mode in (("hub", "rw"), ("synapse", "ro")):
        assert f"guard-socket:{folder}:{mode}" in compose[service]["volumes"]
    others = {name for name, service in compose.items() if "guard-socket" in str(service.get("volumes"))}
    assert others == {"hub", "synapse"}


def test_no_secret_stands_in_the_configuration(homeserver: dict[str, Any]) -> None:
    for inline in ("macaroon_secret_key", "form_secret", "registration_shared_secret"):
        assert inline not in homeserver
        assert homeserver[f"{inline}_path"].startswith("/run/secrets/")
    arguments = homeserver["database"]["args"]
    assert homeserver["database"]["name"] == "psycopg2"
    assert "password" not in arguments
    assert arguments["passfile"].startswith("/run/secrets/")


def test_guessing_a_password_is_slow_and_chat_does_not_stay_for_ever(homeserver: dict[str, Any]) -> None:
    assert all(limit["per_second"] <= 0.05 for limit in homeserver["rc_login"].values())
    assert homeserver["retention"]["enabled"] is True
    assert homeserver["retention"]["default_policy"]["max_lifetime"] == "365d"
    assert homeserver["media_retention"]["local_media_lifetime"] == "90d"


def test_logs_are_json_and_never_hold_statements() -> None:
    logging = yaml.safe_load((SYNAPSE / "log.yaml").read_text("utf-8"))
    assert logging["loggers"]["synapse.storage.SQL"]["level"] not in {"DEBUG", "NOTSET"}
    assert logging["formatters"]["json"]["class"] == "synapse.logging.TerseJsonFormatter"
    assert logging["root"]["level"] != "DEBUG"


def test_sign_in_makes_no_accounts_and_takes_no_names() -> None:
    sign_in = yaml.safe_load((SYNAPSE / "sign-in.example.yaml").read_text("utf-8"))
    [provider] = sign_in["oidc_providers"]
    assert provider["enable_registration"] is False
    assert provider["pkce_method"] == "always"
    assert provider["scopes"] == ["openid"]
    assert "client_secret" not in provider


# Where the homeserver of `kring up` differs on purpose: its place, its secrets, SQLite, passwords and no provider.
OF_THE_PLACE = {
    "server_name",
    "public_baseurl",
    "listeners",
    "database",
    "signing_key_path",
    "registration_shared_secret_path",
    "macaroon_secret_key_path",
    "form_secret_path",
    "media_store_path",
    "log_config",
    "modules",
    "bcrypt_rounds",
    "rc_login",
    "extra_well_known_client_content",
}


def test_the_homeserver_of_a_laptop_is_as_closed_as_that_of_an_installation(
    homeserver: dict[str, Any], tmp_path: Path
) -> None:
    embedded = homeserver_configuration(HomeserverOptions(tmp_path))
    rules = {setting: value for setting, value in embedded.items() if setting not in OF_THE_PLACE}
    assert rules == {setting: homeserver.get(setting) for setting in rules}


def test_the_guard_stands_on_its_own_in_the_image(synapse_image: Path) -> None:
    run = python(synapse_image, "-c", "import hub.homeserver.kring_guard as guard; print(guard.__file__)")
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.strip() == str(synapse_image / "hub" / "homeserver" / "kring_guard.py")


def test_synapse_itself_reads_the_configuration(
    homeserver: dict[str, Any], tmp_path: Path, synapse_image: Path
) -> None:
    """Every setting name and type goes through Synapse's own reader, the guard's block through the guard's; only the
    places of files are this machine's."""
    secret = tmp_path / "secret"
    secret.write_text("geheim-" * 5, "utf-8")
    here: dict[str, Any] = {
        "signing_key_path": str(tmp_path / "signing.key"),
        "media_store_path": str(tmp_path / "media"),
    }
    for name in ("macaroon_secret_key_path", "form_secret_path", "registration_shared_secret_path"):
        here[name] = str(secret)
    (module,) = homeserver["modules"]
    here["modules"] = [module | {"config": module["config"] | {"hub_secret_path": str(secret)}}]
    here |= {"pid_file": str(tmp_path / "pid"), "log_config": str(SYNAPSE / "log.yaml")}
    path = tmp_path / "homeserver.yaml"
    path.write_text(yaml.safe_dump(homeserver | here), "utf-8")
    for program in (["synapse.app.homeserver", "--generate-keys"], ["synapse.config", "read", "server.server_name"]):
        run = python(synapse_image, "-m", *program, "--config-path", str(path))
        assert run.returncode == 0, run.stdout + run.stderr[-2000:]
    assert run.stdout.strip().endswith("kring.example")


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as the image would: the folder first on the path, nothing of this checkout before it."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=folder,
        env=environment,
    )
