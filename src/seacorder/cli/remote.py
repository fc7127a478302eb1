"""Commands to a running recorder: `ping`, `status`, `start`, `stop`, `clip`, `grab`, `overlay`, `context`."""

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Mapping

from seacorder.base.errors import BadRequest
from seacorder.base.redaction import redact_address
from seacorder.cli.live import show_live
from seacorder.client.answers import Outcome
from seacorder.client.errors import InspectorError
from seacorder.client.inspector import InspectorClient
from seacorder.client.recorder import RecorderClient

NO_FILE = "there was no file to finish"
"""Printed for a channel of which nothing was being stored: its stop counts as done, and no file is to be waited for."""

_COMMANDS: dict[str, tuple[Callable[[RecorderClient], Outcome], str, str]] = {
    "start": (RecorderClient.start_recording, "Recording", "Nothing was started"),
    "stop": (RecorderClient.stop_recording, "Recording stopped", "Nothing was being recorded"),
    "clip start": (RecorderClient.start_clip, "Clip", "No clip was started"),
    "clip stop": (RecorderClient.stop_clip, "Clip stopped", "No clip was being recorded"),
    "grab": (RecorderClient.take_framegrab, "Framegrab", "No framegrab was taken"),
}
"""By command: what is called, and what is printed when it is done and when there was nothing to do."""


def ping_recorder(url: str) -> None:
    """Prints how long the answer took. Raises InspectorError when there is none."""
    with InspectorClient(url, timeout_seconds=5) as inspector:
        begun = time.perf_counter()
        if not inspector.ping():
            raise InspectorError(
                f"What answers at {url} is not a Seacorder that takes commands.", "Check host and port."
            )
        elapsed_ms = (time.perf_counter() - begun) * 1000
    print(f"Seacorder at {url} takes commands ({elapsed_ms:.0f} ms).")


def command_all(url: str, name: str, *, as_json: bool) -> bool:
    """Sends a command to all channels and prints each one's result. True when no channel failed."""
    call, done, idle = _COMMANDS[name]
    with RecorderClient(url) as recorder:
        outcome = call(recorder)
    if as_json:
        print(json.dumps(dataclasses.asdict(outcome)))
    else:
        _print_outcome(outcome, done, f"{idle} at {redact_address(url)}.")
    return all(channel.ok for channel in outcome.channels)


def _print_outcome(outcome: Outcome, done: str, idle: str) -> None:
    if not outcome.id and all(channel.ok for channel in outcome.channels):
        print(idle)
        return
    print(f"{done} {outcome.id} at {outcome.instant_utc}".replace("  ", " "))
    for channel in outcome.channels:
        done_on = f"{channel.achieved_utc or ''}  {channel.path or ''}".strip() or NO_FILE
        told = done_on if channel.ok else channel.message.text
        print(f"  {channel.channel}: {'ok' if channel.ok else 'FAILED'}  {told}".rstrip())


def show_overlay(url: str, text: str | None, *, clear: bool, as_json: bool) -> None:
    """Sets the text over all pictures, takes it away, or only says which it is; raises BadRequest for both at once."""
    if clear and text is not None:
        raise BadRequest("A text and --clear contradict each other.", "Give one of them.")
    with RecorderClient(url) as recorder:
        if clear:
            answer = recorder.clear_overlay()
        else:
            answer = recorder.overlay() if text is None else recorder.set_overlay(text.replace("\\n", "\n"))
    if as_json:
        print(json.dumps(dataclasses.asdict(answer)))
    elif answer.text:
        print(f"Since {answer.since_utc}:\n{answer.text}")
    else:
        print("No text is shown over the pictures.")


def show_context(url: str, changes: Mapping[str, str], *, clear: bool, as_json: bool) -> None:
    """Changes the context, empties it, or only says which it is; raises BadRequest for the first two at once."""
    if clear and changes:
        raise BadRequest("A value and --clear contradict each other.", "Give one of them.")
    with RecorderClient(url) as recorder:
        if clear:
            answer = recorder.clear_context()
        else:
            answer = recorder.change_context(changes) if changes else recorder.context()
    if as_json:
        print(json.dumps(answer))
        return
    for name, text in answer.items():
        print(f"{name:<10} {text or '-'}")


def show_status(url: str, *, once: bool, as_json: bool) -> None:
    """Prints the status, once or live until Ctrl-C. Raises InspectorError when nobody answers at first."""
    with RecorderClient(url, timeout_seconds=5) as recorder:
        if as_json:
            print(json.dumps(recorder.status_json(), indent=2))
        elif once or not sys.stdout.isatty():  # a table that is redrawn makes sense only in a terminal
            _print_once(recorder)
        else:
            _live(recorder)


def _print_once(recorder: RecorderClient) -> None:
    from rich.console import Console

    from seacorder.cli.status_table import picture_of

    console = Console(highlight=False)
    console.print(picture_of(recorder.status(), width=console.width))


def _live(recorder: RecorderClient) -> None:
    from seacorder.cli.status_table import picture_of

    show_live(lambda console: picture_of(recorder.status(), width=console.width, height=console.height))
