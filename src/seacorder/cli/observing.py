"""The commands about observations: `observe`, `observations`, `observations revise`, `withdraw` and `export`. What they
do is in `observations`, which is imported when one runs."""

from pathlib import Path
from typing import Annotated

import typer

from seacorder.cli import streams
from seacorder.cli.options import DEFAULT_URL, JsonOption, UrlOption

FieldOption = Annotated[
    list[str] | None, typer.Option("--field", metavar="NAME=VALUE", help="A field of the kind. May be repeated.")
]
AuthorOption = Annotated[str, typer.Option(metavar="NAME", help="Who says so; else the operator of the context.")]
ReasonOption = Annotated[str, typer.Option(metavar="TEXT", help="Why.")]
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="Of the observation, as the list has it.", show_default=False)
]
observations_app = typer.Typer(invoke_without_command=True, no_args_is_help=False)


def add_to(app: typer.Typer) -> None:
    """Declares the commands."""
    app.command()(observe)
    app.add_typer(observations_app, name="observations", help="List, change or export what was observed.")


def observe(  # noqa: PLR0913, PLR0917 - one for each option
    code: Annotated[str, typer.Argument(metavar="CODE", help="Code of the kind, such as AN.", show_default=False)],
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="What is to be said about it.")] = "",
    fields: FieldOption = None,
    author: AuthorOption = "",
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="An instant of the past, such as 2026-05-04T03:02:01Z.")
    ] = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """Note what is seen now. A free span or another span begins, and ends with the next `observe` of its code."""
    from seacorder.cli.observations import Noted, observe_now

    noted = Noted(streams.as_meant(code), streams.as_meant(text), tuple(fields or ()), streams.as_meant(author), at)
    observe_now(url, noted, as_json=as_json)


FromOption = Annotated[str | None, typer.Option("--from", metavar="TIME", help="That end at or after this time.")]
ToOption = Annotated[str | None, typer.Option("--to", metavar="TIME", help="That begin before this time.")]
KindOption = Annotated[str | None, typer.Option("--kind", metavar="CODE", help="Of this kind.")]
TextOption = Annotated[str | None, typer.Option("--text", metavar="WORDS", help="In which these words occur.")]
DiveOption = Annotated[str | None, typer.Option("--dive", metavar="DIVE", help="Of this dive.")]
OfRecordingOption = Annotated[str | None, typer.Option("--recording", metavar="ID", help="Of this recording.")]


@observations_app.callback()
def observations(  # noqa: PLR0913, PLR0917 - one for each option
    context: typer.Context,
    begin: FromOption = None,
    end: ToOption = None,
    kind: KindOption = None,
    text: TextOption = None,
    dive: DiveOption = None,
    recording: OfRecordingOption = None,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """List what was observed, oldest first."""
    if context.invoked_subcommand is not None:
        return
    from seacorder.cli.observations import ObservationsWanted, list_observations

    list_observations(url, ObservationsWanted(begin, end, kind, text, dive, recording), as_json=as_json)


@observations_app.command("revise")
def observations_revise(  # noqa: PLR0913, PLR0917 - one for each option
    observation_id: IdArgument,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="What is to be said about it instead.", show_default=False)
    ] = None,
    fields: FieldOption = None,
    author: AuthorOption = "",
    reason: ReasonOption = "",
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """Change the text or fields of an observation. What was there before stays in its history."""
    from seacorder.cli.observations import Changed, change_observation

    said = None if text is None else streams.as_meant(text)
    changed = Changed(said, tuple(fields or ()), streams.as_meant(author), streams.as_meant(reason))
    change_observation(url, observation_id, "revise", changed, as_json=as_json)


@observations_app.command("withdraw")
def observations_withdraw(
    observation_id: IdArgument,
    reason: ReasonOption = "",
    author: AuthorOption = "",
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """Mark an observation as withdrawn, because it was a mistake. It stays, and its number is not used again."""
    from seacorder.cli.observations import Changed, change_observation

    changed = Changed(author=streams.as_meant(author), reason=streams.as_meant(reason))
    change_observation(url, observation_id, "withdraw", changed, as_json=as_json)


@observations_app.command("export")
def observations_export(  # noqa: PLR0913, PLR0917 - one for each option
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Ends with .csv, .xlsx, .json or .geojson.", show_default=False)
    ],
    begin: FromOption = None,
    end: ToOption = None,
    kind: KindOption = None,
    text: TextOption = None,
    dive: DiveOption = None,
    recording: OfRecordingOption = None,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Write what was observed into a file, for a spreadsheet, a report or a map. Overwrites none."""
    from seacorder.cli.observations import ObservationsWanted, export_observations

    export_observations(url, file, ObservationsWanted(begin, end, kind, text, dive, recording))
