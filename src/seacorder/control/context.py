"""What the rooms of control share: made once, in `recorder`, and passed to each."""

from dataclasses import dataclass, field

from seacorder.base.clock import Clock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.journal import Journal
from seacorder.control.files.uses import Uses
from seacorder.control.settings.given_names import GivenNames
from seacorder.control.settings.naming import DirectoryInstant, Ids
from seacorder.control.settings.store import SettingsStore
from seacorder.control.telemetry.telemetry import Telemetry
from seacorder.control.workers.commands import ChannelWorkers
from seacorder.control.workers.heartbeats import ChannelWatch
from seacorder.control.workers.narration import NarratorWatch


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long control waits, in seconds. Tests pass small ones."""

    start_seconds: float = 2.0
    """For the answers to a start. A worker that hangs must not delay the reply about the others."""
    stop_seconds: float = 30.0
    """For the answers to a stop: a worker answers when every file is whole and on disk."""
    framegrab_seconds: float = 10.0
    """For a still that is on disk."""
    picture_seconds: float = 2.0
    """For a small picture for a page."""
    encoders_seconds: float = 60.0
    """For trying eight encoders on a busy machine."""
    look_seconds: float = 1.0
    """Between two rounds of housekeeping."""


@dataclass(frozen=True, slots=True)
class Context:
    """Values and parts that belong to no single room."""

    clock: Clock
    workers: ChannelWorkers
    watch: ChannelWatch
    catalogue: Catalogue
    journal: Journal
    settings: SettingsStore
    ids: Ids
    directory: DirectoryInstant
    narration: NarratorWatch
    telemetry: Telemetry
    timeouts: Timeouts
    names: GivenNames
    uses: Uses = field(default_factory=Uses)
    """Who needs the files of a recording just now."""
