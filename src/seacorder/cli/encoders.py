"""`encoders`: which encoders this machine has, each tried by encoding with it."""

import asyncio
import json

from seacorder.control.workers.encoder_probe import EncoderProbe
from seacorder.model.encoders import BY_NAME
from seacorder.model.report import EncoderTried
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.worker import Callbacks

LIMIT_SECONDS = 120.0


def show_encoders(*, as_json: bool) -> None:
    """Prints every known encoder and whether it can be used. Raises NotPossible when that cannot be found out."""
    trials = asyncio.run(_trials())
    if as_json:
        print(json.dumps([_row(trial) for trial in trials], indent=2))
    else:
        _print_table(trials)


async def _trials() -> tuple[EncoderTried, ...]:
    return await EncoderProbe(Supervisor(Callbacks()), LIMIT_SECONDS).trials()


def _row(trial: EncoderTried) -> dict[str, object]:
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


def _print_table(trials: tuple[EncoderTried, ...]) -> None:
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
