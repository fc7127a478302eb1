"""The power is cut at any instant of a recording: what a disk may legally have kept is put together and decoded.

The recorder's own sink writes a recording with splits onto a disk that notes the order of all writes and syncs. Then,
for a cut after each single operation, the files are put together from what may be left: everything up to a file's
last sync, and of the rest nothing, all, the last write, some of them, or fronts torn at a sector; a file's name with or
without the sync of its folder.
"""

import contextlib
import hashlib
import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import pytest

from fakes.disk import Operation, RecordingDisk, left_by_power_cut
from fakes.footage import Recipe, footage, number_in
from fakes.sinks import Bench
from faults.results import is_long, note
from rig.program import wait_for
from seacorder.model.report import PartClosed
from seacorder.sinks.recording import RecordingSink
from seacorder.storage import durable

RATE = 25
SPLIT_NS = 2_000_000_000
LOSS_LIMIT_SECONDS = 2.0
SYNCS = {"sync", "sync_whole"}
WAYS = ("none", "all", "last", "some", "torn")


class Recording:
    """What was asked of the disk, and how many frames had been captured after how many operations."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
        self.disk = RecordingDisk()
        monkeypatch.setattr(durable, "this_machine", lambda: self.disk)
        made = footage(Recipe(frames=seconds * RATE, group=10, rate=RATE))
        bench = Bench(folder)
        sink = RecordingSink(bench.start_recording(SPLIT_NS), bench.surroundings)
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

    def files_at(self, operations: int) -> list[tuple[Path, list[Operation], bool]]:
        """Each file: its operations so far, and whether its name is safe."""
        log = self.operations[:operations]
        found = []
        for made_at, made in enumerate(log):
            if made.name == "create":
                mine = [one for one in log if one.path == made.path]
                is_safe = any(one.name == "sync_folder" and one.path == made.path.parent for one in log[made_at:])
                found.append((made.path, mine, is_safe))
        return found


def survivors(way: str, mine: Sequence[Operation], chance: random.Random) -> Callable[[int], float]:
    last = max((at for at, one in enumerate(mine) if one.name == "write"), default=-1)
    return {
        "none": lambda _: 0.0,
        "all": lambda _: 1.0,
        "last": lambda at: float(at == last),
        "some": lambda _: chance.choice([0.0, 1.0]),
        "torn": lambda _: chance.random(),
    }[way]


class Player:
    """Decodes what is left; the same bytes once only."""

    def __init__(self) -> None:
        self._known: dict[bytes, list[int]] = {}

    def numbers(self, content: bytes) -> list[int]:
        digest = hashlib.sha256(content).digest()
        if digest not in self._known:
            found: list[int] = []
            with contextlib.suppress(av.FFmpegError), av.open(io.BytesIO(content), "r", format="mp4") as container:
                found += (number_in(frame) for frame in container.decode(video=0))
            self._known[digest] = found
        return self._known[digest]

    @property
    def decoded(self) -> int:
        return len(self._known)


def synced_frames(player: Player, mine: Sequence[Operation]) -> int:
    """Of one file, what its last sync has made safe."""
    syncs = [at for at, one in enumerate(mine) if one.name in SYNCS]
    return len(player.numbers(left_by_power_cut(mine[: syncs[-1] + 1], lambda _: 0.0))) if syncs else 0


def replay(recording: Recording, player: Player, cut: int, way: str, chance: random.Random) -> tuple[int, list[str]]:
    """Frames that are left one after the other from the first on, and what was wrong with them."""
    numbers: list[int] = []
    faults: list[str] = []
    for path, mine, is_safe in recording.files_at(cut):
        if not is_safe and way in {"none", "torn"}:
            continue  # the file's name never reached the medium
        left = player.numbers(left_by_power_cut(mine, survivors(way, mine, chance)))
        if len(left) < synced_frames(player, mine):
            faults.append(f"{path.name} after {cut} operations, {way}: {len(left)} frames, fewer than were synced")
        if left != list(range(left[0], left[0] + len(left))) if left else False:
            faults.append(f"{path.name} after {cut} operations, {way}: frames {left[:5]} … are damaged")
        numbers += left
    whole = next((at for at, number in enumerate(numbers) if at != number), len(numbers))
    return whole, faults


@pytest.mark.slow
def test_a_power_cut_at_any_instant_costs_at_most_two_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = Recording(tmp_path, monkeypatch, seconds=6)
    player, faults, worst, replays = Player(), list[str](), 0, 0
    rounds = 12 if is_long() else 2
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
