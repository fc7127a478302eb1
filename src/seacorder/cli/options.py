"""Options that several commands have, and the address of a recorder that runs with its default settings."""

from pathlib import Path
from typing import Annotated

import typer

from seacorder.config.reserved import CONFIG_VARIABLE, URL_VARIABLE

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", metavar="FILE", envvar=CONFIG_VARIABLE, show_envvar=True,
        help="The settings file. Without it Seacorder looks in the usual places.",
    ),
]
UrlOption = Annotated[
    str,
    typer.Option("--url", "-u", metavar="URL", envvar=URL_VARIABLE, help="Address of the running Seacorder."),
]
OnceOption = Annotated[bool, typer.Option("--once", help="Print it once and end.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
OfUserOption = Annotated[bool, typer.Option("--user", help="A service of your own user, without root's rights.")]
ServiceNameOption = Annotated[str, typer.Option(metavar="NAME", help="Name of the service.")]
DEFAULT_URL = "http://127.0.0.1:13000"
