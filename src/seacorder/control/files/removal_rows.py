"""What the catalogue has of a recording that is to be removed. Blocks as the catalogue does."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from seacorder.catalogue.catalogue import Catalogue
from seacorder.catalogue.page import Page
from seacorder.model.absence import Absence
from seacorder.model.instant import iso_utc
from seacorder.model.observation_text import ObservationRow
from seacorder.model.recording import Clip, FileState, Framegrab, Part, Recording, RecordingState, never_came
from seacorder.model.removal import Removal


@dataclass(frozen=True, slots=True)
class RecordingRows:
    """One recording with all its files, as they were listed at one moment."""

    recording: Recording
    videos: tuple[Part | Clip, ...]
    others: tuple[str, ...]
    """Paths of its framegrabs and of the files of its observations."""
    removal: Removal | None
    shared: frozenset[str]
    """Folders in which files of others are too, or that are never removed."""
    is_carried_on: bool
    """The recording that runs continues it."""
    copies: tuple[str, ...] = ()
    """Where `[[copies]]` has put a whole copy that was read back; one for each place."""
    places: tuple[str, ...] = ()
    """Those places."""
    known_missing: frozenset[str] = frozenset()
    """Paths of files of which somebody has said that he knows that they are missing."""

    @property
    def paths(self) -> tuple[str, ...]:
        return (*(one.path for one in self.videos if one.path), *self.others)

    @property
    def needed(self) -> tuple[str, ...]:
        """Its files that should be there."""
        never = {one.path for one in self.videos if never_came(one)}
        return tuple(path for path in self.paths if path not in never and path not in self.known_missing)

    @property
    def folders(self) -> tuple[str, ...]:
        """In which its files are, ordered."""
        return tuple(sorted({str(Path(path).parent) for path in self.paths}))

    def paths_in(self, folder: str) -> tuple[str, ...]:
        """Its files in this folder."""
        return tuple(path for path in self.paths if str(Path(path).parent) == folder)

    @property
    def as_removed(self) -> tuple[Recording | Part | Clip, ...]:
        """The rows as they are once it is removed."""
        videos = (replace(one, state=FileState.REMOVED) for one in self.videos)
        return (replace(self.recording, state=RecordingState.REMOVED), *videos)


def rows_of(catalogue: Catalogue, recording_id: str, roots: Sequence[str]) -> RecordingRows | None:
    """None when there is no such recording. Raises CatalogueFailed."""
    recording = catalogue.recording(recording_id)
    if recording is None:
        return None
    mine = Page(recording_id=recording_id)
    videos: tuple[Part | Clip, ...] = (*catalogue.all_rows(Part, mine), *catalogue.all_rows(Clip, mine))
    stills = (one.path for one in catalogue.all_rows(Framegrab, mine))
    notes = (one.path for one in catalogue.all_rows(ObservationRow, mine))
    others = tuple(path for path in (*stills, *notes) if path)
    running, copied = catalogue.unfinished().recordings, catalogue.copies.verified(recording_id)
    found = RecordingRows(
        recording,
        videos,
        others,
        catalogue.row(Removal, (recording_id,)),
        frozenset(),
        any(one.continues == recording_id for one in running),
        tuple(f"{one.target}, read back {iso_utc(one.verified_utc_ns, digits=3)}" for one in copied),
        tuple(one.place for one in copied),
        frozenset(one.path for one in catalogue.all_rows(Absence, mine) if one.is_known),
    )
    shared = (one for one in found.folders if one in roots or catalogue.has_files_of_others(one, recording_id))
    return replace(found, shared=frozenset(shared))
