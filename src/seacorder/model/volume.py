"""The volumes that files go to: how full one is, and how each is recognised after it was unmounted or replaced."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MarkedFolder:
    """A folder of the settings, with what distinguishes its volume from another one that is mounted there later."""

    folder: str
    mark: str
    """The text of the folder's mark file; empty if it has none."""
    device: int
    """The file system's device number. It may change when the same disk is unplugged and plugged in again."""
    inode: int = 0
    """The folder's inode number; 0: not compared."""
    mount: str = ""
    """Where its volume was mounted; empty if not known."""


@dataclass(frozen=True, slots=True)
class Volume:
    """The disk that recordings go to, in bytes."""

    path: str
    total_bytes: int
    free_bytes: int
    reserve_bytes: int
    seconds_left: float | None = None
    """How much longer all channels that have a picture can be recorded; None while none has one."""

    @property
    def usable_bytes(self) -> int:
        """What may still be written: the reserve is kept free."""
        return max(0, self.free_bytes - self.reserve_bytes)

    @property
    def free_percent(self) -> int:
        """Whole percent of the volume that is free."""
        return 100 * self.free_bytes // self.total_bytes if self.total_bytes else 0
