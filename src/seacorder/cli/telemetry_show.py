"""`telemetry show`: the sources of survey data and the newest readings, renewed until Ctrl-C."""

import json
import sys
from collections.abc import Mapping
from typing import Any

from seacorder.base.clock import NS_PER_SECOND
from seacorder.cli.live import show_live
from seacorder.client.recorder import RecorderClient
from seacorder.model.reading import ReadingState
from seacorder.model.source_clock import difference_text

COUNTERS = {
    "noise_bytes": "bytes of noise",
    "bad_checksums": "bad checksums",
    "wrong_fields": "wrong field counts",
    "wrong_types": "wrong types",
    "out_of_range": "out of range",
    "unknown_records": "unknown records",
    "dropped_datagrams": "datagrams lost, which came faster than they were read",
    "time_steps_back": "steps back of its time",
}
"""What is shown of a source when it is not 0."""


def show_telemetry(url: str, *, once: bool, as_json: bool) -> None:
    """Prints both, once or live until Ctrl-C. Raises InspectorError when nobody answers at first."""
    with RecorderClient(url, timeout_seconds=5) as recorder:
        if as_json:
            found = {"telemetry": recorder.telemetry_json(), "readings": recorder.readings_json()}
            print(json.dumps(found, indent=2))
        elif once or not sys.stdout.isatty():  # a table that is redrawn makes sense only in a terminal
            print("\n".join(lines_of(recorder.telemetry_json(), recorder.readings_json())))
        else:
            _live(recorder)


def _live(recorder: RecorderClient) -> None:
    from rich.text import Text

    show_live(lambda _: Text("\n".join(lines_of(recorder.telemetry_json(), recorder.readings_json()))))


def lines_of(telemetry: Mapping[str, Any], readings: Mapping[str, Any]) -> list[str]:
    """What is printed, out of the answers of `/api/v1/telemetry` and `/api/v1/readings`. Pure."""
    if not telemetry["items"]:
        return ["There are no sources of survey data. Write a [[telemetry]] table into the settings file."]
    lines = [line for source in telemetry["items"] for line in _source_lines(source)]
    lines.append("")
    width = max((len(one["name"]) for one in readings["items"]), default=0)
    lines += [_reading_line(one, width) for one in readings["items"]]
    return lines


def _source_lines(source: Mapping[str, Any]) -> list[str]:
    counts = [f"{source['records']:,} records"]
    counts += [f"{source[name]:,} {text}" for name, text in COUNTERS.items() if source[name]]
    if source["clock_difference_seconds"] is not None:
        counts.append(f"clock {difference_text(round(source['clock_difference_seconds'] * NS_PER_SECOND))}")
    lines = [f"{source['name']}  {source['address']}  {source['state']}  {', '.join(counts)}"]
    if source["why"] is not None:
        lines.append(f"    {source['why']['fact']} {source['why']['action']}".rstrip())
    if source["refusal"]:
        lines.append(f"    Refused last: {source['refusal']}")
    if source["definitions_refused"]:
        lines.append(f"    Not used any more, because they took too long: {', '.join(source['definitions_refused'])}")
    return lines


def _reading_line(reading: Mapping[str, Any], width: int) -> str:
    value = reading["value"]
    if reading["state"] == ReadingState.NONE:
        shown = "---"
    elif isinstance(value, float | int):
        shown = f"{value:.9g} {reading['unit']}".rstrip()
    else:
        shown = str(value)
    return (
        f"  {reading['name']:{width}}  {shown:18}  {reading['state']:5}  {reading['age_seconds']:7.1f} s ago  "
        f"{reading['source']}"
    )
