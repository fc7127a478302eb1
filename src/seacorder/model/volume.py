"""The volumes that files go to: how full the present one is, and by what each is known again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MarkedFolder:
    """A configured folder, and what tells its volume from another one that is mounted there later."""

    folder: str
    mark: str
    """What stands in the folder's mark file; empty where it has none."""
    device: int
    """The file system's number as the system has it; it may be another one after the disk was unplugged."""
    inode: int = 0
    """The folder's own number on it; 0: not compared."""
    mount: str = ""
    """Where its volume was mounted; empty where that is not known."""


@dataclass(frozen=True, slots=True)
class Volume:
    """The disk that recordings go to. Bytes; `seconds_left` at the present bit rate, None when nothing is written."""

    path: str
    total_bytes: int
    free_bytes: int
    reserve_bytes: int
    seconds_left: float | None = None

    @property
    def free_percent(self) -> int:
        """Whole percent of the volume that is free."""
        return 100 * self.free_bytes // self.total_bytes if self.total_bytes else 0
