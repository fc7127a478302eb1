"""Makes a recording of a stretch of the blackbox: the same files under another name, with rows of their own.

The files come first and the rows last: a recording is in the list only when all of it is there. If anything fails,
what was made is removed again, and the blackbox has everything still.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from seacorder.base.errors import BadRequest, CatalogueFailed, NotPossible, StorageFailed
from seacorder.control.blackbox.blackbox import Blackbox
from seacorder.control.context import Context
from seacorder.control.events.log import EventKind
from seacorder.control.files.clock_samples import ClockSamples, sample_of
from seacorder.control.files.examination import Examination
from seacorder.control.losses.resumption import missed_in
from seacorder.control.recording.recordings import Recordings
from seacorder.model.account import AccountRow
from seacorder.model.blackbox import KeptStretch
from seacorder.model.completion import ClockSample
from seacorder.model.file_name import Naming
from seacorder.model.file_note import VIDEO_SUFFIX
from seacorder.model.instant import Instant, iso_utc
from seacorder.model.recording import FileKind, FileState, Part, Recording, RecordingState
from seacorder.storage import blackbox_files
from seacorder.storage.blackbox_files import GivenFile, HeldFiles
from seacorder.storage.disk_faults import message_of
from seacorder.storage.names import numbered_path, part_path, path_for
from seacorder.storage.volume_room import free_bytes_of

SPLIT_SECONDS = 20.0
"""How long the files that are being written may take to end: up to the next keyframe, and then to be on disk."""
SLOW_BYTES_PER_SECOND = 40_000_000
"""The most that is copied in a second while a recording runs."""
DATA = "data"
"""What `${channelname}` stands for in the names of logs of survey data."""
MOST_NAMES = 1000
_UNFINISHED = "blackbox_keeping"
"""Under this name the catalogue has what is just being kept."""


@dataclass(slots=True)
class _Plan:
    """What is to be given to which name."""

    recording_id: str
    files: list[tuple[HeldFiles, Path]]
    """The files that belong together, and the path of the first of them without what stands behind its stem."""
    bytes_per_second: int
    reserve_bytes: int
    given: list[GivenFile] = field(default_factory=list)

    @property
    def pairs(self) -> list[tuple[Path, Path]]:
        """Each file, and what it will be called."""
        return [
            (path, stem.parent / (stem.name + path.name.removeprefix(Path(held.stem).name)))
            for held, stem in self.files
            for path in held.paths
        ]

    @property
    def note(self) -> str:
        """What is to be undone if the program ends before the recording is listed."""
        return json.dumps({"recording": self.recording_id, "files": [str(target) for _, target in self.pairs]})

    def do(self) -> None:
        """Blocks. OSError; nothing is left behind then."""
        try:
            blackbox_files.make_folders(sorted({stem.parent for _, stem in self.files}))
            for path, target in self.pairs:
                self.given.append(blackbox_files.give(
                    path, target, bytes_per_second=self.bytes_per_second, reserve_bytes=self.reserve_bytes
                ))
            blackbox_files.sync_folders({one.path.parent for one in self.given})
        except BaseException:
            blackbox_files.take_back(self.given)
            raise


@dataclass(frozen=True, slots=True)
class KeepingParts:
    """What keeping works with."""

    context: Context
    blackbox: Blackbox
    recordings: Recordings
    examination: Examination
    clocks: ClockSamples
    """Gets those of the stretch, for the time statement of the recording."""


class Keeping:
    """For the event loop alone. Only `keep` waits: for the files that are being written, and for the disks."""

    def __init__(self, parts: KeepingParts, reserve_bytes: int) -> None:
        """`reserve_bytes` stay free where recordings go when files have to be copied there."""
        self._context = parts.context
        self._blackbox = parts.blackbox
        self._recordings = parts.recordings
        self._examination = parts.examination
        self._clocks = parts.clocks
        self._reserve_bytes = reserve_bytes
        self._one = asyncio.Lock()

    @property
    def is_working(self) -> bool:
        """A stretch is being kept."""
        return self._one.locked()

    async def keep(self, from_utc_ns: int, to_utc_ns: int) -> KeptStretch:
        """Keeps all whole files with anything from between the two instants.

        Raises BadRequest for a stretch that cannot be, NotPossible when the blackbox has nothing of it, StorageFailed
        when the files cannot be made.
        """
        now = Instant.now(self._context.clock)
        if to_utc_ns <= from_utc_ns:
            raise BadRequest("The stretch ends before it begins.", "Give the earlier instant first.", field="to")
        if to_utc_ns > now.utc_ns:
            raise BadRequest("The stretch ends in the future.", "Give an instant that has passed.", field="to")
        async with self._one:
            with self._blackbox.needs.held(from_utc_ns, to_utc_ns):
                return await self._keep(from_utc_ns, to_utc_ns, now)

    async def undo_unfinished(self) -> None:
        """At the start: what a run that ended in the middle of keeping has made is removed. The blackbox has it all."""
        try:
            await asyncio.to_thread(self._undo)
        except CatalogueFailed:
            return  # it has raised its alarm

    def _undo(self) -> None:
        try:
            found = json.loads(self._context.catalogue.setting(_UNFINISHED) or "{}")
            identifier, files = str(found["recording"]), [Path(one) for one in found["files"]]
        except (ValueError, TypeError, KeyError):
            return
        if self._context.catalogue.recording(identifier) is None:
            blackbox_files.take_back(GivenFile(path, is_linked=True) for path in files)
        self._context.catalogue.save_text(_UNFINISHED, "")

    async def _keep(self, from_utc_ns: int, to_utc_ns: int, now: Instant) -> KeptStretch:
        if any(part.start_utc_ns < to_utc_ns for part in self._blackbox.open.values()):
            await self._blackbox.split(now, SPLIT_SECONDS)
        try:
            await asyncio.wait_for(self._blackbox.holdings.work(), SPLIT_SECONDS)
        except TimeoutError as error:
            raise StorageFailed("The blackbox's disk does not answer.", "Check its cable and its power.") from error
        found = [one for one in self._blackbox.holdings.files if one.overlaps(from_utc_ns, to_utc_ns)]
        found = [one for one in found if one.part is None or one.part.frames]
        videos = [one for one in found if one.part is not None]
        if not videos:
            raise NotPossible("The blackbox has nothing of this stretch.", self._has())
        recording = self._recording(videos)
        runs_now = self._recordings.running is not None
        plan = _Plan(recording.id, [], SLOW_BYTES_PER_SECOND if runs_now else 0, self._reserve_bytes)
        end_use = self._context.uses.begin(recording.id, "It is being kept from the blackbox.")
        try:
            return await self._give(plan, recording, found, videos)
        finally:
            end_use()

    async def _give(
        self, plan: _Plan, recording: Recording, found: Sequence[HeldFiles], videos: Sequence[HeldFiles]
    ) -> KeptStretch:
        """First the files, then the rows."""
        parts = await asyncio.to_thread(self._name, plan, recording, found)
        clocks = await asyncio.to_thread(_clocks, videos, recording)
        catalogue = self._context.catalogue
        catalogue.save_text(_UNFINISHED, plan.note)
        await catalogue.flush()
        try:
            await self._make(plan)
        except StorageFailed:
            catalogue.save_text(_UNFINISHED, "")  # nothing is left of it, and another recording may take its names
            raise
        stretch = [one.part for one in videos if one.part is not None]
        missed = missed_in(self._blackbox.holdings.missed, stretch, recording.id)
        self._clocks.put(recording.id, clocks)
        self._record(recording, parts, missed)
        await catalogue.flush()
        catalogue.save_text(_UNFINISHED, "")
        kept = KeptStretch(
            recording_id=recording.id,
            from_utc_ns=recording.start_utc_ns,
            to_utc_ns=recording.end_utc_ns or recording.start_utc_ns,
            channels=tuple(dict.fromkeys(part.channel for part in parts)),
            files=len(plan.given),
            bytes=sum(one.bytes for one in found),
            losses=len(missed),
            is_linked=all(one.is_linked for one in plan.given),
            folder=str(Path(parts[0].path).parent),
        )
        self._tell(kept)
        return kept

    def _recording(self, videos: Sequence[HeldFiles]) -> Recording:
        start_ns = min(one.begin_utc_ns for one in videos)
        identifier = self._context.ids.next(start_ns)
        return Recording(identifier, start_ns, max(one.end_utc_ns for one in videos), RecordingState.FINISHED)

    def _name(self, plan: _Plan, recording: Recording, found: Iterable[HeldFiles]) -> list[Part]:
        """Says in the plan what each file will be called; returns the parts that they will be. Looks whether such files
        exist, so it blocks."""
        numbers: defaultdict[str, int] = defaultdict(int)
        parts: list[Part] = []
        taken: set[Path] = set()
        for held in found:
            channel = DATA if held.part is None else held.part.channel
            numbers[channel] += 1
            kind = FileKind.DATA if held.part is None else FileKind.RECORDING
            path = _free(part_path(self._path(kind, recording.start_utc_ns, channel), numbers[channel]), taken)
            taken.add(path)
            plan.files.append((held, path.with_suffix("")))
            if held.part is not None:
                parts.append(replace(
                    held.part, recording_id=recording.id, number=numbers[channel], path=str(path)
                ))
        return parts

    def _path(self, kind: FileKind, start_utc_ns: int, channel: str) -> Path:
        """As a recording that had begun then would name the first file; everything goes into its folder."""
        settings = self._context.settings
        naming: Naming = settings.base.naming(
            FileKind.RECORDING, settings.settings, directory_utc_ns=start_utc_ns, file_utc_ns=start_utc_ns
        )
        video = path_for(naming, channel, VIDEO_SUFFIX)
        if kind is FileKind.RECORDING:
            return video
        data = settings.base.naming(
            kind, settings.settings, directory_utc_ns=start_utc_ns, file_utc_ns=start_utc_ns
        )
        return video.parent / path_for(data, channel, VIDEO_SUFFIX).name

    async def _make(self, plan: _Plan) -> None:
        folder = plan.files[0][1].parent
        try:
            await asyncio.to_thread(_check_room, folder, plan)
            await asyncio.to_thread(plan.do)
        except OSError as fault:
            why = message_of(fault, folder / "_")
            raise StorageFailed(f"The stretch was not kept. {why.fact}", why.action) from fault

    def _record(self, recording: Recording, parts: Iterable[Part], missed: Iterable[AccountRow]) -> None:
        catalogue = self._context.catalogue
        catalogue.record(recording)
        for part in parts:
            catalogue.record(part)
        for row in missed:
            catalogue.record(row)
        for part in parts:
            if part.state is FileState.INTERRUPTED:
                self._examination.part(part, self._recordings.examined, repair_now=self._recordings.running is None)

    def _has(self) -> str:
        files = self._blackbox.holdings.files
        if not files:
            return "It holds nothing yet."
        first, last = files[0].begin_utc_ns, max(one.end_utc_ns for one in files)
        return f"It holds {iso_utc(first, digits=1)} to {iso_utc(last, digits=1)}."

    def _tell(self, kept: KeptStretch) -> None:
        how = "hard links" if kept.is_linked else "copies"
        stretch = f"{iso_utc(kept.from_utc_ns, digits=1)} to {iso_utc(kept.to_utc_ns, digits=1)}"
        fact = (
            f"Of the blackbox, {stretch} was kept as recording {kept.recording_id}: {', '.join(kept.channels)}, "
            f"{kept.files} files ({how}) in {kept.folder}."
        )
        self._context.journal.note(EventKind.BLACKBOX_KEPT, fact)


def _clocks(videos: Iterable[HeldFiles], recording: Recording) -> list[ClockSample]:
    """What was known of the clocks in the stretch, and the newest from before it. Blocks."""
    found: list[ClockSample] = []
    for folder in sorted({Path(one.stem).parent for one in videos}):
        with contextlib.suppress(OSError):  # the time statement then has less; the pictures are kept all the same
            for values in blackbox_files.clocks_in(folder):
                with contextlib.suppress(TypeError, KeyError, AttributeError):
                    found.append(sample_of(values))
    end_ns = recording.end_utc_ns or recording.start_utc_ns
    before = [one for one in found if one.utc_ns < recording.start_utc_ns][-1:]
    return before + [one for one in found if recording.start_utc_ns <= one.utc_ns <= end_ns]


def _check_room(folder: Path, plan: _Plan) -> None:
    """Raises StorageFailed when the files have to be copied and there is no room for them. Blocks; OSError."""
    source = Path(plan.files[0][0].stem).parent
    home = next(one for one in (folder, *folder.parents) if one.is_dir())
    if source.stat().st_dev == home.stat().st_dev:
        return
    needed, free = sum(held.bytes for held, _ in plan.files), free_bytes_of(folder)
    if needed + plan.reserve_bytes > free:
        raise StorageFailed(
            f"The stretch was not kept: it needs {needed / 1e9:.2f} GB on the disk of {folder}, where "
            f"{free / 1e9:.2f} GB are free, of which {plan.reserve_bytes / 1e9:.2f} GB stay free.",
            "Make room there, or keep a shorter stretch. The blackbox goes on; nothing of it was lost.",
        )


def _free(path: Path, taken: set[Path]) -> Path:
    """The path, or the first with a number behind it, at which no file is or will be. Blocks for a look at the folder.
    """
    tried = (numbered_path(path, number) for number in range(1, MOST_NAMES))
    return next(one for one in tried if one not in taken and not one.exists())
