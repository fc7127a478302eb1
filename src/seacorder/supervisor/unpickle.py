"""Takes reports out of their frames, letting in nothing but the model's own values.

A worker reads what cameras send, with codecs written in C. Whatever becomes of it there, the control process
builds no object from its reports but those named here, and so never imports worker code either.
"""

import io
import pickle
from enum import Enum

from seacorder.base.errors import WorkerLost

_ALLOWED_PACKAGE = "seacorder.model."
_ALLOWED_NAMES = frozenset({("fractions", "Fraction"), ("builtins", "set"), ("builtins", "frozenset")})


def _member(kind: type, name: str) -> object:
    """Stands in for `getattr`, with which some versions of Python pickle a member of an enumeration."""
    if not issubclass(kind, Enum):
        raise pickle.UnpicklingError(f"a report asks for {kind.__name__}.{name}")
    return kind[name]


class _ReportUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> object:
        if module.startswith(_ALLOWED_PACKAGE) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        if (module, name) == ("builtins", "getattr"):
            return _member
        if (module, name) in _ALLOWED_NAMES:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"a report named {module}.{name}")


def report_in(payload: bytes) -> object:
    """The report in a frame's payload. Raises WorkerLost for anything that is not made of model values."""
    try:
        return _ReportUnpickler(io.BytesIO(payload)).load()
    except Exception as error:
        # What a broken pickle raises is not bounded: AttributeError, EOFError, IndexError, struct.error, …
        raise WorkerLost(f"It sent something that is not a report ({error}).") from error
