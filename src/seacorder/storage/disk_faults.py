"""What an error of the operating system means to an operator, and whether it still holds."""

import errno
from pathlib import Path

from seacorder.base.clock import Clock
from seacorder.base.message import Message
from seacorder.model.recording import FaultKind

_NAME = "The volume of {folder} refuses the name {path}; choose one with letters, digits and - or _ alone."
_SENTENCES = {
    errno.ENOSPC: "The volume of {folder} is full; free some space there and writing goes on by itself.",
    errno.EDQUOT: "The quota on the volume of {folder} is used up; free some space there or raise the quota.",
    errno.EIO: "The disk of {folder} reports a hardware fault; check its cable and its health.",
    errno.ENODEV: "The disk of {folder} is gone; connect it again or choose another folder.",
    errno.ENXIO: "The disk of {folder} is gone; connect it again or choose another folder.",
    errno.ESTALE: "The network folder {folder} is gone; connect it again or choose another folder.",
    errno.EXDEV: (
        "{folder} is on another disk than when the recorder began: a volume was unmounted or exchanged. Mount it "
        "again, and recording goes on by itself."
    ),
    errno.EROFS: "The volume of {folder} is read-only; mount it for writing or choose another folder.",
    errno.EACCES: "{folder} may not be written by this user; change its permissions or choose another folder.",
    errno.EPERM: "{folder} may not be written by this user; change its permissions or choose another folder.",
    errno.ENOTDIR: "{folder} cannot be made because a file bears the name of one of its folders; choose another.",
    errno.EEXIST: "{folder} cannot be made because a file bears the name of one of its folders; choose another.",
    errno.ENOENT: "{path} has been deleted while it was being written, and what it held is lost. The recorder goes on "
    "in a new file by itself.",
    errno.ENAMETOOLONG: "The path {path} is too long for this system; choose a shorter folder or template.",
    errno.EINVAL: _NAME,
    errno.EILSEQ: _NAME,
    errno.EFBIG: "{path} has reached the largest size that its volume takes; set a split time.",
    errno.EMFILE: "Too many files are open in this process; raise its limit of open files (ulimit -n).",
    errno.ENFILE: "Too many files are open on this machine; raise its limit of open files.",
}


_FULL = {errno.ENOSPC, errno.EDQUOT}


def kind_of(code: int) -> FaultKind:
    """Whether there is no room, or another volume, or the disk refuses for any other reason."""
    if code == errno.EXDEV:
        return FaultKind.EXCHANGED
    return FaultKind.FULL if code in _FULL else FaultKind.FAILED


def message_of(fault: OSError, path: Path) -> Message:
    """Why the file `path` cannot be written, and what to do."""
    known = _SENTENCES.get(fault.errno or 0)
    if known is None:
        return Message(f"{path} cannot be written: {fault.strerror or fault}.")
    return Message(known.format(path=path, folder=path.parent))


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
