"""Calls outside Kring as a line in the log of the process: the default, until an organisation connects its pager."""

import structlog

from hub.application.outside_ports import Called

_log = structlog.get_logger("kring.outside")


class OutsideLog:
    """Answers :class:`hub.application.outside_ports.CallsOutside`. Writes no phone number and nobody's name (I3)."""

    reaches_people = False

    async def call(self, called: Called) -> None:
        _log.warning(
            "outside-call",
            call=called.id,
            circle=called.circle,
            question=called.question_number,
            phone_known=called.phone is not None,
        )
