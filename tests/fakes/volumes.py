"""Two disks: what is known of the room on each, and what each does."""

from dataclasses import dataclass
from pathlib import Path

from fakes.disk import RecordingDisk


@dataclass
class Room:
    """Stands in for `storage.volume_room.VolumeRoom`, in a given state."""

    folder: Path
    is_full: bool = False
    is_tight: bool = False
    is_exchanged: bool = False
    is_shunned: bool = False
    proved_ns: int = 0

    def is_proved(self, since_ns: int) -> bool:
        return self.proved_ns > since_ns

    def shun(self, now_ns: int) -> None:
        self.is_shunned = True


class Rooms:
    """Stands in for `storage.volume_room.VolumeRooms`."""

    def __init__(self) -> None:
        self._rooms: dict[Path, Room] = {}

    def at(self, folder: str | Path) -> Room:
        return self._rooms.setdefault(Path(folder), Room(Path(folder)))


class TwoDisks:
    """Implements `storage.disk.Disk`: what lies in the folder `second` is on the second one, all else on the first."""

    def __init__(self, second: Path) -> None:
        self._second = second
        self.disks = RecordingDisk(), RecordingDisk()

    def of(self, path: Path) -> RecordingDisk:
        return self.disks[path.is_relative_to(self._second)]

    @property
    def files(self) -> dict[Path, bytearray]:
        return self.disks[0].files | self.disks[1].files

    def make_folders(self, folder: Path) -> list[Path]:
        return self.of(folder).make_folders(folder)

    def create(self, path: Path, first: bytes = b"") -> int:
        return 2 * self.of(path).create(path, first) + self.disks.index(self.of(path))

    def write(self, handle: int, offset: int, data: bytes | memoryview) -> int:
        return self.disks[handle % 2].write(handle // 2, offset, data)

    def truncate(self, handle: int, size: int) -> None:
        self.disks[handle % 2].truncate(handle // 2, size)

    def sync(self, handle: int) -> None:
        self.disks[handle % 2].sync(handle // 2)

    def sync_whole(self, handle: int) -> None:
        self.disks[handle % 2].sync_whole(handle // 2)

    def sync_folder(self, folder: Path) -> None:
        self.of(folder).sync_folder(folder)

    def is_named(self, handle: int) -> bool:
        return self.disks[handle % 2].is_named(handle // 2)

    def path_of(self, handle: int, path: Path) -> Path:
        return self.disks[handle % 2].path_of(handle // 2, path)

    def close(self, handle: int) -> None:
        self.disks[handle % 2].close(handle // 2)
