"""Weeks pass in a rehearsal, for every process at once; never where real people are cared for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.adapters import clock
from hub.bootstrap import open_hub
from hub.domain.errors import StartRefused
from hub.settings import Settings, load

SIX_WEEKS = timedelta(weeks=6)


def test_a_rehearsed_clock_runs_ahead_as_far_as_the_file_says_and_no_file_is_no_difference(tmp_path: Path) -> None:
    ahead = tmp_path / "rehearsal-clock"
    rehearsed = clock.rehearsing(ahead)
    assert clock.now() <= rehearsed() <= clock.now()
    ahead.write_text(str(SIX_WEEKS.total_seconds()))
    assert clock.now() + SIX_WEEKS <= rehearsed() <= clock.now() + SIX_WEEKS
    assert rehearsed().tzinfo is UTC


async def test_a_hub_looks_at_that_file_only_in_a_rehearsal(tmp_path: Path) -> None:
    for rehearsal in (True, False):
        settings = Settings(data=tmp_path / str(rehearsal), rehearsal=rehearsal)
        hub = await open_hub(settings, create=True)
        try:
            settings.rehearsal_clock.write_text(str(SIX_WEEKS.total_seconds()))
            assert (hub.now() - datetime.now(UTC) > timedelta(weeks=5)) is rehearsal
        finally:
            await hub.close()


def test_a_rehearsal_with_the_homeserver_of_real_people_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    settings = 'rehearsal = true\n[homeserver]\nmode = "external"\nurl = "http://synapse:8008"\n'
    (tmp_path / "kring.toml").write_text(f'{settings}registration_secret_file = "{tmp_path}/secret"\n')
    with pytest.raises(StartRefused, match="rehearsal"):
        load(tmp_path)
