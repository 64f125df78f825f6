"""A changed limit at the post: on its telephone within a minute; and the code on the paper says that it is old."""

from __future__ import annotations

import asyncio
import re
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pypdfium2  # type: ignore[import-untyped]
import pytest
import zxingcpp

from .element import ElementProcess
from .hub_circle import ANSWER_SECONDS, BOT, add_person, ask, heard, open_circle
from .hub_process import HubProcess

pytestmark = pytest.mark.real

_AIM = 60.0
"""Seconds from the confirmation to the words on the telephone (D8)."""
_GLANCE = 0.5


def scanned(pdf: Path) -> str:
    """The path that a telephone reads from the paper."""
    (code,) = zxingcpp.read_barcodes(pypdfium2.PdfDocument(pdf)[0].render(scale=2.0).to_pil().convert("L"))
    return urlsplit(code.text).path


def read(hub: HubProcess, path: str) -> str:
    with urllib.request.urlopen(hub.portal + path, timeout=60) as answer:
        return str(answer.read().decode())


async def says(hub: HubProcess, path: str, wanted: str) -> str:
    """What the page says, once it says this."""
    until, page = time.monotonic() + ANSWER_SECONDS, ""
    while wanted not in page:
        page = await asyncio.to_thread(read, hub, path)
        assert time.monotonic() < until, page
        await asyncio.sleep(_GLANCE)
    return page


async def test_a_changed_limit_is_on_the_telephone_of_the_post_within_a_minute(
    running_hub: HubProcess, element_process: ElementProcess, tmp_path: Path
) -> None:
    coach = add_person(running_hub, "coach", "Carla", "Vermeer", "De Brug")
    gp = add_person(running_hub, "gp", "Gerda", "Huisman", "De Brug")
    post = add_person(running_hub, "locum", "HAP", "Arnhem", "Huisartsenpost Arnhem")
    circle = open_circle(running_hub, element_process, coach)
    room = circle.team_room
    carla = await circle.arrive(coach, circle.rooms)
    gerda = await circle.arrive(gp, circle.admit(gp))
    hap = await circle.arrive(post, circle.admit(post))
    for person in (carla, gerda, hap):
        await heard(person, room)

    await ask(carla, room, "!behandelgrens reanimatie ja, besproken op 3-11-2026 met patiënt")
    await ask(gerda, room, "!bevestig S3-1")
    private = await circle.private_room(hap)
    first = await hap.wait_for("WEL reanimeren", room=private, sender=BOT, readable=True, seconds=_AIM)
    assert "!spoed ontvangen" in first.body

    paper = tmp_path / "spoedset.pdf"
    done = running_hub.kring(
        *("dossier", "paper", circle.patient, "--as", coach.id, "--form", "spoedset", "--out", str(paper))
    )
    assert done.json["ok"], done
    path = scanned(paper)
    page = await says(running_hub, path, "Dit is de nieuwste versie")
    assert "Wit" not in page

    proposed = await ask(carla, room, "!behandelgrens reanimatie nee, besproken op 4-11-2026 met patiënt")
    confirming = re.search(r"!bevestig S3-\d+(?: v\d+)?", proposed.body)
    assert confirming is not None, proposed.body
    began = time.monotonic()
    await gerda.say(room, confirming[0])
    changed = await hap.wait_for("NIET reanimeren", room=private, sender=BOT, readable=True, seconds=_AIM)
    print(f"on the telephone of the post {time.monotonic() - began:.2f} s after the confirmation was typed")
    assert changed.content["msgtype"] == "m.text", "a notice would not ring"
    assert changed.content["m.mentions"] == {"user_ids": [post.matrix_id]}
    assert "VEROUDERD" in await says(running_hub, path, "VEROUDERD")

    await hap.say(private, "!spoed ontvangen")
    answer = await hap.wait_for("Genoteerd", room=private, sender=BOT, seconds=ANSWER_SECONDS)
    assert answer.content["msgtype"] == "m.notice"
