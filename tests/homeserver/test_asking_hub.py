"""How the guard reaches the hub: a unix socket, this machine, or TLS with one certificate that counts (ADR 0022)."""

import asyncio
import datetime
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.homeserver.asking_hub import AskingHub
from hub.homeserver.question import PATH, Question
from tests.homeserver.world import free_port

SECRET = "een-geheim-van-minstens-24-tekens"
PROGRAM = Path(__file__).with_name("asks_once.py")


async def says(url: str, secret: str = SECRET, certificate: Path | None = None) -> str:
    more = [str(certificate)] if certificate else []
    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, str(PROGRAM), url, secret, *more),
        stdout=asyncio.subprocess.PIPE,
        cwd=PROGRAM.parents[2],
        env={"PYTHONPATH": str(PROGRAM.parents[2])},
    )
    output, _ = await asking.communicate()
    return output.decode().strip()


def certificate(folder: Path, name: str, host: str = "hub") -> tuple[Path, Path]:
    """A certificate that nobody but itself vouches for, and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{name}.pem", folder / f"{name}.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


async def yes(request: web.Request) -> web.Response:
    asked = Question.from_json(await request.read(), SECRET)
    return web.json_response({} if asked is None else asked.answer(SECRET, True))


@pytest.fixture
async def runner() -> AsyncIterator[web.AppRunner]:
    app = web.Application()
    app.router.add_post(PATH, yes)
    runner = web.AppRunner(app)
    await runner.setup()
    yield runner
    await runner.cleanup()


async def test_over_a_socket_and_on_this_machine_both_sides_prove_themselves(
    runner: web.AppRunner, tmp_path: Path
) -> None:
    socket, port = tmp_path / "guard.sock", free_port()
    await web.UnixSite(runner, str(socket)).start()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    assert await says(f"unix:{socket}") == "yes"
    assert await says(f"http://127.0.0.1:{port}") == "yes"
    assert await says(f"unix:{socket}", secret=SECRET + " niet") == "no"
    assert await says(f"unix:{tmp_path / 'nergens.sock'}") == "ConnectError"


async def test_over_tls_one_certificate_counts_and_no_authority(runner: web.AppRunner, tmp_path: Path) -> None:
    ours, key = certificate(tmp_path, "ours", host="localhost")
    other, _ = certificate(tmp_path, "other", host="localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(ours, key)
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    assert await says(f"https://localhost:{port}", certificate=ours) == "yes"
    assert await says(f"https://localhost:{port}", certificate=other) in {
        "ResponseNeverReceived",
        "RequestTransmissionFailed",
    }, "nothing was asked"


@pytest.mark.parametrize(
    "url", ["http://hub:8091", "http://10.0.0.8:8091", "https://hub:8091", "unix:run/guard.sock", "ftp://127.0.0.1", ""]
)
def test_an_address_in_clear_or_without_a_certificate_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match=r"hub_url|unix"):
        AskingHub(url, SECRET)


def test_a_short_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="too short"):
        AskingHub("unix:/run/kring/guard.sock", "kort")
