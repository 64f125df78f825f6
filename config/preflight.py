"""Check an installation before it starts: images by digest, secrets present and closed, one server name everywhere.

    python3 config/preflight.py config/compose.env

Standard library only, so that it runs on a server where nothing of Kring is installed yet. Changes nothing and shows no
secret. Exit status 0: nothing stands in the way; 1: every problem found, one a line; 2: wrong use.
"""

import json
import re
import stat
import sys
from pathlib import Path

_DIGEST = re.compile(r"^[a-z0-9][a-z0-9._/:-]*@sha256:[0-9a-f]{64}$")
IMAGES = (
    "KRING_HUB_IMAGE",
    "KRING_SYNAPSE_IMAGE",
    "KRING_POSTGRES_IMAGE",
    "KRING_ELEMENT_IMAGE",
    "KRING_PROXY_IMAGE",
)
# Which user of which container reads the file. One owner each, so that 0400 is enough.
SECRET_OWNERS = {
    "postgres_password": 999,
    "hub_app_password": 999,
    "hub_migrate_password": 999,
    "synapse_db_password": 999,
    "synapse_pgpass": 991,
    "synapse_signing_key": 991,
    "synapse_macaroon": 991,
    "synapse_form": 991,
    "synapse_registration": 991,
    "hub_synapse_registration": 10001,
    "synapse_guard_question": 991,
    "hub_guard_question": 10001,
    "db_url": 10001,
    "db_migrate_url": 10001,
    "kek": 10001,
    "tls_certificate": 10002,
    "tls_key": 10002,
}
# One secret for two readers, as two files with an owner each.
SAME = (("synapse_registration", "hub_synapse_registration"), ("synapse_guard_question", "hub_guard_question"))
_SHORTEST_SECRET = 24
_NOT_RANDOM = {"tls_certificate", "tls_key", "synapse_signing_key", "kek"}


def pinned(image: str) -> bool:
    """True when the image is named by its digest (``name@sha256:<64 hex>``), with or without a tag for the reader."""
    return bool(_DIGEST.match(image))


def read_environment(path: Path) -> dict[str, str]:
    """``NAME=value`` lines; comments and empty lines are skipped."""
    pairs = (line.split("=", 1) for line in path.read_text("utf-8").splitlines() if "=" in line and line[:1] != "#")
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def image_problems(environment: dict[str, str]) -> list[str]:
    """One sentence for each image that is missing or named by something that can move."""
    return [
        f"{name}: name the image by digest (name@sha256:...), not {environment.get(name) or 'nothing'!r}."
        for name in IMAGES
        if not pinned(environment.get(name, ""))
    ]


def secret_problems(folder: Path) -> list[str]:
    """One sentence for each secret that is missing, empty, short, open to others or owned by the wrong user."""
    problems = []
    for name, owner in SECRET_OWNERS.items():
        file = folder / name
        try:
            status, content = file.stat(), file.read_bytes()
        except OSError as error:
            problems.append(f"secret {name}: {error.strerror}.")
            continue
        if stat.S_IMODE(status.st_mode) & 0o177:
            problems.append(f"secret {name}: mode {stat.S_IMODE(status.st_mode):04o}; make it 0400.")
        if status.st_uid != owner:
            problems.append(f"secret {name}: owned by user {status.st_uid}; its reader is user {owner}.")
        if name == "kek" and len(content) != 32:
            problems.append("secret kek: must be exactly 32 random bytes.")
        elif name not in _NOT_RANDOM and len(content.strip()) < _SHORTEST_SECRET:
            problems.append(f"secret {name}: shorter than {_SHORTEST_SECRET} characters.")
    for one, other in SAME:
        if (
            all((folder / name).is_file() for name in (one, other))
            and (folder / one).read_bytes() != (folder / other).read_bytes()
        ):
            problems.append(f"secrets {one} and {other}: must hold the same text.")
    return problems


def server_names(config: Path) -> dict[str, str]:
    """The server name as each file has it; they must all be the same one."""
    homeserver = (config / "synapse" / "homeserver.yaml").read_text("utf-8")
    element = json.loads((config / "element" / "config.json").read_text("utf-8"))
    well_known = json.loads((config / "proxy" / "well-known-client.json").read_text("utf-8"))
    proxy = (config / "proxy" / "nginx.conf").read_text("utf-8")
    base = well_known["m.homeserver"]["base_url"].removeprefix("https://matrix.").rstrip("/")
    names = {
        "synapse/homeserver.yaml": _first(r"^server_name:\s*(\S+)", homeserver),
        "synapse/homeserver.yaml (gatekeeper)": _first(r"@poortwachter:([^\"\s]+)", homeserver),
        "element/config.json": element["default_server_config"]["m.homeserver"]["server_name"],
        "proxy/well-known-client.json": base,
        "proxy/nginx.conf": _first(r"server_name matrix\.([^;\s]+);", proxy),
    }
    for settings in ("kring.toml", "kring.example.toml"):
        if (config / settings).exists():
            names[settings] = _first(r"^server_name\s*=\s*\"([^\"]+)\"", (config / settings).read_text("utf-8"))
            break
    return names


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1) if found else "(not found)"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        sys.stderr.write("usage: python3 config/preflight.py config/compose.env\n")
        return 2
    config = Path(__file__).resolve().parent
    problems = image_problems(read_environment(Path(arguments[0]))) + secret_problems(config / "secrets")
    names = server_names(config)
    if len(set(names.values())) > 1:
        problems.append(
            "server name differs: " + ", ".join(f"{file} says {name}" for file, name in names.items()) + "."
        )
    problems += [
        f"config/{name}: missing; copy it from config/{example} and fill it in."
        for name, example in (
            ("kring.toml", "kring.example.toml"),
            ("synapse/sign-in.yaml", "synapse/sign-in.example.yaml"),
        )
        if not (config / name).is_file()
    ]
    verdict = f"{len(problems)} to solve before the first start." if problems else "Nothing stands in the way."
    sys.stdout.write("\n".join([*problems, verdict]) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
