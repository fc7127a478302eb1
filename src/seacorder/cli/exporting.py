"""The commands about bags: `export recording`, `stretch` and `observation`. What they do is in `export`, which is
imported when one runs."""

from pathlib import Path
from typing import Annotated

import typer

from seacorder.cli import streams
from seacorder.cli.options import DEFAULT_URL, UrlOption

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="Ends with .zip.", show_default=False)]
ChannelOption = Annotated[
    list[str] | None, typer.Option("--channel", metavar="NAME", help="Of this channel alone. May be repeated.")
]
BeforeOption = Annotated[str | None, typer.Option(metavar="SECONDS", help="Video before its begin; 10 if not said.")]
AfterOption = Annotated[str | None, typer.Option(metavar="SECONDS", help="Video after its end; 10 if not said.")]
export_app = typer.Typer(no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Declares the commands."""
    text = "Hand over what was recorded. As one ZIP file, with checksums: a BagIt bag."
    app.add_typer(export_app, name="export", help=text)


@export_app.command("recording")
def export_recording(
    recording: Annotated[str, typer.Argument(metavar="ID", help="Of the recording.", show_default=False)],
    file: FileArgument,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Write a whole recording into a ZIP file, with its complete folder. Overwrites none."""
    from seacorder.cli.export import write_bag

    write_bag(url, file, "recording", recording, {})


@export_app.command("stretch")
def export_stretch(
    begin: Annotated[
        str, typer.Argument(metavar="FROM", help="Such as 2026-05-04T03:02:01Z.", show_default=False)
    ],
    end: Annotated[str, typer.Argument(metavar="TO", help="The first instant not wanted.", show_default=False)],
    file: FileArgument,
    channels: ChannelOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Write what lies between two instants into a ZIP file: all channels, cut without encoding. Overwrites none."""
    from seacorder.cli.export import write_bag

    write_bag(url, file, "stretch", "", {"from": begin, "to": end, "channel": _meant(channels)})


@export_app.command("observation")
def export_observation(
    observation: Annotated[
        str, typer.Argument(metavar="ID", help="Of the observation, as the list has it.", show_default=False)
    ],
    file: FileArgument,
    before: BeforeOption = None,
    after: AfterOption = None,
    channels: ChannelOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Write an observation into a ZIP file, with its files and all channels around it. Overwrites none."""
    from seacorder.cli.export import write_bag

    around = {"before_seconds": before, "after_seconds": after}
    given = {name: value for name, value in around.items() if value is not None}
    write_bag(url, file, "observation", observation, {**given, "channel": _meant(channels)})


def _meant(channels: list[str] | None) -> list[str]:
    return list(map(streams.as_meant, channels or []))
