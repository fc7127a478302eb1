"""Removing recordings, as the API sees it: what a test says stands, and what was ordered is kept."""

from dataclasses import replace

from seacorder.base.errors import NotKnown
from seacorder.control.files.uses import Uses
from seacorder.model.absence import Absence
from seacorder.model.removal import RemovalOrder, RemovalState, RemovalView
from seacorder.model.removal_rules import NO_RULES, RulesView


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


class FakeAbsences:
    """One file that is missing."""

    def __init__(self) -> None:
        self.missing = Absence("/d/Bow.mp4", "r1", "Bow", 5)

    async def see(self, named: str, by: str) -> tuple[Absence, ...]:
        if named not in {self.missing.path, self.missing.recording_id}:
            raise NotKnown("No missing file is known of it.", "GET /api/v1/absences has all.")
        self.missing = replace(self.missing, seen_utc_ns=9, seen_by=by)
        return (self.missing,)


class FakeRules:
    """What the rules come to, as a test wants it."""

    def __init__(self) -> None:
        self.shown = RulesView(NO_RULES)

    async def view(self) -> RulesView:
        return self.shown
