"""The volumes that files go to, as the program found them when it began."""

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
