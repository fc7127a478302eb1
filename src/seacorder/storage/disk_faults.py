"""What an error of the operating system means to an operator, and whether it still holds."""

import errno
from pathlib import Path

from seacorder.base.clock import Clock
from seacorder.base.message import Message
from seacorder.model.recording import FaultKind

ANOTHER_DISK = "If it does not come back: choose a folder on another disk, then stop and start the recording."
"""Of a disk that is gone or broken: what to do where the rest does not help."""
_ONCE_THERE_IS_ROOM = "Recording goes on by itself once there is room."
_GONE = Message("The disk of {folder} is gone.", f"Connect it again. {ANOTHER_DISK}")
_NOT_PERMITTED = Message("This user may not write to {folder}.", "Change its permissions, or choose another folder.")
_NAME_TAKEN = Message(
    "{folder} cannot be created: a file has the name of one of its folders.", "Choose another name for the folder."
)
_NAME_REFUSED = Message(
    "The disk of {folder} refuses the name {path}.", "Choose a name of letters, digits, - and _ only."
)
_MESSAGES = {
    errno.ENOSPC: Message("The disk of {folder} is full.", f"{_ONCE_THERE_IS_ROOM} Delete or move files there."),
    errno.EDQUOT: Message(
        "This user's quota on the disk of {folder} is used up.",
        f"{_ONCE_THERE_IS_ROOM} Delete or move files there, or have the quota raised.",
    ),
    errno.EIO: Message(
        "The disk of {folder} fails (hardware error).", f"Check its cable, then its health. {ANOTHER_DISK}"
    ),
    errno.ENODEV: _GONE,
    errno.ENXIO: _GONE,
    errno.ESTALE: Message(
        "The network folder {folder} is gone.", f"Check the network and the server. {ANOTHER_DISK}"
    ),
    errno.EXDEV: Message(
        "{folder} is on another disk than when Seacorder started: it was unmounted or exchanged.",
        "Recording goes on by itself once the right disk is there. Connect (mount) it again.",
    ),
    errno.EROFS: Message(
        "The disk of {folder} can only be read (often after an error of the disk).",
        "Choose a folder on another disk, then stop and start the recording. Or check the disk, and mount it for "
        "writing.",
    ),
    errno.EACCES: _NOT_PERMITTED,
    errno.EPERM: _NOT_PERMITTED,
    errno.ENOTDIR: _NAME_TAKEN,
    errno.EEXIST: _NAME_TAKEN,
    errno.ENOENT: Message(
        "{path} was deleted by somebody while it was being recorded; what was in it is lost.",
        "Seacorder goes on in a new file by itself. Do not touch files while recording.",
    ),
    errno.ENAMETOOLONG: Message(
        "The path {path} is too long for this system.", "Choose a shorter folder or template."
    ),
    errno.EINVAL: _NAME_REFUSED,
    errno.EILSEQ: _NAME_REFUSED,
    errno.EFBIG: Message(
        "{path} has reached the largest size that its disk allows.",
        "Stop the recording and start it again. Later: set a split time.",
    ),
    errno.EMFILE: Message(
        "Too many files are open in Seacorder.",
        "Between dives: raise its limit of open files (ulimit -n), and restart Seacorder.",
    ),
    errno.ENFILE: Message(
        "Too many files are open on this computer.",
        "Close other programs on it. Between dives: raise its limit of open files.",
    ),
}


_FULL = {errno.ENOSPC, errno.EDQUOT}


def kind_of(code: int) -> FaultKind:
    """Whether there is no room, or another volume, or the disk refuses for any other reason."""
    if code == errno.EXDEV:
        return FaultKind.EXCHANGED
    return FaultKind.FULL if code in _FULL else FaultKind.FAILED


def message_of(fault: OSError, path: Path) -> Message:
    """Why the file `path` cannot be written, and what to do."""
    known = _MESSAGES.get(fault.errno or 0)
    if known is None:
        return Message(f"{path} cannot be written: {fault.strerror or fault}.", f"Check the disk. {ANOTHER_DISK}")
    return Message(known.fact.format(path=path, folder=path.parent), known.action)


class FileFault:
    """The present fault of one file, worked out from operations that fail and succeed. Set by one thread, read by any.

    A fault holds until an operation of the same kind succeeds: a sync that succeeds does not mean that a full disk has
    room again, and a write that succeeds does not mean that syncs work again.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failing: set[str] = set()
        self.why: Message | None = None
        self.since_ns: int | None = None
        self.code = 0
        """The operating system's number of the present fault; 0 without one."""

    def failed(self, operation: str, why: Message, code: int = 0) -> None:
        """`operation`, the name of a kind of operation, has failed; `code` is the operating system's number."""
        self._failing.add(operation)
        self.code = code
        if self.since_ns is None:
            self.since_ns = self._clock.monotonic_ns()
        self.why = why

    def succeeded(self, operation: str) -> bool:
        """`operation` has succeeded; True when no kind of operation fails any more."""
        self._failing.discard(operation)
        if self._failing:
            return False
        self.since_ns = None
        self.code = 0
        self.why = None
        return True
