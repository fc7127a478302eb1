"""The power is cut at any instant of a recording: what a disk may legally have kept is put together and decoded.

The recorder's own sink writes a recording with splits onto a disk that notes the order of all writes and syncs. Then,
for a cut after each single operation, the files are put together from what may be left: everything up to a file's
last sync, and of the rest nothing, all, the last write, some of them, or fronts torn at a sector; a file's name with or
without the sync of its folder.

A picture counts as left when every byte of it is left. Where an unsynced write was torn within a picture, FFmpeg shows
what there is of it, and no order of writes can prevent that: it counts as lost, whatever it looks like, and nothing may
be shown behind it.
"""

import contextlib
import hashlib
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import pytest

from fakes.disk import Operation, RecordingDisk, left_by_power_cut
from fakes.footage import Footage, Recipe, footage, number_in
from fakes.sinks import Bench
from faults.replay import WAYS, files_of, survivors
from faults.results import is_long, note
from rig.program import wait_for
from seacorder.model.report import PartClosed
from seacorder.sinks.video.recording import RecordingSink
from seacorder.storage import durable

RATE = 25
SPLIT_NS = 2_000_000_000
LOSS_LIMIT_SECONDS = 2.0
SYNCS = {"sync", "sync_whole"}


class Recording:
    """What was asked of the disk, and how many frames had been captured after how many operations."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, made: Footage) -> None:
        self.disk = RecordingDisk()
        monkeypatch.setattr(durable, "this_machine", lambda: self.disk)
        bench = Bench(folder)
        sink = RecordingSink(bench.start_recording(SPLIT_NS), bench.context)
        self.captured: list[tuple[int, int]] = []
        for sample in made.samples:
            bench.feed(sink, [sample], made.source)
            file = sink._files.current
            assert file is not None
            wait_for(lambda file=file: not file._file.queued_bytes, "the disk to take what waits")
            self.captured.append((len(self.disk.operations), sample.number + 1))
        assert bench.finish(sink).ok
        self.parts = len(bench.of(PartClosed))
        self.operations = list(self.disk.operations)

    def frames_at(self, operations: int) -> int:
        """Captured when so many operations had been done."""
        return next((frames for count, frames in self.captured if count >= operations), self.captured[-1][1])


@dataclass
class Left:
    """What a player shows of a file."""

    numbers: list[int] = field(default_factory=list)
    """Of the pictures of which every byte is left."""
    torn: int = 0
    """Pictures that are shown though some of their bytes are lost."""
    behind_torn: int = 0
    """Whole pictures that are shown behind such a one."""


class Player:
    """Decodes what is left; the same bytes once only."""

    def __init__(self, made: Footage) -> None:
        self._recorded = {bytes(sample.packet) for sample in made.video}
        self._known: dict[bytes, Left] = {}

    def left(self, content: bytes) -> Left:
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            self._known[digest] = left = Left()
            with contextlib.suppress(av.FFmpegError), av.open(io.BytesIO(content), "r", format="mp4") as container:
                self._play(container, left)
        return self._known[digest]

    def _play(self, container: Any, left: Left) -> None:
        whole: dict[int, bool] = {}
        for packet in container.demux(video=0):
            whole[packet.pts] = bytes(packet) in self._recorded
            for frame in packet.decode():
                if not whole[frame.pts]:
                    left.torn += 1
                else:
                    left.numbers.append(number_in(frame))
                    left.behind_torn += left.torn > 0

    @property
    def decoded(self) -> int:
        return len(self._known)


def synced_frames(player: Player, mine: Sequence[Operation]) -> int:
    """Of one file, what its last sync has made safe."""
    syncs = [at for at, one in enumerate(mine) if one.name in SYNCS]
    return len(player.left(left_by_power_cut(mine[: syncs[-1] + 1], lambda _: 0.0)).numbers) if syncs else 0


def faults_of(left: Left, synced: int, way: str) -> list[str]:
    numbers, faults = left.numbers, list[str]()
    if len(numbers) < synced:
        faults.append(f"{len(numbers)} frames, fewer than the {synced} that were synced")
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False:
        faults.append(f"frames {numbers[:5]} … {numbers[-5:]} are damaged")
    if left.torn > (1 if way == "torn" else 0) or left.behind_torn:
        faults.append(f"{left.torn} torn frames, and {left.behind_torn} shown behind one")
    return faults


def replay(recording: Recording, player: Player, cut: int, way: str, chance: random.Random) -> tuple[int, list[str]]:
    """Frames that are left one after the other from the first on, and what was wrong with them."""
    numbers: list[int] = []
    faults: list[str] = []
    for path, mine, is_safe in files_of(recording.operations[:cut]):
        if not is_safe and way in {"none", "torn"}:
            continue  # the file's name never reached the medium
        left = player.left(left_by_power_cut(mine, survivors(way, mine, chance)))
        found = faults_of(left, synced_frames(player, mine), way)
        faults += [f"{path.name} after {cut} operations, {way}: {fault}" for fault in found]
        numbers += left.numbers
    whole = next((at for at, number in enumerate(numbers) if at != number), len(numbers))
    return whole, faults


@pytest.mark.slow
def test_a_power_cut_at_any_instant_costs_at_most_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = footage(Recipe(frames=6 * RATE, group=10, rate=RATE))
    player, faults, worst, replays = Player(made), list[str](), 0, 0
    rounds = 12 if is_long() else 2
    recording = Recording(tmp_path, monkeypatch, made)
    for cut in range(1, len(recording.operations) + 1):
        for way in WAYS:
            for turn in range(rounds if way in {"some", "torn"} else 1):
                chance = random.Random(f"{cut} {way} {turn}")
                left, wrong = replay(recording, player, cut, way, chance)
                faults += wrong
                worst = max(worst, recording.frames_at(cut) - left)
                replays += 1
    kept = worst <= LOSS_LIMIT_SECONDS * RATE and not faults
    note(
        "power cut after each write, sync and name of a recording, over splits and while it is finished",
        times=replays,
        worst=f"{worst / RATE:.2f} s lost, {len(faults)} times something earlier damaged "
        f"({len(recording.operations)} operations, {recording.parts} parts, {player.decoded} different files decoded)",
        limit=f"{LOSS_LIMIT_SECONDS} s, 0",
        kept=kept,
    )
    assert recording.parts > 2
    assert faults == []
    assert worst <= LOSS_LIMIT_SECONDS * RATE
