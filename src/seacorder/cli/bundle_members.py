"""The files of a support bundle: what each is, and how its text is made.

Each function makes one text, or raises an error whose sentence then stands in its place. None changes anything, and
none lets a secret in: settings are written value by value (never the settings file's own text), and neither the
environment nor the service's unit is read.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from seacorder import __version__
from seacorder.base.errors import CatalogueFailed, NotPossible, SeacorderError
from seacorder.catalogue.queries import Queries
from seacorder.cli.bundle_catalogue import catalogue_rows
from seacorder.cli.bundle_log import ServiceJournal, log_text
from seacorder.cli.bundle_settings import KnownSettings, shown_settings
from seacorder.cli.settings import explained
from seacorder.cli.systemd_service import Systemd, facts_of, told
from seacorder.cli.systemd_unit import unit_name
from seacorder.cli.this_computer import computer_facts, system
from seacorder.client.recorder import RecorderClient

ANSWER_SECONDS = 5.0
"""How long Seacorder may take to answer one question."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the bundle."""

    name: str
    what: str
    """What it is, for whoever looks into the bundle."""
    make: Callable[[], str]
    """Makes the text. Blocks; raises SeacorderError, OSError or, where it has a limit itself, TimeoutError."""
    seconds_max: float


def own_command(words: Sequence[str], seconds: float) -> str:
    """What `seacorder` prints for these words, in a process of its own: a driver may hang or crash while it is asked.

    Raises NotPossible; TimeoutError after so many seconds, and the process is then ended.
    """
    command = [sys.executable, "-P", "-m", "seacorder", *words]
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"`seacorder {' '.join(words)}` took longer than {seconds:g} s") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1] if said else f"exit code {done.returncode}"
        raise NotPossible(f"`seacorder {' '.join(words)}` failed: {why}")
    return done.stdout.decode("utf-8", "replace")


@dataclass(frozen=True)
class Sources:
    """Where the members are made from."""

    known: KnownSettings
    url: str
    systemd: Systemd
    journal: ServiceJournal
    service: str = "seacorder"
    tries_encoders: bool = False
    """Also while a recording is on, or may be on."""
    run: Callable[[Sequence[str], float], str] = own_command
    """Runs a command of ours, see `own_command`."""


def members(of: Sources) -> tuple[Member, ...]:
    """All members, in the order in which they are made: what is quick and asked for most comes first."""
    known = of.known
    log = known.log.file
    folders = [*known.storage.all_folders, known.storage.catalogue_path.parent, *([log.parent] if log else [])]
    if known.unread is not None:
        folders = []
    ports = (known.server.inspector_port, known.server.integration_port)
    return (
        Member("version.txt", "Seacorder, Python, the system, and the libraries that it needs", version_text, 10),
        Member("settings.json", "each setting with its value, and whether the file, a variable or the default gave it",
               lambda: settings_text(known), 5),
        Member("settings-faults.txt", "what is wrong with the settings, if they cannot be used",
               lambda: settings_faults_text(known), 5),
        Member("check-config.txt", "the settings in words, and what clients have set instead",
               lambda: explained_text(known), 10),
        Member("status.json", "the status of Seacorder: channels, recording, alarms",
               lambda: answer_text(of.url, RecorderClient.status_json), 10),
        Member("recorder-settings.json", "the settings that are in force in Seacorder now",
               lambda: answer_text(of.url, RecorderClient.settings_json), 10),
        Member("catalogue.json", "the list of recordings (catalogue): the newest recordings, files, losses and events",
               lambda: listed_text(known), 15),
        Member("log.txt", "the newest lines of the log", lambda: newest_log_text(known, of.journal), 20),
        Member("service.txt", "whether the service runs, since when, and how often it was started again",
               lambda: service_text(of.service, of.systemd), 10),
        Member("computer.json", "this computer: processor, memory, disks, clock",
               lambda: json_text(computer_facts(folders, ports)), 30),
        Member("inputs.txt", "capture cards, cameras, screens and sound inputs of this computer",
               lambda: of.run(["inputs"], 15), 20),
        Member("encoders.json", "which encoders this computer has, and why another cannot be used",
               lambda: encoders_text(of), 75),
    )


def json_text(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def lines_text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"


def version_text() -> str:
    lines = [f"seacorder {__version__}", f"Python {sys.version}", *system(), f"run by {sys.executable}"]
    try:
        needed = [one for one in metadata.requires("seacorder") or [] if ";" not in one]
    except metadata.PackageNotFoundError:
        needed = []  # run from its source, without having been installed
    return lines_text([*lines, *(_version_of(re.split(r"[^\w.-]", one)[0]) for one in needed)])


def _version_of(package: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return f"{package}: not installed"


def settings_text(known: KnownSettings) -> str:
    if known.settings is None:
        raise no_settings(known)
    return json_text({"file": known.place, "values": shown_settings(known)})


def settings_faults_text(known: KnownSettings) -> str:
    if not known.faults:
        raise NotPossible("The settings can be used: nothing is wrong with them.")
    return lines_text([fault.text for fault in known.faults])


def no_settings(known: KnownSettings) -> NotPossible:
    """Why there are none."""
    if known.unread is not None:
        return NotPossible(known.unread.fact, known.unread.action)
    return NotPossible("The settings cannot be used: see settings-faults.txt.")


def listed_text(known: KnownSettings) -> str:
    """See `catalogue_rows`. Raises NotPossible where nothing says which list is meant."""
    if known.unread is not None:
        raise NotPossible(f"It is not known where the list of recordings (catalogue) is. {known.unread.fact}")
    return json_text(catalogue_rows(known.storage.catalogue_path))


def newest_log_text(known: KnownSettings, journal: ServiceJournal) -> str:
    """See `log_text`."""
    if known.unread is not None:
        return log_text(None, journal, f"Whether the settings name a log file is not known. {known.unread.fact}")
    return log_text(known.log.file, journal)


def explained_text(known: KnownSettings) -> str:
    if known.settings is None:
        raise no_settings(known)
    return lines_text([known.place or "(no settings file)", *explained(known.settings)])


def answer_text(url: str, ask: Callable[[RecorderClient], dict[str, Any]]) -> str:
    with RecorderClient(url, timeout_seconds=ANSWER_SECONDS) as recorder:
        return json_text(ask(recorder))


def service_text(name: str, systemd: Systemd) -> str:
    return lines_text(told(unit_name(name), facts_of(name, systemd)))


def encoders_text(of: Sources) -> str:
    """As `seacorder encoders --json`. Raises NotPossible while a recording is on, or may be on."""
    why = "" if of.tries_encoders else why_not_to_try(of)
    if why:
        raise NotPossible(why, "To try them all the same, add --try-encoders.")
    return of.run(["encoders", "--json"], 60)


def why_not_to_try(of: Sources) -> str:
    """Why encoders are not tried now: a recording comes first. Empty if nothing records for certain."""
    try:
        with RecorderClient(of.url, timeout_seconds=ANSWER_SECONDS) as recorder:
            is_recording = recorder.status_json().get("is_recording") is not False
        return "The encoders were not tried, because a recording is on." if is_recording else ""
    except SeacorderError:
        pass
    may_record = "The encoders were not tried, because a recording may be on:"
    if of.known.settings is None:
        return f"{may_record} Seacorder does not answer, and the settings do not say where it records."
    if not (path := of.known.storage.catalogue_path).is_file():
        return ""
    try:
        runs = bool(Queries(path).unfinished().recordings)
    except CatalogueFailed as error:
        return f"{may_record} {error.sentence}"
    listed = "its list of recordings (catalogue) has a recording that runs."
    return f"{may_record} Seacorder does not answer, and {listed}" if runs else ""
