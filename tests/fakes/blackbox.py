"""What a fake worker does with the blackbox: files that are really there, each of a hundred bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from seacorder.base.errors import NotKnown
from seacorder.model.blackbox import (
    BlackboxChannel,
    BlackboxView,
    HeldStretch,
    KeptStretch,
    SplitBlackbox,
    StartBlackbox,
)
from seacorder.model.recording import FileState, Part
from seacorder.model.report import PartClosed, PartOpened
from seacorder.storage.names import path_for

BYTES = 100
FRAMES = 50


class Reporter(Protocol):
    """The worker that it belongs to."""

    name: str

    def report(self, report: object) -> None: ...


class FakeBlackbox:
    """Of one worker. Set `writes` to False, and nothing of it reaches the disk."""

    def __init__(self, worker: Reporter) -> None:
        self._worker = worker
        self.order: StartBlackbox | None = None
        self.part: Part | None = None
        self.writes = True

    def carry_out(self, command: StartBlackbox | SplitBlackbox, utc_ns: int) -> None:
        if isinstance(command, StartBlackbox):
            self.order = command
            self.begin(command.first_part, utc_ns)
        elif self.part is not None:
            number = self.part.number
            self.end(utc_ns)
            self.begin(number + 1, utc_ns)

    def begin(self, number: int, utc_ns: int) -> None:
        """A part begins, with a file on the disk."""
        assert self.order is not None
        path = path_for(self.order.naming, self._worker.name, "mp4", utc_ns=utc_ns)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * BYTES)
        first = (number - 1) * FRAMES
        self.part = Part(self.order.id, self._worker.name, number, str(path), utc_ns, None, first, 1, BYTES,
                         FileState.OPEN)
        self._worker.report(PartOpened(self.part))

    def end(self, utc_ns: int) -> None:
        """The part that runs ends whole."""
        assert self.part is not None
        part, self.part = self.part, None
        whole = replace(part, state=FileState.WHOLE, end_utc_ns=utc_ns, frames=FRAMES, bytes=BYTES)
        self._worker.report(PartClosed(whole))


class FakeBlackboxDoor:
    """The blackbox as the API sees it; None of `kept` as long as nothing was asked for."""

    def __init__(self, names: Sequence[str]) -> None:
        self.is_there = True
        self.shown: BlackboxView | None = None
        """In the status."""
        self.asked: list[tuple[int, int]] = []
        self.error: Exception | None = None
        self._names = tuple(names)

    def view(self) -> BlackboxView:
        self._check()
        channels = tuple(
            BlackboxChannel(name, is_recording=True, is_missing=False, path=f"/blackbox/{name}.mp4", why=None)
            for name in self._names
        )
        return BlackboxView("/blackbox", True, channels, 2, 2_000_000, 10_000_000, 3600.0, 0)

    def stretches(self) -> tuple[HeldStretch, ...]:
        self._check()
        return tuple(HeldStretch(name, 0, 60 * 10**9, 1, 1_000_000) for name in self._names)

    async def keep(self, from_utc_ns: int, to_utc_ns: int) -> KeptStretch:
        self._check()
        if self.error is not None:
            raise self.error
        self.asked.append((from_utc_ns, to_utc_ns))
        return KeptStretch("R", from_utc_ns, to_utc_ns, self._names, 2, 2_000_000, 0, True, str(Path("/data/R")))

    def _check(self) -> None:
        if not self.is_there:
            raise NotKnown("There is no blackbox.")
