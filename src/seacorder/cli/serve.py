"""`serve`: the recorder, put together. The only composition root.

    settings ─▶ ports ─▶ catalogue ─▶ supervisor ─▶ recorder ─▶ web services ─▶ … a signal … ─▶ all of it backwards

Ports and folders are tried first, so that a fault in the settings is told and nothing has happened. The first
Ctrl-C or SIGTERM finishes every file; a second one means now, and leaves files readable as they stand.
"""

import asyncio
import contextlib
import importlib
import logging
import os
import secrets
import signal
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seacorder import __version__
from seacorder.api.http.ports import claim_port, families, is_any_of_both
from seacorder.base import heap, log
from seacorder.base.background import awaited, task
from seacorder.base.clock import SystemClock
from seacorder.base.errors import SeacorderError
from seacorder.base.heap import exempt_startup_objects
from seacorder.base.message import Message
from seacorder.base.processor import usable_cores
from seacorder.base.shutdown import Shutdown, log_terminal_closed, signals
from seacorder.catalogue.catalogue import Catalogue
from seacorder.cli import streams
from seacorder.cli.listening import Listening, certificate_of
from seacorder.cli.overrides import Start
from seacorder.cli.volumes import begin_blackbox, begin_volumes, check_mounted, folders_of, try_root
from seacorder.config.schema import ServerSettings, Settings
from seacorder.config.values import is_loopback
from seacorder.control.blackbox.door import BlackboxOptions
from seacorder.control.options import RecorderOptions
from seacorder.control.recorder import Recorder
from seacorder.control.settings.setup import Restarting, Setup
from seacorder.control.workers.input_trial import InputTrials
from seacorder.model.completion import Proof
from seacorder.model.definition.ready import by_name
from seacorder.model.volume import MarkedFolder
from seacorder.storage.secret_file import session_key
from seacorder.storage.volume_memory import VolumeMemory, state_folder
from seacorder.storage.volumes import MarkedFolders
from seacorder.supervisor.forking import LEAST_WORKERS, ForkServer
from seacorder.supervisor.guardian import RESTART, TERMINAL_CLOSED
from seacorder.supervisor.guardian import is_possible as can_restart
from seacorder.supervisor.limits import Limits, limits_of
from seacorder.supervisor.supervisor import Supervisor
from seacorder.supervisor.worker import Callbacks

if TYPE_CHECKING:
    from seacorder.api.http.listeners import Listener

_log = logging.getLogger(__name__)

WEB_STOP_SECONDS = 6.0
RECORDER_STOP_SECONDS = 90.0
"""Every file whole and on disk, also on a slow one; workers and catalogue have closer limits of their own."""
_CTRL_C = (
    "Ctrl-C finishes every file and ends. A second one ends at once; the last seconds of files may then be missing."
)
ENDED_BADLY = 1
CRASHED = 3
"""Ended by a fault in the program: the guardian starts it again."""


@dataclass(frozen=True, slots=True)
class GuardianEnds:
    """What the guardian has handed to this process: its ends of two pipes, and how the run before ended."""

    alive: int
    """A pipe to read. Its end means that the guardian has ended."""
    proof: int
    """A pipe to write. One byte says that this process takes commands now."""
    ended: str = ""
    """How the run before this one ended; empty for the first run."""


class RestartWish:
    """What ends the program from within: it is asked to start again."""

    def __init__(self, shutdown: Shutdown) -> None:
        self._shutdown = shutdown
        self.starts_again = False

    def restart(self) -> None:
        self.starts_again = True
        self._shutdown.ask()


def run(start: Start, guardian: GuardianEnds | None = None) -> int:
    """Runs the recorder until a signal; returns the exit code. Blocks. Raises SeacorderError when it cannot start."""
    settings = start.settings
    heap.share()
    if os.name == "posix":
        # In a terminal with `stty tostop` this process would be stopped by the first line of its log.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    log.set_up(settings.log.options())
    if start.used is not None and start.used.complaint is not None:
        _log.warning("%s", start.used.complaint)
    if guardian is not None and guardian.ended:
        _log.warning("Seacorder had stopped unexpectedly (%s) and has been started again.", guardian.ended)
    os.environ[log.LEVEL_VARIABLE] = settings.log.level
    try:
        code = asyncio.run(_serve(start, guardian))
    except SeacorderError:
        raise
    except Exception:  # noqa: BLE001 - the top of the process; logged whole
        _log.exception("Seacorder stops: an error in the program, see below.%s", _what_follows(guardian))
        return CRASHED
    if code == RESTART and guardian is None:
        log.finish()
        os.execv(sys.executable, [sys.executable, "-P", "-m", "seacorder", *sys.argv[1:]])  # noqa: S606 - our own command
    return code


def _what_follows(guardian: GuardianEnds | None) -> str:
    """The end of a sentence that says that this process ends by itself."""
    return "" if guardian is None else " The watchdog starts it again; a running recording continues in new files."


async def _serve(start: Start, guardian: GuardianEnds | None) -> int:
    shutdown = Shutdown()
    ending = RestartWish(shutdown)
    with signals(shutdown):
        if guardian is not None:
            for pipe in (guardian.alive, guardian.proof):
                os.set_inheritable(pipe, False)
            _watch_guardian(guardian.alive)
        try:
            recorder, heard = await _start(start, shutdown, ending, _what_follows(guardian))
        except BaseException:
            await shutdown.stop_all()
            raise
        announce(start.settings, heard)
        if guardian is not None:
            tell_guardian(guardian.proof)
        exempt_startup_objects()
        await shutdown.asked()
        recorder.announce_end()
        in_order = await shutdown.stop_all()
    if not in_order:
        _end_now(recorder)
    if recorder.has_finished_files:
        then = "is started again" if ending.starts_again else "has ended"
        _log.info("Every file is finished. Seacorder %s.", then)
    else:
        _log.warning(
            "Seacorder has ended. Not every file is finished. Such files can be played; the next start repairs them."
        )
    return RESTART if ending.starts_again else 0


def _watch_guardian(pipe: int) -> None:
    """Logs when the guardian has ended. Recording goes on all the same: no frame is lost for it.

    Under systemd the guardian is the main process of the service, without which systemd ends the others and starts the
    service again.
    """
    loop = asyncio.get_running_loop()

    def heard() -> None:
        if os.read(pipe, 1) == TERMINAL_CLOSED:
            log_terminal_closed()
            return
        loop.remove_reader(pipe)
        _log.warning(
            "The watchdog process of Seacorder was ended by somebody. A service is started again by the system within "
            "seconds, and a running recording continues in new files. Without a service recording goes on, but nothing "
            "would start Seacorder again after a crash: restart it after the dive (SIGTERM to process %d ends it "
            "properly).",
            os.getpid(),
        )

    loop.add_reader(pipe, heard)


def tell_guardian(pipe: int) -> None:
    """Tells the guardian that this process takes commands. A guardian that has ended meanwhile is no reason to end."""
    with contextlib.suppress(OSError):
        os.write(pipe, b".")
    os.close(pipe)


async def _start(start: Start, shutdown: Shutdown, ending: RestartWish, follows: str) -> tuple[Recorder, str]:
    """Starts every part, and registers each with `shutdown` once it runs. Returns the recorder, and which families of
    addresses are listened on.
    """
    settings, server = start.settings, start.settings.server
    limits = limits_of(os.environ)
    inspector = claim_port(server.host, server.inspector_port, setting="inspector_port")
    integration = claim_port(server.host, server.integration_port, setting="integration_port")
    certificate = certificate_of(server)
    secure = () if certificate is None else claim_port(server.host, server.secure_port, setting="secure_port")
    memory = VolumeMemory(state_folder())
    check_mounted(settings.storage.root, memory)
    try_root(settings.storage.root)
    beside = begin_blackbox(settings.blackbox.root, memory)
    recorder = compose(settings, begin_volumes(settings.storage, memory), beside, limits)
    await recorder.start()
    shutdown.started("recorder", recorder.stop, limit_seconds=RECORDER_STOP_SECONDS)
    # Importing the web framework takes most of a second. After a crash, recording must not wait for it, and neither may
    # what the workers tell meanwhile.
    await asyncio.to_thread(_import_web)
    from seacorder.api.http.listeners import Listener
    from seacorder.api.inspector import create_inspector_app
    from seacorder.api.integration import create_integration_app

    warn_of_strangers(server)
    key, setup = session_key(state_folder()), _setup(start, recorder, shutdown, ending)
    app = create_inspector_app(recorder, server, setup, session_key=key)
    await _start_web(shutdown, [
        Listener(app, inspector),
        *([Listener(app, secure, certificate)] if secure else []),
        Listener(create_integration_app(recorder, server, bare_false=settings.integration.bare_false), integration),
    ], follows)
    return recorder, families(inspector)


def _setup(start: Start, recorder: Recorder, shutdown: Shutdown, ending: RestartWish) -> Setup:
    """What the page may change of the settings, and what tries cameras for it."""
    trials = Supervisor(Callbacks())
    shutdown.started("trials of cameras", trials.stop, limit_seconds=WEB_STOP_SECONDS)

    running = start.settings if start.used is None else start.used.settings
    restart = ending.restart if can_restart() else None
    changes = recorder.channel_changes
    again = Restarting(recorder.against_restart, restart, Listening(start.settings.server, start.options))
    return Setup(start.source, running, recorder.journal, changes, InputTrials(trials), again)


def warn_of_strangers(server: ServerSettings) -> None:
    """Logs who can command the recorder without showing who he is, if other computers reach it."""
    if server.is_open_to_network:
        _log.warning(
            "Anyone in this network can start, stop and change settings: no password is set. Make one with `seacorder "
            "password`."
        )
    elif not is_loopback(server.host) and not server.commands_need_token:
        _log.warning(
            "Anyone in this network can start and stop by the Inspector and integration commands, which need no "
            "password. [server] commands_need_token = true closes them."
        )


def _import_web() -> None:
    for name in ("api.http.listeners", "api.inspector", "api.integration"):
        importlib.import_module(f"seacorder.{name}")


async def _start_web(shutdown: Shutdown, listeners: "list[Listener]", follows: str) -> None:
    from seacorder.api.http.listeners import serve_apps

    stop, started = asyncio.Event(), asyncio.Event()
    serving = task(serve_apps(listeners, stop, started=started), "web services")

    def ended(_: object) -> None:
        if stop.is_set():
            return
        if started.is_set():
            # Commands cannot reach the recorder any more. This process ends at once, the guardian starts another one,
            # and the recording goes on; an orderly end would stop it.
            _log.error("Seacorder stops: its web services ended because of an error in the program.%s", follows)
            log.finish()
            os._exit(CRASHED)
        shutdown.ask()

    serving.add_done_callback(ended)

    async def stop_web() -> None:
        stop.set()
        await serving

    shutdown.started("web services", stop_web, limit_seconds=WEB_STOP_SECONDS)
    waiting = awaited(started.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def compose(
    settings: Settings,
    volumes: tuple[MarkedFolder, ...] = (),
    beside: tuple[MarkedFolder, ...] = (),
    limits: Limits | None = None,
) -> Recorder:
    """Builds the recorder and everything that it needs. Nothing runs yet. `volumes`: those of recordings; `beside`:
    that of the blackbox, which is no concern of them; `limits`: of the recording processes.
    """
    storage, clock = settings.storage, SystemClock()
    narrator = settings.narrator_settings(secrets.token_hex(32))
    telemetry = settings.telemetry_settings()
    has_many = len(settings.channels) >= LEAST_WORKERS
    return Recorder(
        [replace(channel, volumes=(*volumes, *beside)) for channel in settings.channel_settings()],
        Supervisor(Callbacks(), limits=limits, forks=ForkServer("channel") if has_many else None),
        Catalogue(storage.catalogue_path, clock, home=storage.root, volumes=MarkedFolders(volumes)),
        folders_of(storage, MarkedFolders(volumes)),
        clock,
        RecorderOptions(
            first_settings=settings.first_recorder_settings(),
            reserve_bytes=storage.reserve_bytes,
            fallback_root=None if storage.fallback_root is None else str(storage.fallback_root),
            file_folders=tuple(map(str, storage.all_folders)),
            own_encodings=settings.own_encodings(),
            cores=usable_cores(),
            channels_per_process=settings.workers.per_process,
            use_utc=settings.recording.tag_time == "utc",
            narrator=None if narrator is None else replace(narrator, volumes=volumes),
            volumes=volumes,
            telemetry=None if telemetry is None else replace(telemetry, volumes=volumes),
            definitions=by_name(settings.own_definitions()),
            data_log=settings.data_log.settings(),
            kinds=settings.observations.all_kinds(),
            rules=settings.observations.all_rules(),
            interval_seconds=settings.observations.interval_seconds,
            proof=Proof(state_folder(), settings.time_stamp.server or ""),
            copies=tuple(table.target() for table in settings.copies),
            removal=settings.removal.rules(),
            blackbox=BlackboxOptions(
                settings.blackbox_settings(), storage.reserve_bytes, settings.data_log.settings()
            ),
        ),
    )


def announce(settings: Settings, heard: str) -> None:
    """Says on standard output where the recorder listens, and to which families of addresses, and where files go.

    Waits for nobody to read it.
    """
    server = settings.server
    shown = f"[{server.host}]" if ":" in server.host else server.host
    names = ", ".join(channel.name for channel in settings.channels)
    network = f" (all addresses: {heard})" if is_any_of_both(server.host) else ""
    lines = (
        f"Seacorder {__version__} takes commands.",
        f"  page and Inspector service  http://{shown}:{server.inspector_port}/{network}",
        *([f"  the same over HTTPS         https://{shown}:{server.secure_port}/"] if server.certificate else []),
        f"  integration service         http://{shown}:{server.integration_port}/{network}",
        f"  files                       {settings.storage.root}",
        f"  channels                    {names}",
        *([_CTRL_C] if is_in_terminal() else []),
    )
    streams.print_unheeded("\n".join(lines))


def is_in_terminal() -> bool:
    """False for a service, for example: nobody can press a key there."""
    return sys.stdin is not None and sys.stdin.isatty()


def _end_now(recorder: Recorder) -> None:
    """Kills the workers and ends the process without waiting for any thread."""
    try:
        recorder.stop_now()
    except SeacorderError:
        _log.exception("Recording processes could not be ended.")
    streams.complain(Message(
        "Seacorder did not end properly. Files that were open can be played as they are.",
        "The next start repairs them.",
    ))
    log.finish()
    os._exit(ENDED_BADLY)
