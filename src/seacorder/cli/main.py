"""The command line: every command with its arguments, and the exit codes. What a command does is imported when it runs.

Exit codes: 0 done · 1 it failed, or what was looked at is not in order · 2 the command or the settings cannot be used ·
3 a fault in the program ended it (the guardian then starts it again).
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from seacorder import __version__
from seacorder.base.errors import BadRequest, SeacorderError, SettingsError
from seacorder.base.message import Message
from seacorder.cli import access, blackbox, copying, exporting, keeping, observing, streams
from seacorder.cli.options import (
    DEFAULT_URL,
    ConfigOption,
    JsonOption,
    OfUserOption,
    OnceOption,
    ServiceNameOption,
    UrlOption,
)
from seacorder.config.reserved import URL_VARIABLE

FAILED = 1
CANNOT_BE_USED = 2

app = typer.Typer(
    name="seacorder",
    help="Records inspection cameras without losing a frame. To try it without a camera: `seacorder serve --demo`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
clip_app = typer.Typer(help="Start or stop a clip. An extra file beside the recording.", no_args_is_help=True)
app.add_typer(clip_app, name="clip")
settings_app = typer.Typer(help="Show the settings, or take back what programs have set.", no_args_is_help=True)
app.add_typer(settings_app, name="settings")
catalogue_app = typer.Typer(help="Look after the list of recordings (catalogue).", no_args_is_help=True)
app.add_typer(catalogue_app, name="catalogue")
telemetry_app = typer.Typer(help="Look at survey data: depth, heading, position.", no_args_is_help=True)
app.add_typer(telemetry_app, name="telemetry")
service_app = typer.Typer(help="Start Seacorder with the computer (Linux with systemd).", no_args_is_help=True)
app.add_typer(service_app, name="service")
observing.add_to(app)
exporting.add_to(app)
copying.add_to(app)
access.add_to(app)
blackbox.add_to(app)
keeping.add_to(app)


def main() -> None:
    """The `seacorder` command. Ends the process."""
    streams.make_fit()
    code = _run()
    why = streams.flushed()
    sys.exit(_unprinted(why, code or FAILED) if why else code)


def _run() -> int:
    """The exit code."""
    try:
        app()
    except SettingsError as error:
        return _complain(*error.faults, code=CANNOT_BE_USED)
    except BadRequest as error:
        return _complain(error.message, code=CANNOT_BE_USED)
    except SeacorderError as error:
        return _complain(error.message, code=FAILED)
    except SystemExit as ended:
        return int(ended.code or 0)
    except OSError:
        if why := streams.flushed():
            return _unprinted(why, FAILED)
        raise
    return 0


def _unprinted(why: str, code: int) -> int:
    return _complain(Message(f"Standard output cannot be written ({why})."), code=code)


def _complain(*messages: Message, code: int) -> int:
    for message in messages:
        streams.complain(message)
    return code


def _version(wanted: bool) -> None:
    if wanted:
        print(f"seacorder {__version__}")
        raise typer.Exit


@app.callback()
def seacorder(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Records inspection cameras without losing a frame. To try it without a camera: `seacorder serve --demo`."""


@app.command()
def serve(  # noqa: PLR0913, PLR0917 - one for each option
    config: ConfigOption = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Four channels with a test pattern. Needs no settings file.")
    ] = False,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Address to listen on, instead of [server] host.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=1, max=65535, help="Port of the page, instead of [server] inspector_port."),
    ] = None,
    integration_port: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=1, max=65535, help="The same for [server] integration_port."),
    ] = None,
    root: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder for recordings, instead of [storage] root.")
    ] = None,
    no_guardian: Annotated[
        bool, typer.Option("--no-guardian", help="Without the watchdog, which starts Seacorder again after a crash.")
    ] = False,
) -> None:
    """Run Seacorder. It takes commands until Ctrl-C, which finishes every file; a second Ctrl-C ends at once."""
    from seacorder.supervisor import guardian

    if guardian.is_possible() and not no_guardian:
        guardian.become_guardian(sys.argv[1:])
    pipes = os.environ.pop(guardian.PIPES_VARIABLE, "").split()
    ended = os.environ.pop(guardian.ENDED_VARIABLE, "")
    from seacorder.cli.overrides import Overrides, start_for
    from seacorder.cli.serve import GuardianEnds, run

    start = start_for(config, Overrides(host, port, integration_port, root), demo=demo)
    held = GuardianEnds(int(pipes[0]), int(pipes[1]), ended) if pipes else None
    sys.exit(run(start, held))


@app.command("check-config")
def check_config(config: ConfigOption = None) -> None:
    """Check the settings file. Says what it means, or lists every mistake in it. Starts nothing."""
    from seacorder.cli.settings import check_settings

    check_settings(config)


@settings_app.command("show")
def settings_show(url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """Show the settings in effect. Where a program has set another value than the settings file, it shows both."""
    from seacorder.cli.settings import show_settings

    show_settings(url, as_json=as_json)


@settings_app.command("reset")
def settings_reset(
    keys: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY…]", help="Keys, such as recording.split_time_minutes.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that programs have set.")] = False,
    url: UrlOption = DEFAULT_URL,
) -> None:
    """Take back what programs have set. The values of the settings file are in effect again."""
    from seacorder.cli.settings import reset_settings

    reset_settings(url, list(map(streams.as_meant, keys or [])), everything=everything)


@app.command()
def encoders(as_json: JsonOption = False) -> None:
    """List the video encoders of this computer. Tries each, and says why one cannot be used."""
    from seacorder.cli.machine import show_encoders

    show_encoders(as_json=as_json)


@app.command("config-sample")
def config_sample() -> None:
    """Print a settings file to start from. Every key has a comment."""
    from seacorder.config.sample import SAMPLE

    print(SAMPLE, end="")


@app.command()
def check(
    config: ConfigOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Check what `serve --demo` recorded.")] = False,
    root: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Check this folder. Needs no settings file.")
    ] = None,
    decode: Annotated[
        bool, typer.Option("--decode", help="Decode every frame too. Finds more, and takes much longer.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check what was recorded. Reads every file and compares it with the list of recordings (catalogue).

    Exit code 1 if anything does not agree.
    """
    from seacorder.cli.overrides import storage_for

    storage = storage_for(config, root, demo=demo)
    from seacorder.cli.check import check_recordings

    sys.exit(0 if check_recordings(storage, decodes=decode, as_json=as_json) else FAILED)


@app.command()
def verify(
    folder: Annotated[
        str,
        typer.Argument(metavar="FOLDER", help="A recorded folder, one above several, or s3://BUCKET/FOLDER.",
                       show_default=False),
    ],
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="The recorder's public key, or its file signing.pub.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a recorded folder, or a copy of it. By its manifest and signature; needs nothing else, on any computer.

    Exit code 1 if anything is not as it was recorded.
    """
    from seacorder.cli.verify import verify as verify_folders

    sys.exit(0 if verify_folders(folder, key=key, as_json=as_json) else FAILED)


@app.command()
def repair(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help="Video files that were cut off or damaged.", show_default=False),
    ],
) -> None:
    """Repair video files that were cut off or damaged. A file is replaced only when its repair is verified."""
    from seacorder.cli.repair import repair_files

    sys.exit(0 if repair_files(files) else FAILED)


@catalogue_app.command("rebuild")
def catalogue_rebuild(
    config: ConfigOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Rebuild the list of `serve --demo`.")] = False,
    root: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Read this folder. Needs no settings file.")
    ] = None,
) -> None:
    """Rebuild the list of recordings (catalogue) from the recorded files. Stop Seacorder first."""
    from seacorder.cli.overrides import storage_for

    storage = storage_for(config, root, demo=demo)
    from seacorder.cli.repair import rebuild_catalogue

    rebuild_catalogue(storage)


@app.command("accept-volume", hidden=True)  # its earlier name
@app.command("accept-disk")
def accept_disk(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="The storage root or fallback root.", show_default=False)
    ],
) -> None:
    """Let files go to the disk that FOLDER is on now. After a disk was unmounted or exchanged."""
    from seacorder.cli.volumes import accept

    accept(folder)


@app.command()
def inputs(as_json: JsonOption = False) -> None:
    """List capture cards, cameras, screens and microphones. Prints each one's address for the settings file."""
    from seacorder.cli.machine import list_inputs

    list_inputs(as_json=as_json)


@app.command()
def ping(url: UrlOption = DEFAULT_URL) -> None:
    """Ask whether Seacorder takes commands."""
    from seacorder.cli.remote import ping_recorder

    ping_recorder(url)


@app.command()
def status(
    url: UrlOption = DEFAULT_URL,
    once: OnceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what is recorded and what is wrong. Channels, disk and alarms, renewed until Ctrl-C."""
    from seacorder.cli.remote import show_status

    show_status(url, once=once, as_json=as_json)


@app.command("support-bundle")
def support_bundle(  # noqa: PLR0913, PLR0917 - one for each option
    config: ConfigOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Of `serve --demo`; needs no settings file.")] = False,
    url: Annotated[
        str | None,
        typer.Option(
            "--url", "-u", metavar="URL", envvar=URL_VARIABLE,
            help="Address of the running Seacorder; without it the one that the settings name.",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write this file; none is overwritten.")
    ] = None,
    name: ServiceNameOption = "seacorder",
    user: OfUserOption = False,
    try_encoders: Annotated[
        bool, typer.Option("--try-encoders", help="Try the encoders, although a recording is on or may be on.")
    ] = False,
) -> None:
    """Make one file for whoever helps you. Version, settings, status, log, this computer; no passwords."""
    from datetime import UTC, datetime

    from seacorder.cli import support_bundle as bundle

    bundle.be_gentle()
    bundle.make_bundle(bundle.BundleWish(config, url, output, name, user, demo, try_encoders), datetime.now(UTC))


@app.command()
def start(url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """Start recording. On all channels at one instant; one without a picture joins when its picture comes."""
    _command(url, "start", as_json=as_json)


@app.command()
def stop(url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """Stop recording. Ends when every file is complete and on disk, which can take half a minute."""
    _command(url, "stop", as_json=as_json)


@clip_app.command("start")
def clip_start(url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """Start a clip. Of every live channel, from some seconds before now on (preroll_seconds)."""
    _command(url, "clip start", as_json=as_json)


@clip_app.command("stop")
def clip_stop(url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """Stop the clip. Ends when its files are complete and on disk."""
    _command(url, "clip stop", as_json=as_json)


@app.command()
def grab(url: UrlOption = DEFAULT_URL, as_json: JsonOption = False) -> None:
    """Take a framegrab. One frame of every live channel, all of the same instant, as JPEG files."""
    _command(url, "grab", as_json=as_json)


@app.command()
def losses(
    recording: Annotated[
        str | None, typer.Option(metavar="ID", help="Of this recording, instead of the running or last one.")
    ] = None,
    of_all: Annotated[bool, typer.Option("--all", help="Of everything that was recorded.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a report.")] = False,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """List what is missing from a recording. Frames that are in no file, with times, number and cause."""
    from seacorder.cli.loss_table import show_losses

    show_losses(url, recording, of_all=of_all, as_csv=as_csv, as_json=as_json)


@app.command()
def overlay(
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT]", help="The text; \\n begins a new line. Without it: prints what is shown now."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Remove the text.")] = False,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """Show a text over the pictures. On all channels, from one instant on."""
    from seacorder.cli.remote import show_overlay

    show_overlay(url, None if text is None else streams.as_meant(text), clear=clear, as_json=as_json)


@app.command()
def context(  # noqa: PLR0913, PLR0917 - one for each option
    project: Annotated[str | None, typer.Option(metavar="TEXT", help="The project, or the client's job.")] = None,
    dive: Annotated[str | None, typer.Option(metavar="TEXT", help="The dive's number or name.")] = None,
    task: Annotated[str | None, typer.Option(metavar="TEXT", help="What is done.")] = None,
    component: Annotated[str | None, typer.Option(metavar="TEXT", help="What is inspected.")] = None,
    operator: Annotated[str | None, typer.Option(metavar="TEXT", help="Who operates.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Empty every field.")] = False,
    url: UrlOption = DEFAULT_URL,
    as_json: JsonOption = False,
) -> None:
    """Say what is recorded. Project, dive, task, component, operator; they stay, and stand in every new file.

    An empty text takes a field away. Without options: prints them.
    """
    from seacorder.cli.remote import show_context

    given = {"project": project, "dive": dive, "task": task, "component": component, "operator": operator}
    changes = {name: streams.as_meant(text) for name, text in given.items() if text is not None}
    show_context(url, changes, clear=clear, as_json=as_json)


@telemetry_app.command("try")
def telemetry_try(
    definition: Annotated[
        str,
        typer.Argument(help="A ready definition such as GGA, one of the settings file, or `all`.", show_default=False),
    ],
    config: ConfigOption = None,
    framing: Annotated[
        str, typer.Option(metavar="TEXT", help="How bytes become records, as in the settings file.")
    ] = "nmea",
) -> None:
    """Show what a definition makes of a file. Record by record, and why one is refused: `… try GGA < file`.

    Exit code 1 if no record is understood.
    """
    from seacorder.cli.telemetry import definitions_of, own_definitions, try_definition

    chosen = definitions_of(streams.as_meant(definition), own_definitions(config))
    sys.exit(0 if try_definition(chosen, streams.as_meant(framing)) else FAILED)


@telemetry_app.command("show")
def telemetry_show(
    url: UrlOption = DEFAULT_URL,
    once: OnceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show the sources of survey data and the newest readings. Renewed until Ctrl-C."""
    from seacorder.cli.telemetry_show import show_telemetry

    show_telemetry(url, once=once, as_json=as_json)


@service_app.command("install")
def service_install(
    config: ConfigOption = None,
    user: OfUserOption = False,
    name: ServiceNameOption = "seacorder",
    run_as: Annotated[
        str | None,
        typer.Option(metavar="USER", help="User that it runs as. Without it: whoever called sudo, else root."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be installed, and change nothing.")
    ] = False,
) -> None:
    """Install and start the service. It starts with the computer, and again whenever it has ended."""
    from seacorder.cli import systemd_service as service

    wish = service.Wish(config, name, run_as, user)
    service.install(wish, service.Systemd.of(is_of_user=user), is_shown_only=dry_run)


@service_app.command("remove")
def service_remove(user: OfUserOption = False, name: ServiceNameOption = "seacorder") -> None:
    """Stop and remove the service. Finishes every file first; recordings and settings stay."""
    from seacorder.cli import systemd_service as service

    service.remove(name, service.Systemd.of(is_of_user=user))


@service_app.command("status")
def service_status(user: OfUserOption = False, name: ServiceNameOption = "seacorder") -> None:
    """Say whether the service runs. Exit code 1 when it does not."""
    from seacorder.cli import systemd_service as service

    sys.exit(0 if service.show_status(name, service.Systemd.of(is_of_user=user)) else FAILED)


def _command(url: str, name: str, *, as_json: bool) -> None:
    from seacorder.cli.remote import command_all

    sys.exit(0 if command_all(url, name, as_json=as_json) else FAILED)
