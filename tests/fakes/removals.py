"""Removing recordings, as the API sees it: what a test says stands, and what was ordered is kept."""

from seacorder.base.errors import NotKnown
from seacorder.control.files.uses import Uses
from seacorder.model.removal import RemovalOrder, RemovalState, RemovalView


class FakeRemovals:
    """What is ordered is being verified from then on."""

    def __init__(self) -> None:
        self.uses = Uses()
        self.orders: list[RemovalOrder] = []
        self.views: dict[str, RemovalView] = {}

    async def view(self, recording_id: str) -> RemovalView:
        if recording_id not in self.views:
            raise NotKnown("There is no such recording.", "See /api/v1/recordings.")
        return self.views[recording_id]

    async def order(self, order: RemovalOrder) -> None:
        await self.view(order.recording_id)
        self.orders.append(order)
        self.views[order.recording_id] = RemovalView(
            order.recording_id, RemovalState.VERIFYING, 5, order.ordered_by, order.why, order.copies
        )
