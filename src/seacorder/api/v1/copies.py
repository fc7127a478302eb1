"""`/api/v1/copies`: how the targets of copies stand; and which complete copies a recording has."""

from starlette.responses import Response

from seacorder.api.http.problems import NotThere
from seacorder.api.recorder_protocol import Recorder
from seacorder.api.v1.ids import RecordingId
from seacorder.api.v1.view import MessageView, Utc, View, answered, shown
from seacorder.model.copies import CopyProgress, CopyState, CopyStatus
from seacorder.model.recording import Recording


class CopyProgressView(View):
    """The file that is being copied."""

    file: str
    done_bytes: int
    bytes: int
    is_checking: bool
    """It has been sent, and is being read back."""


class CopyTargetView(View):
    """One target."""

    name: str
    address: str
    state: CopyState
    since_utc: Utc
    why: MessageView | None
    """Why copying failed last; null unless the state is `failed`."""
    behind_files: int
    """Videos that are finished and not there yet."""
    behind_bytes: int
    behind_folders: int
    """Complete folders that are not there yet with all their files."""
    behind_since_utc: Utc | None
    """Since when the oldest of them waits; null if nothing does."""
    is_too_late: bool
    """It waits for longer than `behind_minutes`."""
    progress: CopyProgressView | None
    copied_files: int
    """Files that were read back there and compared, on the disk or bucket that was used last."""
    copied_bytes: int
    newest_utc: Utc | None
    """When the newest of them was compared."""


class CopiesView(View):
    items: list[CopyTargetView]


class VerifiedCopyView(View):
    """One complete copy of a recording."""

    target: str
    place: str
    """Which disk or bucket of that target."""
    verified_utc: Utc
    files: int
    bytes: int


class VerifiedCopiesView(View):
    items: list[VerifiedCopyView]


class Copies:
    """Answers of both."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def targets(self) -> Response:
        """Each target of copies: what it is doing, and what is not copied yet."""
        return answered(CopiesView(items=[_target_view(one) for one in self._recorder.copies.statuses]))

    async def of_recording(self, id: RecordingId) -> Response:  # noqa: A002 - as the path calls it
        """The complete copies of a recording, each read back and compared; none while it runs."""
        catalogue = self._recorder.catalogue
        known, found = await catalogue.ask(lambda: (catalogue.row(Recording, (id,)), catalogue.copies.verified(id)))
        if known is None:
            raise NotThere("There is no such recording.", "See /api/v1/recordings.")
        return answered(VerifiedCopiesView(items=[shown(VerifiedCopyView, one) for one in found]))


def _target_view(status: CopyStatus) -> CopyTargetView:
    return shown(CopyTargetView, status, progress=_progress_view(status.progress))


def _progress_view(progress: CopyProgress | None) -> CopyProgressView | None:
    return None if progress is None else shown(CopyProgressView, progress)
