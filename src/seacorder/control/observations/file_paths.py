"""Where the file of an observation is to be made: in the folder of the recording that it belongs to, so that the folder
is complete without the list of recordings. Pure, but for the folder that stays the same outside of recordings.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from seacorder.control.context import Context
from seacorder.control.recording.clips import naming_beside
from seacorder.control.recording.session import RecordingSession
from seacorder.model.file_name import Naming
from seacorder.model.instant import Instant
from seacorder.model.observation import Place
from seacorder.model.observation_text import OBSERVATION_SUFFIX
from seacorder.model.recording import FileKind
from seacorder.storage.names import path_for


def path_now(
    context: Context, running: RecordingSession | None, instant: Instant, places: Sequence[Place] = ()
) -> Path:
    """For an observation of now: beside the videos of the recording that runs, else with the framegrabs."""
    naming = naming_beside(context, FileKind.EVENT, instant, running)
    if running is None:
        return path_for(naming, "", OBSERVATION_SUFFIX)
    videos = running.plan_at(instant.monotonic_ns).naming
    naming = replace(
        naming,
        base_folder=_base_in_use(videos, places),
        directory_template=videos.directory_template,
        directory_utc_ns=videos.directory_utc_ns,
    )
    return path_for(naming, "", OBSERVATION_SUFFIX)


def path_late(context: Context, running: RecordingSession | None, instant: Instant, places: Sequence[Place]) -> Path:
    """For an observation of the past: beside the video that shows it, else with the framegrabs."""
    if not places:
        return path_for(naming_beside(context, FileKind.EVENT, instant, running), "", OBSERVATION_SUFFIX)
    settings = context.settings
    naming = settings.base.naming(
        FileKind.EVENT, settings.settings, directory_utc_ns=instant.utc_ns, file_utc_ns=instant.utc_ns
    )
    return Path(places[0].path).parent / path_for(naming, "", OBSERVATION_SUFFIX).name


def _base_in_use(videos: Naming, places: Sequence[Place]) -> str:
    """The second disk's folder where the videos are written there, because the first one is full or fails."""
    fallback = videos.fallback_folder
    is_there = fallback is not None and any(Path(place.path).is_relative_to(fallback) for place in places)
    return fallback if fallback is not None and is_there else videos.base_folder
