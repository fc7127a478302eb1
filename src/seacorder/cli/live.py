"""A table in a terminal that is asked for and drawn again and again, until Ctrl-C."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from seacorder.client.errors import InspectorError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType  # at run time only where something is drawn

REFRESH_SECONDS = 0.5


def show_live(draw: "Callable[[Console], RenderableType]") -> None:
    """Shows what `draw` returns, anew every REFRESH_SECONDS, and instead of it why the recorder does not answer.

    Raises InspectorError when it does not answer at first.
    """
    from rich.console import Console
    from rich.live import Live

    from seacorder.cli.status_table import unreachable

    console = Console(highlight=False)
    shown = draw(console)
    try:
        with Live(shown, console=console, auto_refresh=False) as live:
            while True:
                time.sleep(REFRESH_SECONDS)
                try:
                    shown = draw(console)
                except InspectorError as error:
                    shown = unreachable(error.message)
                live.update(shown, refresh=True)
    except KeyboardInterrupt:
        return
