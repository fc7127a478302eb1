"""The manifest: a line for each file with its SHA-256, in the form that `sha256sum -c` takes. Pure.

    2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824  20260504050201123@Bow.mp4

Names that hold a backslash or a line feed are written as GNU coreutils write them: with `\\\\` and `\\n`, and a
backslash in front of the line. Names are bytes on Linux; those that are no UTF-8 are kept as they are.
"""

import re
from collections.abc import Mapping

_LINE = re.compile(r"(\\?)([0-9a-fA-F]{64}) [ *](.+)")
_ESCAPED = re.compile(r"\\(.)")
_ELSEWHERE_ON_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\|(.*[\\/])?\.\.(\\|$)")
_MEANS = {"n": "\n", "r": "\r", "\\": "\\"}


class NotAManifest(ValueError):
    """A line is none of a manifest; `str()` is the sentence."""


def manifest_bytes(hashes: Mapping[str, str]) -> bytes:
    """The manifest of these files: by name their SHA-256 in hexadecimal digits. Ordered by name."""
    return "".join(_line(name, hashes[name]) for name in sorted(hashes)).encode("utf-8", "surrogateescape")


def read_manifest(data: bytes) -> dict[str, str]:
    """By name the SHA-256 of each file. Raises NotAManifest, with the line's number."""
    found: dict[str, str] = {}
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), start=1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.removesuffix("\r"))
        if match is None:
            raise NotAManifest(f"line {number} is no SHA-256 and name of a file")
        name = match[3]
        if match[1]:
            name = _ESCAPED.sub(lambda escaped: _MEANS.get(escaped[1], escaped[0]), name)
        name = name.removeprefix("./")
        if _leads_out(name):
            raise NotAManifest(f"line {number} names {name!r}, which is not in the folder")
        if name in found:
            raise NotAManifest(f"line {number} lists {name} a second time")
        found[name] = match[2].lower()
    return found


def _leads_out(name: str) -> bool:
    """A name that is of another folder on some system, or of none."""
    is_elsewhere = "\0" in name or name.startswith("/") or ".." in name.split("/")
    return is_elsewhere or _ELSEWHERE_ON_WINDOWS.match(name) is not None


def _line(name: str, sha256: str) -> str:
    escaped = name.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if escaped == name else chr(92)}{sha256}  {escaped}\n"
