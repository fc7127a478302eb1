"""Unpickles workers' reports, and admits nothing but values of `model`, and messages.

A worker reads what cameras send, with codecs written in C, and may be taken over by it. A pickle can make its reader
import and call anything; so the control process admits only the classes named here, and never imports worker code.
"""

import functools
import io
import pickle
from enum import Enum

from seacorder.base.errors import WorkerLost

_ALLOWED_PACKAGE = "seacorder.model."
_ALLOWED_NAMES = frozenset({
    ("seacorder.base.message", "Message"), ("fractions", "Fraction"), ("builtins", "set"), ("builtins", "frozenset"),
})


def _member(kind: type, name: str) -> object:
    """Stands in for `getattr`, which some versions of Python use in the pickle of an enumeration's member."""
    if not issubclass(kind, Enum):
        raise pickle.UnpicklingError(f"a report asks for {kind.__name__}.{name}")
    return kind[name]


class _ReportUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        return _admitted(module, name)


@functools.lru_cache(maxsize=256)  # every heartbeat names the same eight classes
def _admitted(module: str, name: str) -> object:
    if module.startswith(_ALLOWED_PACKAGE) and "." not in name:
        found = _by_name(module, name)
        if isinstance(found, type) and found.__module__ == module:
            return found
    if (module, name) == ("builtins", "getattr"):
        return _member
    if (module, name) in _ALLOWED_NAMES:
        return _by_name(module, name)
    raise pickle.UnpicklingError(f"a report named {module}.{name}")


def _by_name(module: str, name: str) -> object:
    return pickle.Unpickler(io.BytesIO()).find_class(module, name)  # noqa: S301 - unpickles nothing


def report_in(payload: bytes) -> object:
    """The report in a message's payload. Raises WorkerLost for anything that is not made of model values."""
    try:
        return _ReportUnpickler(io.BytesIO(payload)).load()
    except Exception as error:
        # A broken pickle can raise almost anything: AttributeError, EOFError, IndexError, struct.error, …
        raise WorkerLost(f"it sent something that is not a report ({error})") from error
