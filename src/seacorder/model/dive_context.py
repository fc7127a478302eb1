"""What the recorder is used for just now: project, dive, task, component and operator. Pure.

Clients set it once, and it stays until they change it. Every file that begins from then on says it in its metadata.
"""

import json
from dataclasses import asdict, dataclass, fields, replace

CONTEXT_CHARACTERS_MAX = 200
"""Of one field: a line of a picture has no room for more."""


@dataclass(frozen=True, slots=True)
class DiveContext:
    """Each field is one line of text; empty: nobody has said it."""

    project: str = ""
    dive: str = ""
    task: str = ""
    component: str = ""
    operator: str = ""

    @property
    def said(self) -> dict[str, str]:
        """The fields that are not empty."""
        return {name: text for name, text in asdict(self).items() if text}

    def to_json(self) -> str:
        """One line of ASCII JSON."""
        return json.dumps(self.said, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | None) -> "DiveContext":
        """The context in `text`, as far as it can be read: unknown keys, and values that are no text, are left out."""
        try:
            found = json.loads(text or "{}")
        except ValueError:
            return cls()
        return cls.of(found) if isinstance(found, dict) else cls()

    @classmethod
    def of(cls, found: dict[str, object]) -> "DiveContext":
        """The fields among `found` that are text, tidied."""
        known = {name: value for name, value in found.items() if name in CONTEXT_FIELDS and isinstance(value, str)}
        return cls(**{name: one_line(value) for name, value in known.items()})


NO_CONTEXT = DiveContext()


@dataclass(frozen=True, slots=True)
class ContextChange:
    """A change of the context: None leaves a field as it is, an empty text takes it away."""

    project: str | None = None
    dive: str | None = None
    task: str | None = None
    component: str | None = None
    operator: str | None = None

    def applied_to(self, context: DiveContext) -> DiveContext:
        """The context after the change."""
        sent = {name: value for name, value in asdict(self).items() if value is not None}
        return replace(context, **{name: one_line(value) for name, value in sent.items()})


CONTEXT_FIELDS = tuple(field.name for field in fields(DiveContext))
"""The names of the fields, as they stand in the API, the metadata and overlay lines."""


def one_line(text: str) -> str:
    """`text` without line ends, other control characters and spaces at its ends."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
