"""On which volume the next file begins, and when the running one is left for another.

The settings' own folder comes first. The fallback takes over while that has no room, refuses, or does not keep up;
each new part goes back to the first as soon as it can. A file that its disk refuses for good, although files can be
made there again (it was deleted, or the disk was unplugged and is back), is left for a new one in the same folder.
"""

from pathlib import Path

from seacorder.model.file_name import Naming
from seacorder.sinks.video.video_file import VideoFile
from seacorder.storage.volume_room import VolumeRoom, VolumeRooms


class VolumeChoice:
    """For one sink. What is known of a place is the place's: what one sink has left, no other begins with."""

    def __init__(self, places: VolumeRooms | None) -> None:
        self._places = places

    def must_leave(self, file: VideoFile, naming: Naming, now_ns: int) -> bool:
        """True when the next group of pictures should begin a new file because of the disk."""
        place = file.place
        if place is None:
            return False
        dead_since_ns = file.dead_since_ns
        if dead_since_ns is not None and place.is_proved(dead_since_ns):
            return True
        other = self.other(place, naming)
        if other is None or other.is_tight or other.is_shunned or other.is_exchanged:
            return False
        if dead_since_ns is not None or file.is_behind or place.is_exchanged:
            place.shun(now_ns)
            return True
        return place.is_tight

    def next(self, naming: Naming) -> VolumeRoom | None:
        """Where the next file begins; None when nobody watches volumes."""
        if self._places is None:
            return None
        first = self._places.at(naming.base_folder)
        fallback = self.other(first, naming)
        if fallback is None or fallback.is_exchanged:
            return first
        if first.is_exchanged:
            return fallback
        if not (first.is_tight or first.is_shunned):
            return first
        return first if fallback.is_tight and not first.is_full else fallback

    def other(self, place: VolumeRoom | None, naming: Naming) -> VolumeRoom | None:
        """The second volume to the first and the first one to the second, where there are two."""
        if self._places is None or place is None or naming.fallback_folder is None:
            return None
        folder = naming.base_folder if place.folder == Path(naming.fallback_folder) else naming.fallback_folder
        return self._places.at(folder)


def relocated(path: Path, naming: Naming, place: VolumeRoom | None) -> Path:
    """`path`, which lies under the naming's own folder, at the same position under `place`."""
    return path if place is None else place.folder / path.relative_to(naming.base_folder)


def at_home(path: Path, naming: Naming, place: VolumeRoom | None) -> Path:
    """The reverse of `relocated`."""
    return path if place is None else Path(naming.base_folder) / path.relative_to(place.folder)
