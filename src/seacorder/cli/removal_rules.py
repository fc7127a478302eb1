"""`recordings rules`: what a running recorder removes by itself, what stays, and why. Nothing is removed by asking."""

import json
from collections.abc import Mapping
from typing import Any

from seacorder.base.duration import large_count_text
from seacorder.client.recorder import RecorderClient

_LIMITS = {
    "older_than_days": "older than {:g} days",
    "keep_at_most_bytes": "above {:,} bytes together",
    "keep_free_bytes": "with less than {:,} bytes free on a disk",
}


def show_rules(url: str, *, as_json: bool) -> None:
    """Prints it. Raises InspectorError when nobody answers."""
    with RecorderClient(url) as recorder:
        rules = recorder.removal_rules()
    print(json.dumps(rules, indent=2) if as_json else "\n".join(lines_of(rules)))


def lines_of(rules: Mapping[str, Any]) -> list[str]:
    """What is printed, out of the answer of `/api/v1/removals/rules`. Pure."""
    if not rules["is_on"]:
        return ["Nothing is removed by itself: the settings file has no limit in [removal]."]
    limits = ", or ".join(text.format(rules[key]) for key, text in _LIMITS.items() if rules[key])
    copies = large_count_text(rules["copies"], "verified copy", "verified copies")
    held = f"All recordings have {rules['held_bytes']:,} bytes."
    lines = [f"Recordings go by themselves {limits}, once {copies} were compared. {held}"]
    if rules["clock"] is not None:
        lines.append(f"{rules['clock']['fact']} {rules['clock']['action']}".rstrip())
    if rules["ages_count_from_utc"] is not None:
        lines.append(f"The clock was changed: ages count from {rules['ages_count_from_utc'][:19]}Z on at the earliest.")
    if rules["removing"] is not None:
        lines.append(f"{rules['removing']} is being compared with its copies, and goes then.")
    lines += [line for one in rules["items"] for line in _lines_of(one)]
    if not rules["items"]:
        lines.append("Nothing is to go now.")
    return lines


def _lines_of(one: Mapping[str, Any]) -> list[str]:
    hindrance = one["hindrance"]
    lines = [f"{'STAYS' if hindrance else 'goes '}  {one['recording_id']}  {one['bytes']:,} bytes  {one['why']}"]
    return [*lines, f"       {hindrance['fact']} {hindrance['action']}".rstrip()] if hindrance else lines
