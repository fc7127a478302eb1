"""Instruments that send numbered records, and the account of what the raw logs of a recording have of them.

As the cameras of this suite, they go on whether anybody listens or not: what is missing in the log was sent.
"""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self

from rig.ports import free_port
from rig.program import Program
from rig.survey import sentence
from seacorder.telemetry.logs.raw_form import RawPiece, pieces

HERE = "127.0.0.1"
LINES_A_CONNECTION = 40
DEFINITION = (
    '[[definitions]]\nname = "Count"\nkind = "nmea"\nheader = "PCNT"\n'
    '[[definitions.fields]]\nname = "count"\nposition = 1\n'
)
"""Of what all instruments here send: the reading `count` is the number of the record."""


@dataclass(slots=True)
class Sent:
    """One record, and the instants just before and just after it was sent: seconds of the monotonic clock.

    Between the two its thread may have to wait for others, on a busy machine for long.
    """

    at: float
    data: bytes
    over: float = float("inf")


def numbered(number: int) -> bytes:
    """A sentence with its number."""
    return sentence(f"PCNT,{number:08d}") + b"\r\n"


class Instrument(threading.Thread):
    """Sends from `start` on, `rate` records a second, until the block ends."""

    def __init__(self, name: str, rate: float, kind: socket.SocketKind) -> None:
        super().__init__(name=name, daemon=True)
        self.port = free_port(kind)
        self.sent: list[Sent] = []
        self._rate = rate
        self._ended = threading.Event()
        self._begin = 0.0

    def stop(self) -> None:
        self._ended.set()
        if self.is_alive():
            self.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _next_is_due(self) -> bool:
        """Waits for the next record; False at the end. After a delay what is due is sent at once."""
        if not self._begin:
            self._begin = time.monotonic()
        due = self._begin + len(self.sent) / self._rate
        return not self._ended.wait(max(0.0, due - time.monotonic()))

    def _send(self, data: bytes, send: Callable[[bytes], object]) -> None:
        noted = Sent(time.monotonic(), data)
        self.sent.append(noted)
        try:
            send(data)
        finally:
            noted.over = time.monotonic()


class Datagrams(Instrument):
    """Sends datagrams: a sentence, and any bytes behind it."""

    def __init__(self, name: str, rate: float) -> None:
        super().__init__(name, rate, socket.SOCK_DGRAM)
        self._chance = Random(name)

    @property
    def table(self) -> str:
        """Of the settings file."""
        return _table(self, f"udp://{HERE}:{self.port}")

    def run(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            while self._next_is_due():
                data = numbered(len(self.sent)) + self._chance.randbytes(self._chance.randrange(20))
                self._send(data, lambda data: out.sendto(data, (HERE, self.port)))


class Connections(Instrument):
    """Connects, sends some lines, hangs up in order, and connects again; also when it was cut off."""

    def __init__(self, name: str, rate: float) -> None:
        super().__init__(name, rate, socket.SOCK_STREAM)
        self.connections = 0

    @property
    def table(self) -> str:
        """Of the settings file."""
        return _table(self, f"tcp://{HERE}:{self.port}#listen=1")

    def run(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(OSError), socket.create_connection((HERE, self.port)) as out:
                self.connections += 1
                self._talk(out)
            self._ended.wait(0.01)

    def _talk(self, out: socket.socket) -> None:
        for _ in range(LINES_A_CONNECTION):
            if not self._next_is_due():
                return
            self._send(numbered(len(self.sent)), out.sendall)


def _table(instrument: Instrument, address: str) -> str:
    return f'[[telemetry]]\nname = "{instrument.name}"\ninput = "{address}"\ndefinitions = ["Count"]\n'


def is_open(program: Program, *instruments: Instrument) -> bool:
    """Their ports are open: what they send from now on arrives."""
    names = {instrument.name for instrument in instruments}
    sources = [one for one in program.get("/api/v1/telemetry")["items"] if one["name"] in names]
    return len(sources) == len(names) and all(_is_open(one) for one in sources)


def _is_open(source: Any) -> bool:
    return source["state"] == "live" or (source["why"] or {}).get("fact", "").startswith("It is open.")


def raw_pieces(folder: Path) -> list[RawPiece]:
    """What all raw logs below a folder have, in the order of the files' beginnings."""
    logs = [list(pieces(content)) for path in folder.rglob("*.raw") if (content := path.read_bytes())]
    filled = sorted((log for log in logs if log), key=lambda log: log[0].monotonic_ns)
    return list(itertools.chain.from_iterable(filled))


def records_of(instrument: Instrument, logged: Iterable[RawPiece]) -> list[bytes]:
    """Of one source: each datagram is a piece; lines are cut out of what came over connections."""
    mine = [piece.data for piece in logged if piece.source == instrument.name]
    return mine if isinstance(instrument, Datagrams) else b"".join(mine).splitlines(keepends=True)


@dataclass(frozen=True, slots=True)
class Hole:
    """Records that were sent one after the other and are not in the log. Instants of sending."""

    records: int
    first: float
    after: float
    """Of the first one that is in the log again; infinite if none is."""


@dataclass(frozen=True, slots=True)
class LogAccount:
    """What of `sent` is in the log. `strange`: records that were never sent so, or come again or in another order."""

    sent: int
    strange: int
    holes: tuple[Hole, ...]

    @property
    def missing(self) -> int:
        return sum(hole.records for hole in self.holes)


def account_of(sent: list[Sent], records: Iterable[bytes], until: float = float("inf")) -> LogAccount:
    """Of what had been sent by `until`; later records may be there."""
    place = {one.data: number for number, one in enumerate(sent)}
    found = [place.get(record, -1) for record in records]
    strange = sum(after <= before for before, after in itertools.pairwise([-1, *found]))
    wanted = [number for number, one in enumerate(sent) if one.over <= until]
    there = set(found)
    holes = []
    for is_there, run in itertools.groupby(wanted, key=there.__contains__):
        if not is_there:
            numbers = list(run)
            after = next((sent[one].at for one in range(numbers[-1] + 1, len(sent)) if one in there), float("inf"))
            holes.append(Hole(len(numbers), sent[numbers[0]].at, after))
    return LogAccount(len(wanted), strange, tuple(holes))


@dataclass(frozen=True, slots=True)
class Cut:
    """Something that ended the log: when, and when its end was over. Seconds of the monotonic clock."""

    at: float
    over: float


@dataclass(frozen=True, slots=True)
class LogToll:
    """What cuts cost, at the worst."""

    lost_seconds: float
    """Sent before the cut, and in no log."""
    back_seconds: float
    """From the cut's end until a record was sent that is in the log again."""


def toll_of(account: LogAccount, cuts: list[Cut], all_cuts: list[Cut]) -> LogToll:
    """Of `cuts`. A hole belongs to the newest of `all_cuts` before the record that ends it; one at the end to none."""
    lost, back = 0.0, 0.0
    for hole in (one for one in account.holes if one.after < float("inf")):
        cut = max((cut for cut in all_cuts if cut.at < hole.after), key=lambda cut: cut.at, default=None)
        if cut in cuts:
            lost, back = max(lost, cut.at - hole.first), max(back, hole.after - cut.over)
    return LogToll(lost, back)
