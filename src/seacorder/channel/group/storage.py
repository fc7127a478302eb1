"""What the channels of a group share of the disks: one look at each folder for all, and one allowance of waiting."""

import threading

from seacorder.base.clock import Clock
from seacorder.channel.assembly import Storage
from seacorder.model.channel import ChannelSettings
from seacorder.model.volume import MarkedFolder
from seacorder.storage.disk import this_machine
from seacorder.storage.disk_waits import SharedWaits
from seacorder.storage.memory_budget import MemoryBudget
from seacorder.storage.volume_room import Looking, VolumeRooms
from seacorder.storage.volumes import MarkedFolders


class GroupStorage:
    """Any thread."""

    def __init__(self, clock: Clock) -> None:
        self._waits = SharedWaits(clock)
        self._lock = threading.Lock()
        self._budgets: dict[str, MemoryBudget] = {}
        """By channel; replaced when a channel comes again."""
        self._made: dict[tuple[int, tuple[MarkedFolder, ...]], Storage] = {}

    def of(self, settings: ChannelSettings, clock: Clock, budget: MemoryBudget) -> Storage:
        """The same for all channels with the same reserve and volumes, as usual they all have."""
        key = settings.reserve_bytes, settings.volumes
        with self._lock:
            self._budgets[settings.name] = budget
            if key not in self._made:
                volumes = MarkedFolders(settings.volumes)
                looking = Looking(volumes=volumes, waits=self._waits)
                rooms = VolumeRooms(settings.reserve_bytes, clock, self.coming_bytes, looking)
                self._made[key] = Storage(rooms, this_machine(volumes.check), self._waits)
            return self._made[key]

    def coming_bytes(self) -> int:
        """What all channels will still write."""
        with self._lock:
            return sum(budget.coming_bytes for budget in self._budgets.values())
