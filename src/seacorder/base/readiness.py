"""Waits until one of several sockets can be read.

The `selectors` module would take more time than the system call. Windows has no `poll`.
"""

import math
import select
from typing import Any


class Readiness:
    """A few sockets that are waited for together. One thread."""

    def __init__(self, *numbers: int) -> None:
        """`numbers`: file descriptors."""
        self._numbers: list[int] = []
        self._poll: Any = select.poll() if hasattr(select, "poll") else None
        for number in numbers:
            self.add(number)

    def add(self, number: int) -> None:
        self._numbers.append(number)
        if self._poll is not None:
            self._poll.register(number, select.POLLIN)

    def wait(self, seconds: float) -> list[int]:
        """The file descriptors that can be read; waits for at most so long."""
        if self._poll is None:
            ready: list[int] = select.select(self._numbers, [], [], seconds)[0]
            return ready
        return [number for number, _ in self._poll.poll(math.ceil(seconds * 1000))]
