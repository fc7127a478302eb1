"""The tree of errors. Each says in `fact` what was wrong, and in `action` what to do.

    SeacorderError
    ├── BadRequest        the caller sent something that is not accepted      (field names what)
    │   └── NotKnown      it names something that does not exist
    ├── NotPossible       a good request that the recorder cannot do now      (no channel is live, …)
    ├── SettingsError     the settings file, an option or a variable          (faults lists all of them)
    ├── InputFailed       a source: unreachable, refused, no video, unknown codec
    │   └── InputRefused  the source answers, and does not let this user in
    ├── StorageFailed     a folder or file: not allowed, not writable, full
    ├── WorkerLost        a worker ended or did not answer in time
    │   └── NoAnswer      it did not answer in time and may still do it
    └── CatalogueFailed   the catalogue: damaged, locked, of a newer version

Errors from outside (OSError, a library's own) are wrapped at the edge with `raise … from`.
"""

from collections.abc import Sequence
from typing import Self

from seacorder.base.message import Message


class SeacorderError(Exception):
    """Root of the tree. `str()` is what the user reads, fact and action; `kind` is a stable word for programs."""

    kind = "error"

    def __init__(self, fact: str, action: str = "") -> None:
        super().__init__(fact, action)
        self.message = Message(fact, action)

    @classmethod
    def of(cls, message: Message) -> Self:
        """An error that says this."""
        return cls(message.fact, message.action)

    @property
    def fact(self) -> str:
        return self.message.fact

    @property
    def action(self) -> str:
        return self.message.action

    @property
    def sentence(self) -> str:
        return self.message.text

    def __str__(self) -> str:
        return self.message.text


class BadRequest(SeacorderError):
    """The caller sent something that is not accepted; nothing was changed."""

    kind = "bad_request"

    def __init__(self, fact: str, action: str = "", *, field: str | None = None) -> None:
        super().__init__(fact, action)
        self.field = field


class NotKnown(BadRequest):
    """What the caller names does not exist."""


class NotPossible(SeacorderError):
    """The request is well-formed but the recorder cannot do it now; nothing was changed."""

    kind = "not_possible"


class SettingsError(SeacorderError):
    """Settings that cannot be used; `faults` has one message each."""

    kind = "settings"

    def __init__(self, faults: Sequence[Message]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(fault.text for fault in self.faults))


class InputFailed(SeacorderError):
    """A source cannot be read."""

    kind = "input"


class InputRefused(InputFailed):
    """A source that answers and does not let this user in; only the operator can change that."""


class StorageFailed(SeacorderError):
    """A folder or file cannot be used."""

    kind = "storage"


class WorkerLost(SeacorderError):
    """A worker process ended or did not answer in time."""

    kind = "worker"


class NoAnswer(WorkerLost):
    """A worker did not answer in time. It may still do what it was told."""


class CatalogueFailed(SeacorderError):
    """The catalogue cannot be read or written."""

    kind = "catalogue"
