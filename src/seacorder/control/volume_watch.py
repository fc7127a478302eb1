"""The disk that recordings go to, looked at once a second off the loop; and an alarm when it runs low."""

import asyncio
import logging
from pathlib import Path

from seacorder.base.errors import StorageFailed
from seacorder.control.events import EventKind
from seacorder.control.journal import Journal
from seacorder.model.status import Volume
from seacorder.storage.space import volume_of

_log = logging.getLogger(__name__)


class VolumeWatch:
    """`volume` is the last look. While a dead disk holds up a look, no further one is begun."""

    def __init__(self, reserve_bytes: int, journal: Journal) -> None:
        self.volume = Volume("", 0, 0, reserve_bytes)
        self._reserve_bytes = reserve_bytes
        self._journal = journal
        self._is_low = False

    async def look(self, folder: str) -> None:
        """Looks again. Raises nothing: a disk that cannot be asked keeps its last figures."""
        try:
            self.volume = await asyncio.to_thread(volume_of, Path(folder), self._reserve_bytes)
        except (OSError, StorageFailed) as error:
            _log.debug("no look at %s: %s", folder, error)
            return
        is_low = self.volume.free_bytes < self._reserve_bytes
        if is_low and not self._is_low:
            sentence = f"The disk of {folder} has {self.volume.free_bytes / 1e9:.1f} GB left; free some space."
            self._journal.alarm(EventKind.DISK_LOW, sentence)
        elif self._is_low and not is_low:
            self._journal.note(EventKind.DISK_LOW_OVER, f"The disk of {folder} has space again.")
        self._is_low = is_low


def seconds_left(volume: Volume, bits_per_second: int) -> float | None:
    """How long the space above the reserve lasts at this rate; None when nothing is written."""
    if bits_per_second <= 0:
        return None
    return max(0, volume.free_bytes - volume.reserve_bytes) * 8 / bits_per_second
