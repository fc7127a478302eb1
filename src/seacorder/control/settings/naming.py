"""Ids, and what goes into the name of a file: template, folder, instants. `storage.names` evaluates the templates."""

import secrets
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from seacorder.base.clock import NS_PER_MS
from seacorder.model.file_name import Naming
from seacorder.model.recording import FileKind
from seacorder.model.settings import UNSET, PathTemplates, RecorderSettings, SettingsChange

_REMEMBERED_IDS = 4096

_SETS_A_DIRECTORY = (
    "recording_directory",
    "inspection_directory",
    "filename_template",
    "directory_template",
    "framegrab_template",
    "data_log_template",
    "event_template",
    "anomaly_template",
    "clip_template",
)


def id_text(utc_ns: int) -> str:
    """`YYYYMMDDTHHMMSS.mmmZ`: sorts by time."""
    milliseconds = utc_ns // NS_PER_MS
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y%m%dT%H%M%S}.{milliseconds % 1000:03d}Z"


class Ids:
    """Makes ids from instants, no two the same: the second one of a millisecond gets `-2`, then `-3` …

    When the wall clock has been set back, an instant may lie before the newest id of earlier runs, which may have used
    it. Then the id bears a mark of this run too.
    """

    def __init__(self, mark: str | None = None) -> None:
        """`mark`: of this run, any letters; chosen at random when not given."""
        self._given: deque[str] = deque(maxlen=_REMEMBERED_IDS)
        self._mark = mark or f"r{secrets.token_hex(3)}"
        self._given_before_utc_ns = -1

    def continue_from(self, utc_ns: int) -> None:
        """Earlier runs have used instants up to this one."""
        self._given_before_utc_ns = utc_ns

    def next(self, utc_ns: int) -> str:
        base = id_text(utc_ns)
        if utc_ns <= self._given_before_utc_ns:
            base = f"{base}-{self._mark}"
        identifier, number = base, 1
        while identifier in self._given:
            number += 1
            identifier = f"{base}-{number}"
        self._given.append(identifier)
        return identifier


def file_template(templates: PathTemplates, kind: FileKind) -> str:
    """The template that names a file of this kind."""
    return {
        FileKind.RECORDING: templates.filename,
        FileKind.CLIP: templates.clip_or_anomaly,
        FileKind.FRAMEGRAB: templates.framegrab,
        FileKind.DATA: templates.data_log,
        FileKind.EVENT: templates.event,
        FileKind.ANOMALY: templates.anomaly,
    }[kind]


@dataclass(frozen=True, slots=True)
class NamingBase:
    """What the names of all kinds of files share: the checked base folders, and whether tags show UTC or local time."""

    recording_folder: str
    inspection_folder: str
    use_utc: bool = False
    root: str = ""
    """The storage root, which `fallback_root` replaces."""
    fallback_root: str | None = None
    """A folder on a second volume."""

    @property
    def fallback_folder(self) -> str | None:
        """Where recordings go on when their own volume cannot take them."""
        return self.fallback_of(self.recording_folder)

    def fallback_of(self, own_folder: str) -> str | None:
        """The folder that lies in the fallback root as `own_folder` lies in the root."""
        if self.fallback_root is None:
            return None
        folder = Path(own_folder)
        inside = folder.relative_to(self.root) if self.root and folder.is_relative_to(self.root) else Path()
        return str(Path(self.fallback_root) / inside)

    def naming(self, kind: FileKind, settings: RecorderSettings, *, directory_utc_ns: int, file_utc_ns: int) -> Naming:
        """Recordings go to the recording folder, everything else to the inspection folder."""
        base_folder = self.recording_folder if kind is FileKind.RECORDING else self.inspection_folder
        return Naming(
            base_folder=base_folder,
            directory_template=settings.templates.directory,
            directory_utc_ns=directory_utc_ns,
            file_template=file_template(settings.templates, kind),
            file_utc_ns=file_utc_ns,
            kind=kind,
            use_utc=self.use_utc,
            fallback_folder=self.fallback_of(base_folder),
        )


class DirectoryInstant:
    """Which instant time tags in the directory template show.

    During a recording its start, for all files. Outside a recording the instant of the first file, until a client sets
    a directory or a template.
    """

    def __init__(self) -> None:
        self._outside_utc_ns: int | None = None

    def at(self, now_utc_ns: int, recording_start_utc_ns: int | None) -> int:
        if recording_start_utc_ns is not None:
            return recording_start_utc_ns
        if self._outside_utc_ns is None:
            self._outside_utc_ns = now_utc_ns
        return self._outside_utc_ns

    def on_change(self, change: SettingsChange) -> None:
        """Forgets the instant when the client set a directory or template, also to the same value."""
        if any(getattr(change, name) is not UNSET for name in _SETS_A_DIRECTORY):
            self._outside_utc_ns = None
