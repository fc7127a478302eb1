"""What is different in a bag (BagIt, RFC 8493), when it is verified: files beside its payload, and cut videos."""

import json
from collections.abc import Iterator, Mapping

from seacorder.evidence.bag import DECLARATION_NAME, INFO_NAME, PAYLOAD, TAG_MANIFEST_NAME, unescaped
from seacorder.evidence.manifest import NotAManifest, read_manifest
from seacorder.evidence.verify_source import VerifySource
from seacorder.model.completion import SIGNER_NAME
from seacorder.model.export import EXPORT_NAME

_TAGS = frozenset({DECLARATION_NAME, INFO_NAME, SIGNER_NAME})
"""The files beside the payload that a bag of ours has. Nobody signs their list, so no others are admitted."""


def is_bag(source: VerifySource) -> bool:
    """Blocks."""
    return source.has(DECLARATION_NAME)


def unlisted(source: VerifySource) -> tuple[str, ...]:
    """Names of files that no manifest lists. Blocks."""
    return (TAG_MANIFEST_NAME,) if is_bag(source) else ()


def listed(source: VerifySource, manifest: Mapping[str, str]) -> dict[str, str]:
    """By name the SHA-256 of each file that is listed: of a bag also those beside its payload. Raises NotAManifest,
    OSError."""
    if not is_bag(source):
        return dict(manifest)
    data = source.bytes_of(TAG_MANIFEST_NAME)
    try:
        tags = read_manifest(data)
    except NotAManifest as fault:
        raise NotAManifest(f"in {TAG_MANIFEST_NAME}, {fault}") from fault
    beside = {name: sha256 for name, sha256 in tags.items() if name in _TAGS}
    return {**{unescaped(name): sha256 for name, sha256 in manifest.items()}, **beside}


def cut_videos(source: VerifySource, sound: set[str]) -> Iterator[tuple[str, str]]:
    """By name, what is wrong with the frames of videos that were cut out of others."""
    name = f"{PAYLOAD}{EXPORT_NAME}"
    if name not in sound:
        return
    try:
        videos = [(f"{PAYLOAD}{one['file']}", int(one["frames"])) for one in
                  json.loads(source.bytes_of(name))["videos"]]
    except (OSError, ValueError, OverflowError, TypeError, KeyError):
        yield name, "cannot be read: no frames are compared"
        return
    for video, frames in videos:
        found = source.examine(video).frames if video in sound else frames
        if found != frames:
            yield video, f"has {found:,} frames; {EXPORT_NAME} says {frames:,}"
