"""What the parts of control are built from; made once, in `recorder`."""

from dataclasses import dataclass

from seacorder.base.clock import Clock
from seacorder.catalogue.catalogue import Catalogue
from seacorder.control.events.journal import Journal
from seacorder.control.settings.naming import DirectoryInstant, Ids
from seacorder.control.settings.store import SettingsStore
from seacorder.control.workers.commands import ChannelWorkers
from seacorder.control.workers.heartbeats import ChannelWatch
from seacorder.control.workers.narration import NarratorWatch


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long control waits for workers' answers, in seconds."""

    start_seconds: float = 2.0
    """A hung worker must not hold up the others' reply."""
    stop_seconds: float = 30.0
    """Until every file is whole and on disk."""
    framegrab_seconds: float = 10.0
    picture_seconds: float = 2.0
    encoders_seconds: float = 60.0
    """Trying out eight encoders, on a busy machine."""
    look_seconds: float = 1.0
    """Between two looks at the disk and the clocks."""


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by recordings, clips and framegrabs."""

    clock: Clock
    workers: ChannelWorkers
    watch: ChannelWatch
    catalogue: Catalogue
    journal: Journal
    settings: SettingsStore
    ids: Ids
    directory: DirectoryInstant
    narration: NarratorWatch
    timeouts: Timeouts
