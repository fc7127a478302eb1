"""The folder of the settings and the fallback folder: in which of them a file begins, and when it is left for another.

Of video, framegrabs and the log of survey data alike. The folder of the settings is used unless it has no room, refuses
or does not keep up. Each new file goes back to it as soon as it can.

One more case: a disk that was unplugged and is back, or a file that somebody deleted, refuses the old file for ever
although new files can be made in the same folder. The old file is then left for a new one in that folder.
"""

from pathlib import Path
from typing import Protocol

from seacorder.model.file_name import Naming
from seacorder.storage.volume_room import VolumeRoom, VolumeRooms


class OnVolume(Protocol):
    """A file that can be left."""

    @property
    def room(self) -> VolumeRoom | None:
        """What watches the folder that it lies in."""
        ...

    @property
    def dead_since_ns(self) -> int | None:
        """Monotonic time since which the disk refuses it; None while that may still be a passing fault."""
        ...

    @property
    def is_behind(self) -> bool:
        """The disk does not keep up with it."""
        ...


class TwoVolumes:
    """For one thread. What is known of a folder is kept in its `VolumeRoom`, which all files share.

    A question may wait as a `VolumeRoom` does: only when nobody has asked about the folder for ten seconds.
    """

    def __init__(self, rooms: VolumeRooms | None, base_folder: str, fallback_folder: str | None) -> None:
        """`rooms`: None if nobody looks at volumes. Without a fallback folder there is one volume."""
        self._rooms = rooms
        self._base = Path(base_folder)
        self._fallback = None if fallback_folder is None else Path(fallback_folder)

    @classmethod
    def of(cls, naming: Naming, rooms: VolumeRooms | None) -> "TwoVolumes":
        """Those of the files that are named so."""
        return cls(rooms, naming.base_folder, naming.fallback_folder)

    def next(self) -> VolumeRoom | None:
        """Where the next file begins; None when nobody looks at volumes."""
        if self._rooms is None:
            return None
        first = self._rooms.at(self._base)
        second = self.other(first)
        if second is None or second.is_exchanged:
            return first
        if first.is_exchanged:
            return second
        if not (first.is_tight or first.is_shunned):
            return first
        return first if second.is_tight and not first.is_full else second

    def must_leave(self, file: OnVolume, now_ns: int) -> bool:
        """True when a file is to be left for a new one, which begins where `next` says."""
        room, dead_since_ns = file.room, file.dead_since_ns
        if room is None:
            return False
        if dead_since_ns is not None and room.is_proved(dead_since_ns):
            return True
        other = self.other(room)
        if other is None or other.is_tight or other.is_shunned or other.is_exchanged:
            return False
        if dead_since_ns is not None or file.is_behind or room.is_exchanged:
            room.shun(now_ns)
            return True
        return room.is_tight

    def other(self, room: VolumeRoom | None) -> VolumeRoom | None:
        """The fallback folder for the first one and the first one for the fallback; None when there is only one."""
        if self._rooms is None or room is None or self._fallback is None:
            return None
        return self._rooms.at(self._base if room.folder == self._fallback else self._fallback)

    def place(self, path: Path, room: VolumeRoom | None) -> Path:
        """`path`, which lies in the folder of the settings, at the same position in the folder of `room`."""
        return path if room is None else room.folder / path.relative_to(self._base)

    def home(self, path: Path, room: VolumeRoom | None) -> Path:
        """The reverse of `place`."""
        return path if room is None else self._base / path.relative_to(room.folder)
