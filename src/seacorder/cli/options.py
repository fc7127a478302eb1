"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from seacorder.config.reserved import CONFIG_VARIABLE, URL_VARIABLE

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="FILE", envvar=CONFIG_VARIABLE, show_envvar=True,
        help="Settings file; without it the default places are looked at.",
    ),
]
UrlOption = Annotated[
    str,
    typer.Option("--url", "-u", metavar="URL", envvar=URL_VARIABLE, help="The recorder's Inspector service."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
OfUserOption = Annotated[bool, typer.Option("--user", help="A service of your own instead of the system's.")]
ServiceNameOption = Annotated[str, typer.Option(metavar="NAME", help="The service's name.")]
DEFAULT_URL = "http://127.0.0.1:13000"
