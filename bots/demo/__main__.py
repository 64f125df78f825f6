"""``make demo``: starts everything, plays the journey, prints how to look around, and keeps running."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from bots.demo.journey import SCENES, Journey
from bots.demo.operator import Operator, free_port
from bots.demo.story import Story
from hub.domain.errors import KringError

DATA = Path(".demo")
REPORT = Path("demo-report.json")


def main() -> int:
    """Exit status 0 when the whole journey went as it must."""
    parser = argparse.ArgumentParser(prog="python -m bots.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the journey")
    try:
        return asyncio.run(_demo(parser.parse_args().once))
    except KeyboardInterrupt:
        return 0


async def _demo(once: bool) -> int:
    operator = Operator(DATA, free_port(8080), free_port(8008))
    story = Story(SCENES)
    journey = Journey(operator, story)
    try:
        with story:
            story.console.print("[bold]Kring[/]: homeserver, hub en bots starten op deze machine …")
            await operator.start()
            story.begin_journey()
            try:
                # Who looks around wants a circle that is open: how it ends is played with --once.
                await (journey.play() if once else journey.live())
            finally:
                story.write_report(REPORT)
        story.console.print(f"\n[bold green]De reis is gespeeld in {story.seconds} s[/] ({REPORT}).")
        if not once:
            await _look_around(operator, journey, story)
    except KringError as error:
        story.console.print(f"[bold red]{error}[/]")
    except Exception as error:  # noqa: BLE001 -- the demo ends with one line; the report says where
        story.console.print(f"[bold red]De reis is gestopt: {type(error).__name__}: {error}[/]")
    finally:
        await journey.end()
        await operator.stop()
    return 0 if story.ok else 1


async def _look_around(operator: Operator, journey: Journey, story: Story) -> None:
    """How to join with Element, until Ctrl-C."""
    say = story.console.print
    say("\n[bold]Kijk zelf rond[/]")
    say(f"  Element: kies 'homeserver wijzigen' en vul in: {operator.homeserver}")
    for name, user, password in journey.logins():
        say(f"    {name}: {user} / {password}")
    say("  Nieuwe berichten zijn te lezen; oude niet: sleutels gaan nooit achteraf mee.")
    say(f"  Portaal: {operator.portal}; typ !portaal in een kamer voor een link.")
    say(f"  Opdrachtregel: .venv/bin/kring status --data {operator.data}")
    say("  Hoe het afloopt, van de laatste dagen tot het sluiten van de kring: make demo ONCE=1")
    say("  Stoppen: Ctrl-C")
    await journey.end()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
