"""What people's browsers get, and the only door that lets them in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

CONFIG = Path(__file__).resolve().parents[2] / "config"
PROXY = (CONFIG / "proxy" / "nginx.conf").read_text("utf-8")
WELL_KNOWN = json.loads((CONFIG / "proxy" / "well-known-client.json").read_text("utf-8"))


def test_every_room_is_encrypted_and_keys_are_backed_up() -> None:
    assert WELL_KNOWN["io.element.e2ee"] == {"default": True, "force_disable": False, "secure_backup_required": True}


def test_devices_that_nobody_vouches_for_are_excluded(element: dict[str, Any]) -> None:
    assert element["features"]["feature_exclude_insecure_devices"] is True
    assert element["show_labs_settings"] is False, "or a user can turn it off by accident"


@pytest.mark.parametrize(
    "outsider", ["identity", "integrations", "analytics", "posthog", "sentry", "piwik", "jitsi", "rageshake"]
)
def test_element_talks_to_nobody_but_our_homeserver(element: dict[str, Any], outsider: str) -> None:
    settings = {key: value for key, value in element.items() if key != "setting_defaults"}
    assert not any(outsider in key for key in settings)
    assert "m.identity_server" not in element["default_server_config"]
    assert "m.identity_server" not in WELL_KNOWN
    hosts = set(re.findall(r"https?://([^/\"]+)", json.dumps(element) + json.dumps(WELL_KNOWN)))
    assert hosts == {"matrix.kring.example", "chat.kring.example"}


def test_nobody_wanders_off_to_another_server_or_makes_an_account(element: dict[str, Any]) -> None:
    assert element["disable_custom_urls"] is True
    assert element["disable_guests"] is True
    assert element["disable_3pid_login"] is True
    assert element["default_federate"] is False
    assert element["room_directory"]["servers"] == []
    closed = {
        "registration",
        "passwordReset",
        "identityServer",
        "thirdPartyId",
        "feedback",
        "urlPreviews",
        "roomHistorySettings",
    }
    assert all(element["setting_defaults"][f"UIFeature.{feature}"] is False for feature in closed)


def test_element_speaks_dutch_and_does_not_tell_who_is_typing(element: dict[str, Any]) -> None:
    assert element["setting_defaults"]["language"] == "nl"
    assert element["setting_defaults"]["sendTypingNotifications"] is False
    assert element["setting_defaults"]["sendReadReceipts"] is False


def test_the_proxy_has_no_road_to_the_admin_api_or_to_federation() -> None:
    roads = re.findall(r"location ([^{]+)\{[^}]*?proxy_pass \$synapse", PROXY)
    assert [road.strip() for road in roads] == [r"~ ^/_matrix/(client|media)(/|$)", "/_synapse/client/oidc/callback"]


def test_the_proxy_keeps_addresses_and_one_time_links_out_of_its_log() -> None:
    [log_format] = re.findall(r"log_format quiet [^;]+;", PROXY)
    for telling in (
        "$request ",
        "$request_uri",
        "$uri",
        "$args",
        "$remote_addr",
        "$http_referer",
        "$http_authorization",
    ):
        assert telling not in log_format
    assert set(re.findall(r"access_log ([^;]+);", PROXY)) == {"/dev/stdout quiet", "off"}


def test_the_proxy_speaks_modern_tls_only_and_answers_no_unknown_name() -> None:
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in PROXY
    assert re.search(r"listen 8443 ssl default_server;\s+server_name _;\s+return 444;", PROXY)
    assert not re.search(r"listen (?!8443 ssl|127\.0\.0\.1:8081)", PROXY), "no door without TLS"


def test_what_a_client_claims_about_its_address_does_not_pass() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in PROXY
    assert "$proxy_add_x_forwarded_for" not in PROXY


def test_what_is_for_the_operator_and_the_guard_is_not_for_the_world() -> None:
    portal = PROXY[PROXY.index("server_name portal.") :]
    for inner in ("= /metrics", "= /healthz", "= /readyz", "/internal/"):
        assert f"location {inner} {{ return 404; }}" in portal
