"""A receive buffer that counts what is looked at."""

from typing import Any


class Counted(bytearray):
    """A receive buffer that counts the bytes that are taken out of it."""

    looked_at = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        self.looked_at += len(found) if isinstance(key, slice) else 1
        return found
