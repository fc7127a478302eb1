"""The commands about the blackbox: `blackbox` and `blackbox keep`."""

import json
import re
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from seacorder.base.errors import BadRequest
from seacorder.cli.options import DEFAULT_URL, JsonOption, UrlOption

KEEP_SECONDS = 4 * 3600.0
"""How long keeping may take: where the files have to be copied to another disk, a long stretch takes its time."""
_AGO = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h)")
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_TIMES = "Write an instant such as 2026-05-04T03:02:01Z, `now`, or how long ago: 90s, 15min, 2h."
blackbox_app = typer.Typer(invoke_without_command=True, no_args_is_help=False)
TimeArgument = Annotated[
    str, typer.Argument(metavar="TIME", help="An instant, `now`, or how long ago: 90s, 15min, 2h.", show_default=False)
]


def add_to(app: typer.Typer) -> None:
    """Declares the commands."""
    app.add_typer(blackbox_app, name="blackbox", help="Show what the blackbox holds, or keep a stretch of it.")


@blackbox_app.callback()
def blackbox(context: typer.Context, url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """Show whether the blackbox records, and what it holds."""
    if context.invoked_subcommand is None:
        from seacorder.client.recorder import RecorderClient

        with RecorderClient(url) as recorder:
            answer = recorder.blackbox_json()
        print(json.dumps(answer) if as_json else "\n".join(lines_of(answer)))


@blackbox_app.command("keep")
def blackbox_keep(
    begin: TimeArgument, end: TimeArgument, url: UrlOption = DEFAULT_URL, as_json: JsonOption = False
) -> None:
    """Make a recording of a stretch of the blackbox. It stays, with its readings and its losses."""
    from seacorder.client.recorder import RecorderClient

    now = datetime.now().astimezone()
    instants = [read_time(text, now) for text in (begin, end)]
    with RecorderClient(url, timeout_seconds=KEEP_SECONDS) as recorder:
        kept = recorder.keep_of_blackbox(*instants)
    if as_json:
        print(json.dumps(kept))
        return
    print(f"Kept as recording {kept['recording_id']}: {', '.join(kept['channels'])}")
    print(f"  {kept['from_utc']} to {kept['to_utc']} (complete files)")
    made = "hard links, which take no room" if kept["is_linked"] else "copies"
    print(f"  {kept['files']} files ({made}), {kept['losses']} losses, in {kept['folder']}")


def read_time(text: str, now: datetime) -> str:
    """The instant as the recorder takes it. Without a time zone it is this computer's time. Raises BadRequest."""
    ago = _AGO.fullmatch(text.strip())
    try:
        if ago is not None:
            return (now - timedelta(seconds=float(ago[1]) * _SECONDS[ago[2]])).isoformat()
        if text.strip() == "now":
            return now.isoformat()
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo is not None else moment.astimezone()).isoformat()
    except (ValueError, OverflowError) as error:  # the second: years that no calendar has
        raise BadRequest(f"{text!r} is no time.", _TIMES) from error


def lines_of(answer: dict[str, Any]) -> list[str]:
    """What is printed of it."""
    used, limit = answer["bytes"] / 1e9, answer["max_bytes"] / 1e9
    lines = [f"Blackbox {answer['root']}: {used:.1f} of {limit:.1f} GB, {answer['files']} complete files"]
    if answer["why"] is not None:
        lines.append(f"  {answer['why']['fact']}")
    for channel in answer["channels"]:
        why = "" if channel["why"] is None else f": {channel['why']['fact']}"
        lines.append(f"  {channel['name']}: {'● recorded' if channel['is_recording'] else f'NOT recorded{why}'}")
        lines += [
            f"    {one['from_utc'][:19]}Z to {one['to_utc'][:19]}Z  {one['bytes'] / 1e9:.2f} GB"
            for one in answer["stretches"]
            if one["channel"] == channel["name"]
        ]
    return lines
