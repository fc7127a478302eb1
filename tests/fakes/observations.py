"""A book of observations in memory, with the real kinds; what a recorder does beside it does not happen."""

from dataclasses import dataclass, field, replace
from typing import Any

from seacorder.base.clock import Clock
from seacorder.base.errors import NotKnown, NotPossible
from seacorder.catalogue.page import Page, Rows, read_cursor, write_cursor
from seacorder.control.observations.kinds import Kinds
from seacorder.control.observations.numbers import Numbers
from seacorder.model.instant import Instant
from seacorder.model.observation import (
    Changes,
    EnteredBy,
    Followed,
    Observation,
    ObservationState,
    Place,
    Revision,
    RevisionKind,
    noted,
    revised,
)
from seacorder.model.observation_entry import Edit, Entry
from seacorder.model.observation_kind import READY_KINDS, checked_fields
from seacorder.model.observation_text import ObservationDocument, ObservationOutline, document_of, row_of
from seacorder.model.reading import Reading, ReadingState


class _Texts:
    """Keeps nothing."""

    def setting(self, _name: str) -> None: ...

    def save_text(self, _name: str, _value: str) -> None: ...


@dataclass
class FakeBook:
    clock: Clock
    kinds: Kinds = field(default_factory=lambda: Kinds(READY_KINDS, _Texts()))  # type: ignore[arg-type]
    held: dict[str, Observation] = field(default_factory=dict)
    numbers: Numbers = field(default_factory=Numbers)
    context: tuple[tuple[str, str], ...] = (("dive", "12"),)

    @property
    def open(self) -> tuple[Observation, ...]:
        return tuple(one for one in self.held.values() if one.now.state is ObservationState.OPEN)

    async def observe(self, entry: Entry) -> Observation:
        kind = self.kinds.find(entry.code, "code")
        at = Instant.now(self.clock)
        if entry.utc_ns is not None:
            at = Instant(at.monotonic_ns - at.utc_ns + entry.utc_ns, entry.utc_ns)
        changes = Changes(entry.text or None, checked_fields(kind, entry.fields))
        if kind.is_span and any(one.code == kind.code for one in self.open):
            raise NotPossible(f"{kind.label} is open.", "Close it first.")
        readings = [
            Reading("latitude", 58.5, "°", ReadingState.FRESH, at, "gps"),
            Reading("longitude", 1.25, "°", ReadingState.FRESH, at, "gps"),
            Reading("depth", 80.5, "m", ReadingState.FRESH, at, "rov"),
            Reading("altitude", None, "m", ReadingState.NONE, at, "rov"),
        ]
        one = Observation(
            id=f"o{len(self.held) + 1}",
            number=self.numbers.next(dict(self.context).get("dive", ""), kind.observation_class),
            code=kind.code,
            label=kind.label,
            observation_class=kind.observation_class,
            is_span=kind.is_span,
            start=at,
            entered_by=entry.entered_by,
            context=self.context,
            readings=noted(readings, at),
            followed=Followed((Place("Bow", "r1", 1, "/data/Bow.mp4", 12.5, 312, is_exact=True),)),
        )
        entered = Revision(1, RevisionKind.ENTERED, self.clock.utc_ns(), entry.author, "", changes)
        self.held[one.id] = revised(one, entered)
        return self.held[one.id]

    async def press(
        self, code: str, edit: Edit = Edit(), entered_by: EnteredBy = EnteredBy.KEY  # noqa: B008
    ) -> Observation:
        found = next((one for one in self.open if one.code == code.upper()), None)
        if found is not None:
            return await self.close(found.id, edit)
        entry = Entry(self.kinds.find(code).code, edit.text or "", edit.fields, edit.author, entered_by)
        return await self.observe(entry)

    async def close(self, observation_id: str, edit: Edit = Edit()) -> Observation:  # noqa: B008
        if (await self.find(observation_id)).now.state is not ObservationState.OPEN:
            raise NotPossible("It is not open.")
        return self._revise(observation_id, RevisionKind.CLOSED, edit, Instant.now(self.clock))

    async def revise(self, observation_id: str, edit: Edit) -> Observation:
        await self.find(observation_id)
        return self._revise(observation_id, RevisionKind.REVISED, edit)

    async def withdraw(self, observation_id: str, edit: Edit = Edit()) -> Observation:  # noqa: B008
        await self.find(observation_id)
        return self._revise(observation_id, RevisionKind.WITHDRAWN, edit)

    async def find(self, observation_id: str) -> Observation:
        if observation_id not in self.held:
            raise NotKnown(f"There is no observation {observation_id!r}.")
        return self.held[observation_id]

    def page(self, page: Page) -> Rows[Observation]:
        """By kind and dive alone, and by the cursor, whose row is the number of those before."""
        found = [one for one in self.held.values() if page.code in {None, one.code}]
        found = [one for one in found if page.dive in {None, dict(one.context).get("dive")}]
        begin = 0 if page.cursor is None else read_cursor(page.cursor)[1]
        end = begin + page.limit
        return Rows(tuple(found[begin:end]), write_cursor(0, end) if end < len(found) else None)

    def _revise(self, observation_id: str, kind: RevisionKind, edit: Edit, end: Instant | None = None) -> Observation:
        before = self.held[observation_id]
        fields = checked_fields(self.kinds.find(before.code), edit.fields)
        changes = Changes(edit.text, fields, end)
        revision = Revision(
            before.newest_sequence + 1, kind, self.clock.utc_ns(), edit.author, edit.reason, replace(changes)
        )
        self.held[observation_id] = revised(before, revision)
        return self.held[observation_id]


class ObservationLists:
    """The lists of observations of a fake catalogue, whose fields these two are."""

    pages: list[Page]
    book: FakeBook | None

    def observations(self, page: Page) -> Rows[Any]:
        self.pages.append(page)
        return self.book.page(page) if self.book is not None else Rows(())

    def observation_documents(self, page: Page) -> Rows[ObservationDocument]:
        found = self.observations(page)
        return Rows(tuple(map(document_of, found.items)), found.next_cursor)

    def observation_outlines(self, page: Page) -> Rows[ObservationOutline]:
        found = self.observations(page)
        items = (ObservationOutline(row_of(one, ""), one.label, one.is_span, one.now.text) for one in found.items)
        return Rows(tuple(items), found.next_cursor)
