"""Hands readings to the channels' workers, which burn them into pictures and write them into subtitles and framegrabs.

A value is shown over pictures from 100 ms after it came (`channel.overlay.fields`), so what comes within 50 ms is sent
together.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from seacorder.control.telemetry.telemetry import Telemetry
from seacorder.model.command import ShowFields
from seacorder.model.overlay import ShownField
from seacorder.model.reading import Reading, ReadingState

TOGETHER_SECONDS = 0.05
WAITING_MAX = 5_000
"""Readings that are sent together at most; of more, the oldest are left out."""


class ShownFields:
    """For the event loop alone; nothing blocks."""

    def __init__(self, telemetry: Telemetry, send_all: Callable[[object], None]) -> None:
        """`send_all` sends a command to all channels' workers."""
        self._telemetry = telemetry
        self._send_all = send_all
        self._waiting: list[Reading] = []
        self._soon: asyncio.TimerHandle | None = None

    def of_all(self) -> ShowFields | None:
        """The newest value of every field, for a worker that has just begun; None if there is none."""
        readings = self._telemetry.readings()
        return ShowFields(shown(readings, self._telemetry.stale_ns)) if readings else None

    def take(self, readings: tuple[Reading, ...]) -> None:
        """What has come; sent with what comes within TOGETHER_SECONDS."""
        self._waiting += readings
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(TOGETHER_SECONDS, self._send)

    def _send(self) -> None:
        waiting, self._waiting, self._soon = self._waiting[-WAITING_MAX:], [], None
        self._send_all(ShowFields(shown(waiting, self._telemetry.stale_ns)))


def shown(readings: Iterable[Reading], stale_ns: Mapping[str, int]) -> tuple[ShownField, ...]:
    """Readings as workers take them, each with the instant at which it becomes stale. Pure."""
    return tuple(_shown(one, stale_ns.get(one.source, 0)) for one in readings)


def _shown(reading: Reading, stale_ns: int) -> ShownField:
    from_ns = reading.received.monotonic_ns
    if reading.state is ReadingState.NONE:
        return ShownField(reading.name, None, reading.unit, from_ns)
    return ShownField(reading.name, reading.value, reading.unit, from_ns, from_ns + stale_ns)
