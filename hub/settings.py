"""Settings: a TOML file in the data directory, every key known, every secret a file. Anything wrong: do not start."""

import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hub.domain.consent import AccessRules
from hub.domain.entries import Kind
from hub.domain.errors import CommandRejected, StartRefused
from hub.domain.freshness import FreshnessRules
from hub.domain.handover import HandoverTerms
from hub.domain.identity import Pinning
from hub.domain.ladder import House, Ladder
from hub.domain.path import CRITERIA
from hub.domain.turning_points import Trigger
from hub.domain.vocabulary import Assurance, Role

LADDER = Path(__file__).resolve().parent.parent / "config" / "ladder.toml"
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,24}", re.ASCII)
_SERVER_NAME = re.compile(r"[a-z0-9.-]+(:\d{1,5})?", re.ASCII)


class Homeserver(BaseModel):
    """``embedded``: this hub starts Synapse itself. ``external``: it runs elsewhere; url and secret are given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["embedded", "external"] = "embedded"
    url: str | None = None
    public_url: str | None = None
    registration_secret_file: Path | None = None
    question_secret_file: Path | None = None
    """Shared with a homeserver elsewhere, which asks whether somebody may enter a room; absent: it does not ask."""
    question_socket: Path | None = None
    """Where it asks: a unix socket in a folder that hub and homeserver share (``run/guard.sock`` otherwise)."""
    question_listen: str | None = Field(default=None, pattern=r"^[0-9A-Za-z.:\[\]-]+:\d{1,5}$")
    """Where it asks from another machine: ``address:port``, with TLS and nothing else."""
    question_certificate_file: Path | None = None
    question_key_file: Path | None = None


class Sharing(BaseModel):
    """Where the law leaves a choice to the institution and its lawyer (ADR 0024)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    circle: Literal["directed", "consultable"] = "directed"
    """What reading within a circle counts as: directed sharing (BW 7:457 lid 2) or looking up (Wabvpz 15a)."""
    default: Literal["opt-in", "opt-out"] = "opt-in"
    """Looking up without a recorded choice: refused until explicit consent, or allowed until somebody objects."""
    children: bool = False
    """Circles for patients under 16; off until the plan formats for children were reviewed (law-and-care E4)."""
    minimum_assurance: dict[Role, Assurance] = {}
    """Sign-in level that a role needs; ``substantial`` for a role that is not named."""


class Freshness(BaseModel):
    """When an agreement asks for a new conversation (ADR 0033); what is not named keeps the default of Kring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: dict[Kind, int] = {}
    """Kind of entry → days after which it is stale."""
    triggers: dict[Kind, frozenset[Trigger]] = {}
    """Kind of entry → which changes make it stale; an empty list: none."""

    @model_validator(mode="after")
    def _can_turn_stale(self) -> "Freshness":
        self.rules()
        return self

    def rules(self) -> FreshnessRules:
        """As the guard takes them.

        :raises ValueError: a kind that never turns stale, or a number of days that is none
        """
        return FreshnessRules(dict(self.days), dict(self.triggers))


class PathSettings(BaseModel):
    """Het pad: the reasons of this region not to begin (F3); none named: those of Kring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    criteria: dict[Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,29}$")], Annotated[str, Field(max_length=200)]] = {}
    """Code → the words that people choose from."""


class HandoverHours(BaseModel):
    """``[handover]``: hours until somebody is told that a handover was not received (ADR 0042)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    transfer_hours: int = Field(default=4, ge=1, le=72)
    """At admission, discharge and any other change of place (IND-15)."""
    other_hours: int = Field(default=24, ge=1, le=72)
    preview_hours: int = Field(default=2, ge=1, le=24)
    """How long the patient may read it before it goes on."""

    def terms(self) -> HandoverTerms:
        return HandoverTerms(
            timedelta(hours=self.transfer_hours), timedelta(hours=self.other_hours), timedelta(hours=self.preview_hours)
        )


class Settings(BaseModel):
    """What an operator decides (see ``config/kring.example.toml``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data: Path
    server_name: str = "kring.localhost"
    portal_address: str = "127.0.0.1"
    """Where the portal listens; another address only where a TLS proxy alone can reach it (docker-compose)."""
    portal_port: int = Field(default=8080, ge=0, le=65535)
    matrix_port: int = Field(default=8008, ge=0, le=65535)
    portal_url: str | None = None
    database_url_file: Path | None = None
    homeserver: Homeserver = Homeserver()
    pinning: Pinning = Pinning.FIRST_USE
    """When a person's identity counts: when first seen, or after somebody of the circle confirmed it (ADR 0012)."""
    login_rounds: int = Field(default=12, ge=4, le=16)
    """Cost of a password hash in the embedded homeserver; below 10 only for tests and the demo."""
    audit_witness_file: Path | None = None
    """Where every signed checkpoint of the log is added as well; on another machine or mount (ADR 0021)."""
    audit_room_interval: int = Field(default=3600, ge=1)
    """Seconds at least between two checkpoints in the room of the privacy officers (ADR 0021)."""
    canary_interval: int = Field(default=300, ge=1, le=3600)
    """Seconds between two test messages of the canary (ADR 0016)."""
    ladder_file: Path = LADDER
    """Who is asked when a question has no answer, and the number of the GP post (ADR 0041)."""
    sharing: Sharing = Sharing()
    freshness: Freshness = Freshness()
    handover: HandoverHours = HandoverHours()
    path: PathSettings = PathSettings()
    distinct_patients: bool = False
    """Refuse to register somebody with the BSN, or the name and birth date, of a patient; False: warn (HAZ-15)."""
    require_approved_policy: bool = False
    """Start only with policies that a privacy officer approved (``kring policy approve``)."""
    crash_points: bool = False
    """For tests only: the bots may be told to die at a labelled point (``bots/runtime/crash_points.py``)."""
    rehearsal: bool = False
    """Repetitie: the clock may run ahead, by the seconds in ``rehearsal-clock`` in the data directory (the demo)."""

    @field_validator("server_name")
    @classmethod
    def _a_server_name(cls, value: str) -> str:
        if not _SERVER_NAME.fullmatch(value):
            raise ValueError("is geen servernaam")
        return value

    def access_rules(self) -> AccessRules:
        """The choices of ``[sharing]`` as the guard takes them."""
        return AccessRules(
            circle_is_consultable=self.sharing.circle == "consultable",
            opt_out=self.sharing.default == "opt-out",
            children=self.sharing.children,
            minimum=dict(self.sharing.minimum_assurance),
        )

    def freshness_rules(self) -> FreshnessRules:
        """The choices of ``[freshness]`` as the guard takes them."""
        return self.freshness.rules()

    def path_criteria(self) -> dict[str, str]:
        """Why somebody does not begin now: code and words, those of ``[path.criteria]`` or else those of Kring."""
        return dict(self.path.criteria) or {one.code: one.words for one in CRITERIA}

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def rehearsal_clock(self) -> Path:
        return self.data / "rehearsal-clock"

    @property
    def admin_socket(self) -> Path:
        return self.run / "admin.sock"

    @property
    def kek_file(self) -> Path:
        return self.secrets / "kek"

    @property
    def audit_key_file(self) -> Path:
        """With which the checkpoints of the log are signed."""
        return self.secrets / "audit_signing_key"

    @property
    def token_key_file(self) -> Path:
        """With which access tokens for other systems are signed."""
        return self.secrets / "token_signing_key"

    @property
    def audit_origin(self) -> str:
        """The name of this log in its checkpoints (C2SP)."""
        return f"{self.server_name}/audit"

    @property
    def witness_file(self) -> Path:
        return self.audit_witness_file or self.data / "witness" / "checkpoints.log"

    @property
    def homeserver_url(self) -> str:
        return self.homeserver.url or f"http://127.0.0.1:{self.matrix_port}"

    @property
    def portal_base(self) -> str:
        """Where people reach the portal, without a trailing slash."""
        return (self.portal_url or f"http://localhost:{self.portal_port}").rstrip("/")

    @property
    def question_secret(self) -> Path | None:
        """The secret of the guard's question (ADR 0022); None: no homeserver asks."""
        if self.homeserver.mode == "embedded":
            return self.secrets / "synapse_guard_question"
        return self.homeserver.question_secret_file

    @property
    def question_socket(self) -> Path:
        return self.homeserver.question_socket or self.run / "guard.sock"

    @property
    def gatekeeper(self) -> str:
        return f"@poortwachter:{self.server_name}"

    @property
    def dossier_bot(self) -> str:
        return f"@dossier:{self.server_name}"

    @property
    def canary(self) -> str:
        """Its own account, and not one of :attr:`own_accounts`: in a circle's room it is a stranger."""
        return f"@kanarie:{self.server_name}"

    @property
    def own_accounts(self) -> frozenset[str]:
        return frozenset({self.gatekeeper, self.dossier_bot})

    def database_url(self) -> str:
        """SQLite in the data directory, or what the database url file says.

        :raises StartRefused: the file cannot be read or others may read it
        """
        if self.database_url_file is None:
            return f"sqlite:///{self.data / 'kring.db'}"
        return read_secret(self.database_url_file)


def read_secret(path: Path) -> str:
    """A secret from a file that only its owner may read.

    :raises StartRefused: missing, empty or open to others
    """
    try:
        if path.stat().st_mode & 0o077:
            raise StartRefused(f"Het geheim {path.name} is leesbaar voor anderen; zet de rechten op 0400 of 0600.")
        value = path.read_text().strip()
    except OSError as error:
        raise StartRefused(f"Het geheim {path.name} is niet leesbaar: {error.strerror}.") from error
    if not value:
        raise StartRefused(f"Het geheim {path.name} is leeg; herstel het bestand uit de back-up.")
    return value


def read_house(path: Path) -> House:
    """The ladder of the house and the number of the GP post.

    :raises StartRefused: not to be read, or it breaks a rule of a ladder
    """
    try:
        said = tomllib.loads(path.read_text("utf-8"))
        phone = said.pop("gp_post_phone", None)
        if phone is not None and not (isinstance(phone, str) and _PHONE.fullmatch(phone)):
            raise StartRefused(f"In {path.name} is gp_post_phone geen telefoonnummer.")
        return House(Ladder.of(said), phone)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, CommandRejected) as error:
        raise StartRefused(f"De ladder in {path.name} is niet te gebruiken: {error}") from error


def load(data: Path, **overrides: object) -> Settings:
    """Settings from ``<data>/kring.toml`` (when it is there) with overrides from the command line.

    :raises StartRefused: unknown key, wrong value or unreadable file; all faults in one sentence
    """
    path = data / "kring.toml"
    values: dict[str, object] = {}
    if path.exists():
        try:
            values = tomllib.loads(path.read_text())
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise StartRefused(f"{path.name} is niet te lezen: {error}.") from error
    values |= {key: value for key, value in overrides.items() if value is not None}
    values["data"] = data.resolve()
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise StartRefused(f"{path.name} klopt niet: {faults}.") from error
    external = settings.homeserver.mode == "external"
    if external and not (settings.homeserver.url and settings.homeserver.registration_secret_file):
        raise StartRefused("Voor een homeserver elders zijn homeserver.url en registration_secret_file nodig.")
    homeserver = settings.homeserver
    if homeserver.question_listen and not (homeserver.question_certificate_file and homeserver.question_key_file):
        raise StartRefused("Voor homeserver.question_listen zijn een certificaat en een sleutel nodig (TLS).")
    if external and settings.rehearsal:
        raise StartRefused("rehearsal is om te oefenen, en kan niet met een homeserver die mensen gebruiken.")
    if external and settings.crash_points:
        raise StartRefused("crash_points is voor proeven, en kan niet met een homeserver die mensen gebruiken.")
    return settings


def make_directories(settings: Settings) -> None:
    """The data directory and its parts, for the owner only (0700)."""
    os.umask(0o077)
    try:
        for directory in (settings.data, settings.secrets, settings.run, settings.data / "logs"):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            directory.chmod(0o700)
    except OSError as error:
        raise StartRefused(f"De gegevensmap {settings.data} is niet te maken: {error.strerror}.") from error


def approved_policies(data: Path) -> Path:
    """Where the copy of the last approved policies is kept, for ``kring policy diff --against approved``."""
    return data / "approved-policies"
