"""Whether the catalogue, the folders and the files agree. Pure: what was found goes in, sentences come out.

No frame may be missing without a loss: each part must begin with the frame after the last one of the part before it,
or a loss of that channel must lie between the two.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from seacorder.cli.losses import ListedMissing
from seacorder.model.absence import Absence
from seacorder.model.blackbox import is_of_blackbox
from seacorder.model.file_note import FileNote, note_of_row
from seacorder.model.instant import iso_utc
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingState, never_came
from seacorder.model.removal import Removal, RemovalState
from seacorder.model.report import FileExamined

_GONE = (
    "is missing: no file in the folders of the settings is this one. If it was moved elsewhere or deleted, bring it "
    "back, from a copy if need be. If it cannot be brought back, `seacorder catalogue rebuild` takes it off the list."
)
_TO_TELL = "Stop Seacorder and run `seacorder catalogue rebuild`, so that the list of recordings says so too."


@dataclass(frozen=True)
class Catalogued:
    """What the catalogue holds."""

    parts: tuple[Part, ...] = ()
    clips: tuple[Clip, ...] = ()
    framegrabs: tuple[Framegrab, ...] = ()
    missing: ListedMissing = field(default_factory=ListedMissing)
    recordings: tuple[Recording, ...] = ()
    removals: tuple[Removal, ...] = ()
    absences: tuple[Absence, ...] = ()

    @cached_property
    def _removed(self) -> dict[str | None, RemovalState]:
        return {one.recording_id: one.state for one in self.removals}

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(one.path for one in self.absences if one.is_known)

    def is_removed(self, row: Part | Clip | Framegrab) -> bool:
        """The file was removed with its recording, or is being removed; or somebody knows that it is missing."""
        return row.recording_id in self._removed or row.path in self._known

    def is_to_be_gone(self, row: Part | Clip | Framegrab) -> bool:
        """The removal of its recording has ended."""
        return self._removed.get(row.recording_id) is RemovalState.REMOVED

    @property
    def videos(self) -> tuple[Part | Clip, ...]:
        return (*self.parts, *self.clips)

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(row.path for rows in (self.parts, self.clips, self.framegrabs) for row in rows)


@dataclass(frozen=True, slots=True)
class FilesFound:
    """What is on disk: every video file as it was examined, and the size of every still. Missing files are in neither.
    """

    videos: Mapping[str, FileExamined]
    sizes: Mapping[str, int]
    damage: Mapping[str, str] = field(default_factory=dict)
    """By path: the end of a sentence on what is damaged inside the file."""
    stills: Mapping[str, Framegrab] = field(default_factory=dict)
    """By path: what a still's own metadata says, for stills that the catalogue does not list at that path."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    path: str
    sentence: str


def disagreements(catalogued: Catalogued, found: FilesFound) -> Iterator[Disagreement]:
    """Everything that does not agree: first files, in the catalogue's order, then frames, then files that it does not
    list.
    """
    moved = _moved(catalogued, found)
    for listed in catalogued.videos:
        if catalogued.is_removed(listed):
            yield from _came_back(listed, listed.path in found.videos and catalogued.is_to_be_gone(listed))
            continue
        place = moved.get(listed.path)
        row = listed if place is None else replace(listed, path=place)
        if place is not None:
            yield Disagreement(listed.path, f"{_called(row)} was moved to {place}. {_TO_TELL}")
        for sentence in (_video_fault(row, found), _damage(row, found, catalogued.missing)):
            if sentence:
                yield Disagreement(row.path, f"{_called(row)} {sentence}")
    for still in catalogued.framegrabs:
        if catalogued.is_removed(still):
            yield from _came_back(still, still.path in found.sizes and catalogued.is_to_be_gone(still))
        else:
            yield from _still_fault(still, found)
    yield from _unaccounted(catalogued)
    yield from _unlisted(catalogued)
    yield from _strangers(catalogued, found, frozenset(moved.values()))


def _still_fault(still: Framegrab, found: FilesFound) -> Iterator[Disagreement]:
    size = found.sizes.get(still.path)
    if size != still.bytes:
        sentence = _GONE if size is None else f"has {size:,} bytes, the list of recordings says {still.bytes:,}."
        place = next((path for path, one in found.stills.items() if _is_same(one, still)), None)
        if size is None and place is not None:
            sentence = f"was moved to {place}. {_TO_TELL}"
        yield Disagreement(still.path, f"The framegrab of {still.channel} {sentence}")
    elif still.path in found.damage:
        yield Disagreement(still.path, f"The framegrab of {still.channel} {found.damage[still.path]}")


def _came_back(row: Part | Clip | Framegrab, is_there: bool) -> Iterator[Disagreement]:
    """Of a recording that was removed: a file that is there all the same."""
    if is_there:
        fact = f"This file of {row.channel} is there, though its recording {row.recording_id} was removed."
        yield Disagreement(row.path, f"{fact} {_TO_TELL}")


def open_files(catalogued: Catalogued) -> list[str]:
    """Files that are being written, or were when the program ended unexpectedly."""
    return [row.path for row in catalogued.videos if row.state is FileState.OPEN]


def _video_fault(row: Part | Clip, found: FilesFound) -> str | None:
    """The first thing that does not agree about one file, as the end of a sentence; None if all agrees."""
    file = found.videos.get(row.path)
    if file is None:
        return None if never_came(row) else _GONE
    if file.state is None:
        return f"cannot be read: {file.sentence}"
    if row.state is FileState.OPEN:
        return None
    if file.state is FileState.INTERRUPTED and row.state is not FileState.INTERRUPTED:
        listed = row.state.value
        return f"was cut off, though it is listed as {listed}. `seacorder repair` makes an ordinary file of it."
    if file.note is None or not _is_of(file.note, row):
        return "is another file than the list of recordings says: what it says of itself differs."
    return _figure_fault(row, file)


def _figure_fault(row: Part | Clip, file: FileExamined) -> str | None:
    if file.frames != row.frames:
        return f"has {file.frames:,} frames, the list of recordings says {row.frames:,}."
    if file.bytes != row.bytes and file.state is row.state is FileState.WHOLE:
        return f"has {file.bytes:,} bytes, the list of recordings says {row.bytes:,}."
    if file.begins_at_another_time(row.start_utc_ns, row.state):
        said, listed = (iso_utc(one or 0, digits=6) for one in (file.start_utc_ns, row.start_utc_ns))
        return f"says that it begins at {said}, the list of recordings says {listed}."
    return None


def _is_of(note: FileNote, row: Part | Clip) -> bool:
    """A file that was kept of the blackbox still says that it is of the blackbox."""
    return note.channel == row.channel and (note.id == _id(row) or is_of_blackbox(note.id))


def _damage(row: Part | Clip, found: FilesFound, missing: ListedMissing) -> str | None:
    """What is damaged inside a file. In a file that is being written, incomplete newest packets are no damage."""
    damage = found.damage.get(row.path)
    if damage is None or row.state is FileState.OPEN:
        return None
    if not missing.lies_in(row):
        return damage
    return f"{damage} Frames in it are listed as lost; those after a lost one may not be decodable."


def _unaccounted(catalogued: Catalogued) -> Iterator[Disagreement]:
    """Frames between two parts of one channel that are neither stored nor in a loss."""
    chains: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for part in catalogued.parts:
        chains[part.recording_id, part.channel].append(part)
    for chain in chains.values():
        for before, after in pairwise(sorted(chain, key=lambda part: part.number)):
            if after.number != before.number + 1:
                sentence = f"is followed by file {after.number}: file {before.number + 1} is missing."
                yield Disagreement(before.path, f"{_called(before)} {sentence}")
            elif not catalogued.missing.joins(before, after):
                expected = before.first_frame + before.frames
                yield Disagreement(
                    after.path,
                    f"{_called(after)} begins with frame {after.first_frame:,} instead of {expected:,}, and no loss "
                    "is listed for the frames between.",
                )


def _unlisted(catalogued: Catalogued) -> Iterator[Disagreement]:
    """What is missing between a recording that was cut off and the one that carries it on, and is in no loss.

    While the second one runs the files of the first may still be being examined.
    """
    parts: dict[str, list[Part]] = defaultdict(list)
    for part in catalogued.parts:
        parts[part.recording_id].append(part)
    for recording in catalogued.recordings:
        before = recording.continues
        if before is None or recording.state is RecordingState.RUNNING:
            continue
        for last, first in catalogued.missing.unlisted(parts[before], parts[recording.id]):
            name = Path(last.path).name
            sentence = f"goes on after {name}, which was cut off, and no loss is listed for the time between."
            yield Disagreement(first.path, f"{_called(first)} {sentence}")


def _moved(catalogued: Catalogued, found: FilesFound) -> dict[str, str]:
    """By the catalogue's path of a file that is not there: where a file with the same note is."""
    known = catalogued.paths
    unknown = {
        file.note.identity: path for path, file in found.videos.items() if file.note is not None and path not in known
    }
    gone = {
        row.path: note_of_row(row).identity
        for row in catalogued.videos if row.path not in found.videos and not catalogued.is_removed(row)
    }
    return {path: unknown[identity] for path, identity in gone.items() if identity in unknown}


def _is_same(one: Framegrab, other: Framegrab) -> bool:
    return (one.id, one.channel) == (other.id, other.channel)


def _strangers(catalogued: Catalogued, found: FilesFound, moved: frozenset[str]) -> Iterator[Disagreement]:
    known = catalogued.paths | moved
    for path, file in found.videos.items():
        if file.note is not None and path not in known:
            called = f"This {file.note.kind.value.lower()} of {file.note.channel}"
            yield Disagreement(path, f"{called} is not in the list of recordings.")
            if path in found.damage:
                yield Disagreement(path, f"{called} {found.damage[path]}")


def _called(row: Part | Clip) -> str:
    if isinstance(row, Part):
        return f"File {row.number} of {row.channel}, recording {row.recording_id},"
    return f"The {row.kind.value.lower()} of {row.channel}, {row.id},"


def _id(row: Part | Clip) -> str:
    return row.recording_id if isinstance(row, Part) else row.id
