"""What is different in a bag (BagIt, RFC 8493), when it is verified: files beside its payload, and cut videos."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from seacorder.evidence.bag import DECLARATION_NAME, INFO_NAME, PAYLOAD, TAG_MANIFEST_NAME
from seacorder.evidence.inspect import inspect_file
from seacorder.evidence.manifest import NotAManifest, read_manifest
from seacorder.model.completion import SIGNER_NAME
from seacorder.model.export import EXPORT_NAME

_TAGS = frozenset({DECLARATION_NAME, INFO_NAME, SIGNER_NAME})
"""The files beside the payload that a bag of ours has. Nobody signs their list, so no others are admitted."""


def is_bag(folder: Path) -> bool:
    """Blocks."""
    return (folder / DECLARATION_NAME).is_file()


def unlisted(folder: Path) -> tuple[str, ...]:
    """Names of files that no manifest lists. Blocks."""
    return (TAG_MANIFEST_NAME,) if is_bag(folder) else ()


def listed(folder: Path, manifest: Mapping[str, str]) -> dict[str, str]:
    """By name the SHA-256 of each file that is listed: of a bag also those beside its payload. Raises NotAManifest,
    OSError."""
    if not is_bag(folder):
        return dict(manifest)
    data = (folder / TAG_MANIFEST_NAME).read_bytes()
    try:
        tags = read_manifest(data)
    except NotAManifest as fault:
        raise NotAManifest(f"in {TAG_MANIFEST_NAME}, {fault}") from fault
    beside = {name: sha256 for name, sha256 in tags.items() if name in _TAGS}
    return {**{unquote(name): sha256 for name, sha256 in manifest.items()}, **beside}


def cut_videos(folder: Path, sound: set[str]) -> Iterator[tuple[str, str]]:
    """By name, what is wrong with the frames of videos that were cut out of others."""
    name = f"{PAYLOAD}{EXPORT_NAME}"
    if name not in sound:
        return
    try:
        videos = [(f"{PAYLOAD}{one['file']}", int(one["frames"])) for one in
                  json.loads((folder / name).read_bytes())["videos"]]
    except (OSError, ValueError, TypeError, KeyError):
        yield name, "cannot be read: no frames are compared"
        return
    for video, frames in videos:
        found = inspect_file(folder / video).frames if video in sound else frames
        if found != frames:
            yield video, f"has {found:,} frames; {EXPORT_NAME} says {frames:,}"
