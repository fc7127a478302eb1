"""What templates would make of names, before they are in force: by the functions that name files. Pure."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from seacorder.control.settings.naming import NamingBase
from seacorder.model.file_name import same_file
from seacorder.model.name_preview import NamePreview, PreviewedNames, UnknownTag
from seacorder.model.recording import FileKind
from seacorder.model.settings import RecorderSettings
from seacorder.storage.names import TAGS, path_for

_EXTENSIONS = {FileKind.FRAMEGRAB: ".jpg", FileKind.DATA: ".csv", FileKind.EVENT: ".json"}
_OF_NO_CHANNEL = {FileKind.DATA: "telemetry", FileKind.EVENT: ""}
"""Kinds with one file for all channels, and what their tag `${channelname}` stands for."""
_TAG = re.compile(r"\$\{([^${}/\\]*)\}?")


def previewed(
    settings: RecorderSettings, base: NamingBase, channels: Sequence[str], utc_ns: int
) -> PreviewedNames:
    """The names that files of an instant would have, of every kind and channel."""
    items = []
    for kind in FileKind:
        naming = base.naming(kind, settings, directory_utc_ns=utc_ns, file_utc_ns=utc_ns)
        extension = _EXTENSIONS.get(kind, ".mp4")
        of = [(None, _OF_NO_CHANNEL[kind])] if kind in _OF_NO_CHANNEL else [(name, name) for name in channels]
        paths = tuple((channel, str(path_for(naming, name, extension))) for channel, name in of)
        keys = {tuple(map(same_file, Path(path).parts)) for _, path in paths}
        items.append(NamePreview(kind, paths, has_clash=len(keys) < len(paths)))
    texts = {field.name: getattr(settings.templates, field.name) for field in fields(settings.templates)}
    unknown = tuple(one for name, text in texts.items() for one in _unknown(name, text or ""))
    return PreviewedNames(tuple(items), unknown)


def _unknown(field: str, template: str) -> Iterator[UnknownTag]:
    """Tags that there are not: they stay in the name as text."""
    for found in _TAG.finditer(template):
        tag = found[1]
        if tag in TAGS and found[0].endswith("}"):
            continue
        near = difflib.get_close_matches(tag, TAGS, n=1, cutoff=0.6)
        yield UnknownTag(field, found[0], near[0] if near else "")
