"""What an error of the operating system means to an operator, and whether it still holds."""

import errno
from pathlib import Path

from seacorder.base.clock import Clock
from seacorder.base.message import Message
from seacorder.model.recording import FaultKind

_RECORDING_GOES_ON = "Recording goes on by itself."
_GONE = Message("The disk of {folder} is gone.", "Connect it again.")
_NOT_PERMITTED = Message("This user may not write to {folder}.", "Change its permissions, or choose another folder.")
_NAME_TAKEN = Message(
    "{folder} cannot be created: a file has the name of one of its folders.", "Choose another name for the folder."
)
_NAME_REFUSED = Message(
    "The disk of {folder} refuses the name {path}.", "Choose a name of letters, digits, - and _ only."
)
_MESSAGES = {
    errno.ENOSPC: Message("The disk of {folder} is full.", f"Delete or move files there. {_RECORDING_GOES_ON}"),
    errno.EDQUOT: Message(
        "This user's quota on the disk of {folder} is used up.",
        f"Delete or move files there, or have the quota raised. {_RECORDING_GOES_ON}",
    ),
    errno.EIO: Message("The disk of {folder} fails (hardware error).", "Check its cable, then its health."),
    errno.ENODEV: _GONE,
    errno.ENXIO: _GONE,
    errno.ESTALE: Message("The network folder {folder} is gone.", "Check the network and the server."),
    errno.EXDEV: Message(
        "{folder} is on another disk than when Seacorder started: it was unmounted or exchanged.",
        "Connect (mount) the right disk again; recording goes on by itself.",
    ),
    errno.EROFS: Message(
        "The disk of {folder} can only be read (often after an error of the disk).",
        "Check the disk, then mount it for writing, or choose a folder on another disk.",
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
    errno.EFBIG: Message("{path} has reached the largest size that its disk allows.", "Set a split time."),
    errno.EMFILE: Message("Too many files are open in Seacorder.", "Raise its limit of open files (ulimit -n)."),
    errno.ENFILE: Message("Too many files are open on this computer.", "Raise its limit of open files."),
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
        return Message(f"{path} cannot be written: {fault.strerror or fault}.", "Check the disk.")
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
