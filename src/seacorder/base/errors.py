"""The tree of errors. The text of each is one sentence that says what was wrong and what to do.

    SeacorderError
    ├── BadRequest        the caller sent something that is not accepted      (field names what)
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


class SeacorderError(Exception):
    """Root of the tree. `str()` is the sentence that the user reads; `kind` is a stable word for programs."""

    kind = "error"

    @property
    def sentence(self) -> str:
        return str(self)


class BadRequest(SeacorderError):
    """The caller sent something that is not accepted; nothing was changed."""

    kind = "bad_request"

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class NotPossible(SeacorderError):
    """The request is well-formed but the recorder cannot do it now; nothing was changed."""

    kind = "not_possible"


class SettingsError(SeacorderError):
    """Settings that cannot be used; `faults` has one sentence each."""

    kind = "settings"

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


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
