"""Sends readings to other systems as lines of text, a datagram each."""

import contextlib
import socket
from collections.abc import Mapping
from functools import reduce
from operator import xor

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.command import SetContext
from seacorder.model.overlay_line import Line, line_of
from seacorder.model.reading import Reading, ReadingState, Value
from seacorder.model.telemetry import LineOut, judged
from seacorder.telemetry.chunk import Chunk


class LinesOut:
    """See `assembly.DataListener`. A line that cannot be sent is left out: the next one follows."""

    def __init__(self, lines: tuple[LineOut, ...], stale_ns: Mapping[str, int]) -> None:
        """`stale_ns`: by source, after how long a reading is stale."""
        self._lines = [(one, line_of(one.line)) for one in lines]
        self._stale_ns = stale_ns
        self._due_ns = [0] * len(lines)
        self._readings: dict[str, Reading] = {}
        self._context: Mapping[str, str] = {}
        self._sockets: dict[int, socket.socket] = {}

    def on_chunks(self, _source: str, _chunks: tuple[Chunk, ...]) -> None:
        """Nothing is sent for them."""

    def on_readings(self, readings: list[Reading]) -> None:
        for reading in readings:
            self._readings[reading.name] = reading

    def carry_out(self, command: object) -> None:
        """A line may hold the context too; no other command concerns it."""
        if isinstance(command, SetContext):
            self._context = command.context.said

    def look(self, now_ns: int) -> None:
        """Sends what is due at `now_ns` (monotonic)."""
        for place, (out, line) in enumerate(self._lines):
            if now_ns >= self._due_ns[place]:
                # A tick late is no reason to be later with all that follow; after a pause, what was missed is not sent.
                late_ns = now_ns - self._due_ns[place]
                self._due_ns[place] = (now_ns if late_ns > NS_PER_SECOND else self._due_ns[place]) + out.interval_ns
                self._send(out, text_of(out, line, self._values(now_ns)))

    def stop(self) -> None:
        for made in self._sockets.values():
            made.close()

    def _values(self, now_ns: int) -> Mapping[str, Value]:
        """The context, and the readings that are fresh at an instant."""
        counted = [judged(one, now_ns, self._stale_ns.get(one.source, 0)) for one in self._readings.values()]
        fresh = {one.name: one.value for one in counted if one.state is ReadingState.FRESH and one.value is not None}
        return {**self._context, **fresh}

    def _send(self, out: LineOut, text: str) -> None:
        family = socket.AF_INET6 if ":" in out.host else socket.AF_INET
        with contextlib.suppress(OSError):
            made = self._sockets.get(family)
            if made is None:
                made = self._sockets[family] = socket.socket(family, socket.SOCK_DGRAM)
                made.setblocking(False)
                made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            made.sendto(text.encode("utf-8"), (out.host, out.port))


def text_of(out: LineOut, line: Line, values: Mapping[str, Value]) -> str:
    """The line with its values and its end; `out.none` stands where there is none. Pure."""
    pieces = [
        one if isinstance(one, str) else one.text(values.get) if one.name in values else out.none for one in line.pieces
    ]
    text = "".join(pieces)
    if out.has_checksum:
        text += f"*{reduce(xor, text.removeprefix('$').encode(), 0):02X}"
    return f"{text}\r\n"
