"""On which volume the next file begins, and when the current file is left for another one.

The folder of the settings comes first. The fallback folder takes over while the first one has no room, refuses or does
not keep up; each new part goes back to the first as soon as it can.

One more case: a disk that was unplugged and is back, or a file that somebody deleted, refuses the old file for ever
although new files can be made in the same folder. The old file is then left for a new one in that folder.
"""

from pathlib import Path

from seacorder.model.file_name import Naming
from seacorder.sinks.video.video_file import VideoFile
from seacorder.storage.volume_room import VolumeRoom, VolumeRooms


class VolumeChoice:
    """For one sink. What is known of a folder is kept in its `VolumeRoom`, so all sinks of a worker know it."""

    def __init__(self, rooms: VolumeRooms | None) -> None:
        self._rooms = rooms

    def must_leave(self, file: VideoFile, naming: Naming, now_ns: int) -> bool:
        """True when the next group of pictures should begin a new file because of the disk."""
        room = file.room
        if room is None:
            return False
        dead_since_ns = file.dead_since_ns
        if dead_since_ns is not None and room.is_proved(dead_since_ns):
            return True
        other = self.other(room, naming)
        if other is None or other.is_tight or other.is_shunned or other.is_exchanged:
            return False
        if dead_since_ns is not None or file.is_behind or room.is_exchanged:
            room.shun(now_ns)
            return True
        return room.is_tight

    def next(self, naming: Naming) -> VolumeRoom | None:
        """Where the next file begins; None when nobody looks at volumes."""
        if self._rooms is None:
            return None
        first = self._rooms.at(naming.base_folder)
        fallback = self.other(first, naming)
        if fallback is None or fallback.is_exchanged:
            return first
        if first.is_exchanged:
            return fallback
        if not (first.is_tight or first.is_shunned):
            return first
        return first if fallback.is_tight and not first.is_full else fallback

    def other(self, room: VolumeRoom | None, naming: Naming) -> VolumeRoom | None:
        """The fallback folder for the first one and the first one for the fallback; None when there is only one."""
        if self._rooms is None or room is None or naming.fallback_folder is None:
            return None
        folder = naming.base_folder if room.folder == Path(naming.fallback_folder) else naming.fallback_folder
        return self._rooms.at(folder)


def relocated(path: Path, naming: Naming, room: VolumeRoom | None) -> Path:
    """`path`, which lies under the naming's own folder, at the same position under the folder of `room`."""
    return path if room is None else room.folder / path.relative_to(naming.base_folder)


def at_home(path: Path, naming: Naming, room: VolumeRoom | None) -> Path:
    """The reverse of `relocated`."""
    return path if room is None else Path(naming.base_folder) / path.relative_to(room.folder)
