"""The commands about recordings as a whole: `recordings` with `remove`, `rules`, `missing` and `acknowledge`. What they
do is in `recordings` and `removal_rules`, which are imported when one runs."""

import sys
from typing import Annotated

import typer

from seacorder.cli import streams
from seacorder.cli.options import DEFAULT_URL, JsonOption, UrlOption

recordings_app = typer.Typer(invoke_without_command=True, no_args_is_help=False)


def add_to(app: typer.Typer) -> None:
    """Declares the commands."""
    app.add_typer(recordings_app, name="recordings", help="List recordings, remove one, or list what is missing.")


@recordings_app.callback()
def recordings(context: typer.Context, url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """List what was recorded, oldest first, and what was removed, by whom and when."""
    if context.invoked_subcommand is not None:
        return
    from seacorder.cli.recordings import list_recordings

    list_recordings(url, as_json=as_json)


@recordings_app.command("remove")
def recordings_remove(  # noqa: PLR0913, PLR0917 - one for each option
    recording: Annotated[
        str, typer.Argument(metavar="ID", help="Of the recording, as the list has it.", show_default=False)
    ],
    verified_copy: Annotated[
        str | None,
        typer.Option(metavar="FOLDER", help="A copy, on the recorder or a disk of it. It is compared first."),
    ] = None,
    without_a_copy: Annotated[
        bool, typer.Option("--without-a-copy", help="Remove it although no copy was verified. It is gone then.")
    ] = False,
    by: Annotated[str, typer.Option(metavar="NAME", help="Who removes it; else the user of this command.")] = "",
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """Remove a recording. Only after a copy of it was compared byte by byte, or with --without-a-copy.

    Exit code 1 if it was not removed.
    """
    from seacorder.cli.recordings import RemovalWanted, remove_recording

    said = (streams.as_meant(by), streams.as_meant(reason))
    copy = None if verified_copy is None else streams.as_meant(verified_copy)
    wanted = RemovalWanted(streams.as_meant(recording), copy, without_a_copy, *said, yes)
    sys.exit(0 if remove_recording(url, wanted, as_json=as_json) else 1)


@recordings_app.command("rules")
def recordings_rules(url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """Show what goes by itself, by the rules in [removal], what stays, and why. Removes nothing."""
    from seacorder.cli.removal_rules import show_rules

    show_rules(url, as_json=as_json)


@recordings_app.command("missing")
def recordings_missing(url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """List files that somebody has deleted or moved away by hand, and who knows it."""
    from seacorder.cli.recordings import list_missing

    list_missing(url, as_json=as_json)


@recordings_app.command("acknowledge")
def recordings_acknowledge(
    named: Annotated[
        str,
        typer.Argument(metavar="ID-OR-PATH", help="Of a recording, or of one missing file.", show_default=False),
    ],
    by: Annotated[str, typer.Option(metavar="NAME", help="Who knows it; else the user of this command.")] = "",
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """Say that files are missing on purpose. `seacorder check` does not call them missing any more."""
    from seacorder.cli.recordings import acknowledge

    acknowledge(url, streams.as_meant(named), streams.as_meant(by), as_json=as_json)
