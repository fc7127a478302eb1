"""The kinds of observations that can be entered: the settings file's, with what clients have added, changed or removed.

The catalogue keeps what clients have set, as JSON.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from seacorder.base.errors import BadRequest, NotKnown
from seacorder.catalogue.catalogue import Catalogue
from seacorder.model.observation import ObservationClass
from seacorder.model.observation_kind import (
    ANOMALY_VIDEO,
    INTERVAL_RECORD,
    KindField,
    KindFieldType,
    ObservationKind,
    known,
)

SETTING = "observation_kinds"


class Kinds:
    """For the event loop alone, but for `load`, which blocks."""

    def __init__(
        self, first: Iterable[ObservationKind], catalogue: Catalogue, note: Callable[[str], object] = lambda _fact: None
    ) -> None:
        """`first`: those of the settings file, or the ready set. `note` gets a sentence about each change."""
        self._first = {kind.code: kind for kind in first}
        self._catalogue = catalogue
        self._note = note
        self._set: dict[str, ObservationKind | None] = {}
        """By code: what clients have set; None: they have removed it."""

    def load(self) -> None:
        """Reads what clients have set in earlier runs. Blocks; raises CatalogueFailed."""
        self._set = read(self._catalogue.setting(SETTING) or "{}")

    @property
    def all(self) -> tuple[ObservationKind, ...]:
        """In the order of the settings file; those that clients have added behind them."""
        merged = self._first | self._set
        return tuple(kind for kind in merged.values() if kind is not None)

    def find(self, code: str, field: str | None = None) -> ObservationKind:
        """The kind of a code, in any case. Raises NotKnown, or BadRequest where a field of a body names it; both say
        which there are."""
        upper = code.upper()
        for kind in (*self.all, ANOMALY_VIDEO, INTERVAL_RECORD):
            if kind.code == upper:
                return kind
        fact, action = f"There is no kind of observation {code[:40]!r}.", f"The kinds are {known(self.all)}."
        raise NotKnown(fact, action) if field is None else BadRequest(fact, action, field=field)

    def put(self, kind: ObservationKind) -> None:
        """Adds a kind, or puts it in the place of the one of the same code. Raises BadRequest for a key that another
        kind has."""
        taken = next((one for one in self.all if kind.key and one.key == kind.key and one.code != kind.code), None)
        if taken is not None:
            raise BadRequest(f"The key {kind.key!r} is that of {taken.code}.", "Choose another key.", field="key")
        before = next((one for one in self.all if one.code == kind.code), None)
        self._keep({**self._set, kind.code: kind})
        if before != kind:
            self._note(f"The kind of observations {_called(kind)} was {'added' if before is None else 'changed'}.")

    def remove(self, code: str) -> None:
        """Raises NotKnown if there is none of this code that can be removed. Observations of it stay as they are."""
        kind = self.find(code)
        if kind not in self.all:
            raise NotKnown(f"{kind.code} cannot be removed.", f"The kinds are {known(self.all)}.")
        self._keep({**self._set, kind.code: None})
        self._note(f"The kind of observations {_called(kind)} was removed. Observations of it stay.")

    def _keep(self, kinds: dict[str, ObservationKind | None]) -> None:
        self._set = kinds
        self._catalogue.save_text(SETTING, write(kinds))


def _called(kind: ObservationKind) -> str:
    return f"{kind.code}, {kind.label},"


def write(kinds: dict[str, ObservationKind | None]) -> str:
    return json.dumps({code: None if kind is None else asdict(kind) for code, kind in kinds.items()})


def read(text: str) -> dict[str, ObservationKind | None]:
    """What `write` has written; entries that cannot be read, of a later version, are left out."""
    found: dict[str, ObservationKind | None] = {}
    try:
        entries = json.loads(text).items()
    except (ValueError, AttributeError):
        return found
    for code, values in entries:
        try:
            found[code] = None if values is None else _kind(values)
        except (TypeError, ValueError, KeyError):
            continue
    return found


def _kind(values: dict[str, Any]) -> ObservationKind:
    fields = tuple(
        KindField(one["name"], KindFieldType(one["type"]), one["unit"], tuple(one["choices"]))
        for one in values["fields"]
    )
    own = {**values, "fields": fields, "observation_class": ObservationClass(values["observation_class"])}
    return ObservationKind(**own)
