"""The configuration that Synapse gets: every door that the circles do not need is closed."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.homeserver.configuration import (
    HomeserverOptions,
    as_yaml,
    guard_configuration,
    homeserver_configuration,
    log_configuration,
)

OPTIONS = HomeserverOptions(Path("/srv/kring"))

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
    "default_room_version": "12",
    "presence": {"enabled": False},
    "url_preview_enabled": False,
    "enable_search": False,
    "user_directory": {"enabled": False},
    "allow_per_room_profiles": False,
    "enable_set_displayname": False,
    "enable_set_avatar_url": False,
    "max_avatar_size": "1",
    "enable_3pid_changes": False,
    "enable_3pid_lookup": False,
    "push": {"include_content": False},
    "max_upload_size": "25M",
    "max_pending_media_uploads": 3,
    "enable_authenticated_media": True,
    "media_retention": {"local_media_lifetime": "90d", "remote_media_lifetime": "1d"},
    "redaction_retention_period": "28d",
    "user_ips_max_age": "28d",
    "forget_rooms_on_leave": True,
    "delete_stale_devices_after": "90d",
    "report_stats": False,
    "bcrypt_rounds": 12,
}


@pytest.mark.parametrize("setting", CLOSED)
def test_the_homeserver_is_closed(setting: str) -> None:
    assert homeserver_configuration(OPTIONS)[setting] == CLOSED[setting]


def test_it_listens_on_this_machine_only_and_to_no_other_server() -> None:
    [listener] = homeserver_configuration(OPTIONS)["listeners"]

    assert listener["bind_addresses"] == ["127.0.0.1"]
    assert listener["resources"] == [{"names": ["client", "openid"], "compress": False}]


def test_the_word_of_a_client_about_its_address_counts_only_behind_a_proxy() -> None:
    behind = HomeserverOptions(Path("/srv/kring"), behind_proxy=True)

    assert homeserver_configuration(OPTIONS)["listeners"][0]["x_forwarded"] is False
    assert homeserver_configuration(behind)["listeners"][0]["x_forwarded"] is True


def test_chat_is_kept_for_a_year_at_most() -> None:
    retention = homeserver_configuration(OPTIONS)["retention"]

    assert retention["enabled"] is True
    assert retention["default_policy"]["max_lifetime"] == retention["allowed_lifetime_max"] == "365d"
    assert retention["purge_jobs"] == [{"interval": "1d"}]


def test_no_secret_is_in_the_configuration_only_where_to_find_it() -> None:
    asked = HomeserverOptions(Path("/srv/kring"), hub_url="unix:/srv/kring/run/guard.sock")
    configuration = homeserver_configuration(asked)

    for name in ("registration_shared_secret", "macaroon_secret_key", "form_secret"):
        assert name not in configuration
        assert configuration[f"{name}_path"].startswith("/srv/kring/secrets/")
    assert configuration["modules"][0]["config"]["hub_secret_path"].startswith("/srv/kring/secrets/")


def test_the_guard_knows_the_gatekeeper_and_the_agreed_signs() -> None:
    [module] = homeserver_configuration(OPTIONS)["modules"]

    assert module["module"] == "hub.homeserver.kring_guard.KringGuard"
    assert module["config"]["gatekeeper"] == "@poortwachter:kring.localhost"
    assert "📌" in module["config"]["reactions"]
    assert "hub_url" not in guard_configuration(OPTIONS)


def test_a_team_logs_in_at_once_and_a_guesser_gets_five_tries() -> None:
    limits = homeserver_configuration(OPTIONS)["rc_login"]

    assert limits["address"]["burst_count"] >= 12
    assert limits["failed_attempts"]["burst_count"] <= 5
    assert limits["failed_attempts"]["per_second"] * 86_400 <= 1_000, "guesses a day on one account"


def test_the_log_holds_no_event() -> None:
    log = log_configuration(OPTIONS)

    assert log["root"]["level"] == "WARNING"
    assert log["loggers"]["synapse.storage.SQL"]["level"] == "WARNING"
    assert "DEBUG" not in json.dumps(log)
    assert log["handlers"]["file"]["backupCount"] == 30


def test_what_is_written_is_read_back_the_same_emoji_included() -> None:
    configuration = homeserver_configuration(OPTIONS)

    assert yaml.safe_load(as_yaml(configuration)) == configuration


def test_postgresql_takes_the_place_of_sqlite() -> None:
    database = {"name": "psycopg2", "args": {"host": "db"}}
    options = HomeserverOptions(Path("/srv/kring"), database=database)

    assert homeserver_configuration(OPTIONS)["database"]["name"] == "sqlite3"
    assert homeserver_configuration(options)["database"] == database
