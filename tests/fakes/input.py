"""An input that sends what a test tells it to: real packets, on a fake clock."""

from collections.abc import Iterable, Iterator

from seacorder.base.errors import InputFailed
from seacorder.model.sample import SourceFormat, SourcePacket


class FakeInput:
    """Plays a script: formats and packets are handed over, an exception is raised where it stands."""

    def __init__(self, script: Iterable[SourceFormat | SourcePacket | Exception]) -> None:
        """The script begins with the format that `open` answers, or with the exception that it raises."""
        self._script = iter(script)
        self.is_open = False
        self.closes = 0

    def open(self) -> SourceFormat:
        first = next(self._script)
        if isinstance(first, Exception):
            raise first
        assert isinstance(first, SourceFormat)
        self.is_open = True
        return first

    def packets(self) -> Iterator[SourcePacket | SourceFormat]:
        if not self.is_open:
            raise InputFailed("The fake is not open.")
        for item in self._script:
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        self.is_open = False
        self.closes += 1
