"""The hardened Synapse configuration, as data.

Synapse is closed here in every direction that the circles do not need: no federation, no registration, no guests, no
directory, no public rooms, no previews, no presence. What configuration cannot say, the module ``kring_guard`` says.
JSON is written, which is valid YAML, so that no YAML library is needed. Secrets are named by path, never by value.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub.homeserver.guard_rules import DEFAULT_REACTIONS, ROOM_VERSION
from hub.homeserver.secret_files import HomeserverSecrets

GUARD_MODULE = "hub.homeserver.kring_guard.KringGuard"
DEFAULT_BCRYPT_ROUNDS = 12
MINIMUM_PASSWORD_LENGTH = 12


@dataclass(frozen=True, slots=True)
class HomeserverOptions:
    """What differs between one installation and the next.

    ``directory`` is the data directory of the hub; the homeserver lives in its ``synapse``, ``secrets``, ``run`` and
    ``logs``. ``gatekeeper`` is a localpart. ``database`` is Synapse's own ``database`` block; absent: SQLite in
    ``directory``. ``hub_url`` is where the guard asks about invitations and joins: ``unix:`` with the path of a
    socket, or a loopback address; absent: its own rules decide.
    """

    directory: Path
    server_name: str = "kring.localhost"
    port: int = 8008
    gatekeeper: str = "poortwachter"
    public_url: str | None = None
    behind_proxy: bool = False
    database: Mapping[str, Any] | None = None
    reactions: tuple[str, ...] = DEFAULT_REACTIONS
    hub_url: str | None = None
    bcrypt_rounds: int = DEFAULT_BCRYPT_ROUNDS

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def gatekeeper_id(self) -> str:
        return f"@{self.gatekeeper}:{self.server_name}"

    @property
    def secrets(self) -> HomeserverSecrets:
        return HomeserverSecrets(self.directory / "secrets")

    @property
    def folder(self) -> Path:
        """Where Synapse keeps its database, media and configuration."""
        return self.directory / "synapse"

    @property
    def configuration_file(self) -> Path:
        return self.folder / "homeserver.yaml"

    @property
    def log_configuration_file(self) -> Path:
        return self.folder / "log_config.yaml"

    @property
    def log_file(self) -> Path:
        return self.directory / "logs" / "homeserver.log"

    @property
    def start_log_file(self) -> Path:
        """What Synapse says before it has read its own log configuration: errors at the start."""
        return self.directory / "logs" / "homeserver-start.log"

    @property
    def pid_file(self) -> Path:
        return self.directory / "run" / "synapse.pid"


def homeserver_configuration(options: HomeserverOptions) -> dict[str, Any]:
    """Everything that Synapse is told, ready to be written as JSON."""
    return {
        **_identity(options),
        **_closed_to_the_world(),
        **_people(options),
        **_rooms(),
        **_what_is_kept(),
        **_rate_limits(),
        "modules": [{"module": GUARD_MODULE, "config": guard_configuration(options)}],
    }


def as_yaml(configuration: Mapping[str, Any]) -> str:
    """JSON that is YAML too: without ``\\u`` escapes, since YAML does not join the two halves of an emoji."""
    return json.dumps(configuration, indent=2, ensure_ascii=False)


def guard_configuration(options: HomeserverOptions) -> dict[str, Any]:
    """What ``kring_guard`` is told; the same block serves a homeserver that runs elsewhere."""
    block: dict[str, Any] = {"gatekeeper": options.gatekeeper_id, "reactions": list(options.reactions)}
    if options.hub_url is not None:
        block |= {"hub_url": options.hub_url, "hub_secret_path": str(options.secrets.guard_question)}
    return block


def _identity(options: HomeserverOptions) -> dict[str, Any]:
    sqlite = {"name": "sqlite3", "args": {"database": str(options.folder / "homeserver.db")}}
    return {
        "server_name": options.server_name,
        "public_baseurl": options.public_url or f"{options.base_url}/",
        "listeners": [
            {
                "type": "http",
                "port": options.port,
                "bind_addresses": ["127.0.0.1"],
                "tls": False,
                # Without a proxy in front the header is the client's own word, and would defeat the limits per address.
                "x_forwarded": options.behind_proxy,
                # openid: only the endpoint by which the hub checks who opened a widget; federation itself stays 404.
                "resources": [{"names": ["client", "openid"], "compress": False}],
            }
        ],
        "database": dict(options.database) if options.database is not None else sqlite,
        "signing_key_path": str(options.secrets.signing_key),
        "registration_shared_secret_path": str(options.secrets.registration),
        "macaroon_secret_key_path": str(options.secrets.macaroon),
        "form_secret_path": str(options.secrets.form),
        "media_store_path": str(options.folder / "media"),
        "log_config": str(options.log_configuration_file),
        "report_stats": False,
    }


def _closed_to_the_world() -> dict[str, Any]:
    return {
        "federation_domain_whitelist": [],
        "trusted_key_servers": [],
        "suppress_key_server_warning": True,
        "allow_public_rooms_over_federation": False,
        "allow_public_rooms_without_auth": False,
        "enable_room_list_search": False,
        "room_list_publication_rules": [{"action": "deny"}],
        "alias_creation_rules": [{"action": "deny"}],
        "enable_registration": False,
        "allow_guest_access": False,
        "url_preview_enabled": False,
        "enable_search": False,
        "enable_3pid_lookup": False,
        "enable_3pid_changes": False,
    }


def _people(options: HomeserverOptions) -> dict[str, Any]:
    return {
        "require_auth_for_profile_requests": True,
        "limit_profile_requests_to_users_who_share_rooms": True,
        "include_profile_data_on_invite": False,
        "user_directory": {"enabled": False},
        "presence": {"enabled": False},
        # Names and roles are set by the hub alone, so that nobody can call himself a doctor (T11).
        "enable_set_displayname": False,
        "enable_set_avatar_url": False,
        "allow_per_room_profiles": False,
        # Synapse's switch above forbids to change a picture, not to set the first one: no picture fits in one byte.
        "max_avatar_size": "1",
        "password_config": {
            "enabled": True,
            "policy": {"enabled": True, "minimum_length": MINIMUM_PASSWORD_LENGTH},
        },
        "bcrypt_rounds": options.bcrypt_rounds,
        # Element then asks everybody to set up recovery, and never offers an unencrypted room.
        "extra_well_known_client_content": {
            "io.element.e2ee": {"default": True, "force_disable": False, "secure_backup_required": True}
        },
    }


def _rooms() -> dict[str, Any]:
    return {
        "default_room_version": ROOM_VERSION,
        # A default for clients, not enforcement: enforcement is kring_guard.
        "encryption_enabled_by_default_for_room_type": "all",
        "forget_rooms_on_leave": True,
        # A bot that comes back after a week catches up in a few requests instead of a hundred.
        "filter_timeline_limit": 5000,
        # Unless the pusher is event_id_only the room's name still goes out (T21): hence pseudonymous names.
        "push": {"include_content": False},
    }


def _what_is_kept() -> dict[str, Any]:
    """Chat is transport; the dossier is the legal record (BW 7:454). So chat is kept for a year at most."""
    return {
        "max_upload_size": "25M",
        "max_pending_media_uploads": 3,
        "enable_authenticated_media": True,
        "media_retention": {"local_media_lifetime": "90d", "remote_media_lifetime": "1d"},
        "retention": {
            "enabled": True,
            "default_policy": {"min_lifetime": "1d", "max_lifetime": "365d"},
            "allowed_lifetime_min": "1d",
            "allowed_lifetime_max": "365d",
            "purge_jobs": [{"interval": "1d"}],
        },
        "redaction_retention_period": "28d",
        "user_ips_max_age": "28d",
        "delete_stale_devices_after": "90d",
    }


def _rate_limits() -> dict[str, Any]:
    """Wide enough for a team that starts its day, narrow enough that guessing a password is hopeless.

    * ``address``: a practice behind one address, or this machine, logs in thirty people at once and then one in 2 s.
    * ``account``: a person with a phone, a tablet and a laptop; ten at once, then one in 10 s.
    * ``failed_attempts``: five wrong passwords, then one guess in two minutes: 720 a day. The price is that somebody
      who knows the (pseudonymous) account name can delay a new login; open sessions are not touched.

    Bots and gatekeeper are exempt by the admin API (``Provisioning.override_ratelimit``), by name, not by width.
    """
    return {
        "rc_login": {
            "address": {"per_second": 0.5, "burst_count": 30},
            "account": {"per_second": 0.1, "burst_count": 10},
            "failed_attempts": {"per_second": 1 / 120, "burst_count": 5},
        },
        "rc_message": {"per_second": 5, "burst_count": 50},
        # Who may invite is kring_guard's business; a refused attempt must not eat up the allowance of the invited.
        # How often one person is invited is wide: a coach who starts with a hundred patients is in three hundred rooms.
        "rc_invites": {
            "per_room": {"per_second": 1, "burst_count": 50},
            "per_user": {"per_second": 10, "burst_count": 400},
            "per_issuer": {"per_second": 1, "burst_count": 50},
        },
        "rc_joins": {"local": {"per_second": 1, "burst_count": 30}},
        "rc_joins_per_room": {"per_second": 5, "burst_count": 30},
    }


def log_configuration(options: HomeserverOptions) -> dict[str, Any]:
    """Thirty days of JSON lines. Never below INFO: the DEBUG log of the storage holds whole events."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"class": "synapse.logging.TerseJsonFormatter"}},
        "handlers": {
            "file": {
                "class": "logging.handlers.TimedRotatingFileHandler",
                "formatter": "json",
                "filename": str(options.log_file),
                "when": "midnight",
                "backupCount": 30,
                "encoding": "utf-8",
            }
        },
        "loggers": {
            "synapse.storage.SQL": {"level": "WARNING"},
            "synapse.access": {"level": "INFO"},
            "hub": {"level": "INFO"},
        },
        "root": {"level": "WARNING", "handlers": ["file"]},
    }
