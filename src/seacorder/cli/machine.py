"""What this machine has to record with: `encoders`, each tried by encoding with it; `inputs`, as settings name them.

Each command imports what it needs by itself: `inputs` loads FFmpeg's libraries, `encoders` the supervisor of workers.
"""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from seacorder.model.encoders import BY_NAME
from seacorder.model.report import EncoderTried

if TYPE_CHECKING:
    from seacorder.inputs.ffmpeg.discovery import FoundInput, FoundInputs

ENCODERS_SECONDS_MAX = 120.0
"""How long trying all encoders may take."""
_KINDS = (
    ("cameras", "Capture cards and USB cameras", "input of a [[channels]] table"),
    ("screens", "Screens", "input of a [[channels]] table"),
    ("sound", "Sound", "input of [audio]"),
)


def show_encoders(*, as_json: bool) -> None:
    """Prints every known encoder and whether it can be used. Raises NotPossible when that cannot be found out."""
    import asyncio

    trials = asyncio.run(_trials())
    if as_json:
        print(json.dumps([_encoder_row(trial) for trial in trials], indent=2))
    else:
        _print_encoders(trials)


async def _trials() -> tuple[EncoderTried, ...]:
    from seacorder.control.workers.encoder_probe import EncoderProbe
    from seacorder.supervisor.supervisor import Supervisor
    from seacorder.supervisor.worker import Callbacks

    return await EncoderProbe(Supervisor(Callbacks()), ENCODERS_SECONDS_MAX).trials()


def _encoder_row(trial: EncoderTried) -> dict[str, object]:
    encoder = BY_NAME[trial.name]
    return {
        "name": encoder.name,
        "short_name": encoder.short_name or None,
        "codec": encoder.codec,
        "is_hardware": encoder.is_hardware,
        "runs_on": encoder.runs_on,
        "is_usable": trial.is_usable,
        "sentence": trial.sentence,
    }


def _print_encoders(trials: tuple[EncoderTried, ...]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("encoder", "short", "codec", "runs on", "usable"):
        table.add_column(column, no_wrap=column != "usable")
    for trial in sorted(trials, key=lambda one: not one.is_usable):
        encoder = BY_NAME[trial.name]
        usable = Text("yes", style="green") if trial.is_usable else Text(f"no: {trial.sentence}")
        table.add_row(encoder.name, encoder.short_name, encoder.codec_name, encoder.runs_on, usable)
    Console(highlight=False).print(table)


def list_inputs(*, as_json: bool) -> None:
    """Prints capture cards, screens and sound inputs, each with the address for the settings file."""
    from seacorder.inputs.ffmpeg.discovery import find_inputs

    found = find_inputs()
    print(json.dumps(asdict(found), indent=2, ensure_ascii=False) if as_json else "\n".join(told(found)))


def told(found: "FoundInputs") -> list[str]:
    """The lines that people read."""
    lines: list[str] = []
    for kind, title, place in _KINDS:
        inputs: tuple[FoundInput, ...] = getattr(found, kind)
        lines.append(f"{title}: {'none found.' if not inputs else place}")
        for one in inputs:
            lines.append(f"  {one.address}    {one.name}".rstrip())
            lines += [f"      format={offer.name}: {', '.join(map(str, offer.sizes))}" for offer in one.offers]
            lines += [f"      {one.fault}"] if one.fault else []
    return lines
