"""`seacorder inputs`: what can be recorded here, and how the settings call it."""

import json
from dataclasses import asdict

from seacorder.inputs.ffmpeg.discovery import FoundInput, FoundInputs, find_inputs

_KINDS = (
    ("cameras", "Capture cards and USB cameras", "input of a [[channels]] table"),
    ("screens", "Screens", "input of a [[channels]] table"),
    ("sound", "Sound", "input of [audio]"),
)


def list_inputs(*, as_json: bool) -> None:
    """Prints them."""
    found = find_inputs()
    print(json.dumps(asdict(found), indent=2, ensure_ascii=False) if as_json else "\n".join(told(found)))


def told(found: FoundInputs) -> list[str]:
    """Lines for people."""
    lines: list[str] = []
    for kind, title, place in _KINDS:
        inputs: tuple[FoundInput, ...] = getattr(found, kind)
        lines.append(f"{title}: {'none found.' if not inputs else place}")
        for one in inputs:
            lines.append(f"  {one.address}    {one.name}".rstrip())
            lines += [f"      format={offer.name}: {', '.join(map(str, offer.sizes))}" for offer in one.offers]
            lines += [f"      {one.fault}"] if one.fault else []
    return lines
