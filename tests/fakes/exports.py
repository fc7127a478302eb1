"""Bags of a recorder without cameras: made in this process, by the code of the real worker."""

from collections.abc import AsyncIterator

from seacorder.control.files.exports import ERRORS
from seacorder.evidence.bag import Bag
from seacorder.evidence.export import begin
from seacorder.model.export import MakeBag


class FakeArchive:
    """One bag."""

    def __init__(self, bag: Bag) -> None:
        self._bag = bag
        self.is_closed = False

    async def pieces(self) -> AsyncIterator[bytes]:
        for piece in self._bag.pieces():
            yield piece

    def close(self) -> None:
        self.is_closed = True

    async def ended(self) -> None:
        assert self.is_closed


class FakeExports:
    """Reads the files at once."""

    def __init__(self) -> None:
        self.orders: list[MakeBag] = []
        self.archives: list[FakeArchive] = []
        self.error: Exception | None = None
        """Raised by the next order, when set."""

    def order(self, name: str, title: str, recordings: tuple[str, ...] = ()) -> MakeBag:
        return MakeBag(name, title, recordings, program="Seacorder of a test", made_utc_ns=10**18)

    async def open(self, order: MakeBag) -> FakeArchive:
        self.orders.append(order)
        if self.error is not None:
            raise self.error
        begun, bag = begin(order)
        if bag is None:
            assert begun.refusal is not None
            raise ERRORS[begun.refusal](begun.fact, begun.action)
        self.archives.append(FakeArchive(bag))
        return self.archives[-1]
