"""The XMP packet of a framegrab (ISO 16684-1): the context and all readings that were valid when it was taken. Pure.

Each is a property of its own name, so that any reader of XMP lists them; `units` has the unit of each reading.
"""

import re
from collections.abc import Mapping
from html import escape

from seacorder.model.dive_context import DiveContext
from seacorder.model.reading import Value, written

NAMESPACE = "urn:seacorder:1:"
PREFIX = "seacorder"
BYTES_MAX = 60_000
"""A JPEG segment has 65,535 bytes. Further readings are left out."""
_HEAD = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description rdf:about="" xmlns:{PREFIX}="{NAMESPACE}">'
)
_END = '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
_REFUSED = re.compile(r"[^A-Za-z0-9_]")


def xmp_of(context: DiveContext, readings: Mapping[str, tuple[Value, str]]) -> bytes:
    """The packet; empty if there is nothing to say."""
    said = [_property(name, text) for name, text in context.said.items()]
    units: list[str] = []
    size = sum(len(one.encode()) for one in said)
    for name, (value, unit) in readings.items():
        said_of_it = _property(name, written(value))
        size += len(said_of_it.encode()) + len(name) + 40
        if size > BYTES_MAX:
            break
        said.append(said_of_it)
        if unit:
            units.append(f"<rdf:li>{_name(name)} {_escaped(unit)}</rdf:li>")
    if units:
        said.append(f"<{PREFIX}:units><rdf:Bag>{''.join(units)}</rdf:Bag></{PREFIX}:units>")
    return (_HEAD + "".join(said) + _END).encode() if said else b""


def _property(name: str, text: str) -> str:
    return f"<{PREFIX}:{_name(name)}>{_escaped(text)}</{PREFIX}:{_name(name)}>"


def _escaped(text: str) -> str:
    """Characters that XML 1.0 refuses become blanks."""
    return escape("".join(one if one.isprintable() else " " for one in text))


def _name(name: str) -> str:
    tidy = _REFUSED.sub("_", name)
    return tidy if tidy[:1].isalpha() else f"_{tidy}"
