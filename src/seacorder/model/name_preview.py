"""The names that templates would give to files."""

from dataclasses import dataclass

from seacorder.model.recording import FileKind


@dataclass(frozen=True, slots=True)
class NamePreview:
    """The files of one kind."""

    kind: FileKind
    paths: tuple[tuple[str | None, str], ...]
    """By channel, in the order of the settings file; None: one file for all channels."""
    has_clash: bool
    """Two channels would have the same name; the second file gets a number then."""


@dataclass(frozen=True, slots=True)
class UnknownTag:
    """What looks like a tag and is none: it stays in the name as text."""

    template: str
    tag: str
    """As it stands in the template."""
    meant: str
    """The tag that is most like it; empty where none is."""


@dataclass(frozen=True, slots=True)
class PreviewedNames:
    items: tuple[NamePreview, ...]
    unknown_tags: tuple[UnknownTag, ...]
