"""docs/programs/recipes.md: each program that this machine can run is run against a running recorder."""

import csv
import io
import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from websockets.sync.client import connect

from rig.pages import blocks, sections
from rig.ports import free_port
from rig.program import Program, running, wait_for

PAGE = (Path(__file__).parents[2] / "docs/programs/recipes.md").read_text("utf-8")
ENDINGS = {"python": "py", "bash": "sh", "js": "mjs"}
LANGUAGES = tuple(ENDINGS)
PATTERN = "test:?size=320x180&rate=25&gop=10"
NO_ONE = "http://127.0.0.1:1"
DEEP, WRONG = b"$SDDPT,12.3,0.5*62\r\n", b"$SDDPT,99.9,0.5*00\r\n"
pytestmark = pytest.mark.slow


def block(recipe: str, language: str, *, heading: str = "") -> str:
    """The program of a recipe in a language; `heading`: the word that its heading has, if there are two."""
    for name, text in sections(sections(PAGE)[recipe], 3).items():
        found = blocks(text, language)
        if found and heading in name:
            return found[0]
    raise LookupError(f"{recipe} has no {language}")


class Started:
    """A recipe that runs; what it prints is collected."""

    def __init__(self, command: list[str], folder: Path, variables: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, cwd=folder, env=os.environ | variables, text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        self.out: list[str] = []
        self.errors: list[str] = []
        pipes = ((self.process.stdout, self.out), (self.process.stderr, self.errors))
        self._readers = [threading.Thread(target=self._read, args=pair) for pair in pipes]
        for reader in self._readers:
            reader.start()

    def ended(self, *, sent: str = "", sign: int | None = None) -> int:
        """Its exit code, after `sent` on its standard input, or after a signal."""
        assert self.process.stdin is not None
        if sign is not None:
            self.process.send_signal(sign)
        self.process.stdin.write(sent)
        self.process.stdin.close()
        code = self.process.wait(60)
        for reader in self._readers:
            reader.join(60)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        return code

    @staticmethod
    def _read(pipe: io.TextIOBase, lines: list[str]) -> None:
        lines.extend(line.rstrip("\n") for line in pipe)


Start = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a text of a language with arguments; whatever still runs ends with the test."""
    started: list[Started] = []

    def begin(language: str, text: str, *arguments: str, **variables: str) -> Started:
        file = tmp_path / f"recipe.{ENDINGS[language]}"
        file.write_text(text, encoding="utf-8")
        command = {"python": [sys.executable], "bash": ["bash"], "js": ["node", *node_options()]}[language]
        started.append(Started([*command, str(file), *arguments], tmp_path, variables))
        return started[-1]

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.ended(sign=signal.SIGKILL)


def node_options() -> list[str]:
    """As the page says: Node.js 20 has WebSockets, but only if asked for them."""
    if shutil.which("node") is None:
        pytest.skip("Node.js is missing; on Debian: apt-get install nodejs")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return [] if int(version.lstrip("v").partition(".")[0]) >= 22 else ["--experimental-websocket", "--no-warnings"]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One recorder for the recipes that leave it as it was."""
    with running(tmp_path_factory.mktemp("recipes"), {"Bow": PATTERN, "Stern": PATTERN}) as started:
        yield started


@pytest.fixture
def program(shared: Program) -> Iterator[Program]:
    shared.wait_live(backlog_seconds=1)
    yield shared
    shared.get("/api/inspector/stoprecording")


# A whole dive.


def test_a_whole_dive(program: Program, start: Start) -> None:
    text = block("A whole dive", "js").replace("setTimeout(5000)", "setTimeout(1000)")
    dive = start("js", text, "Dive 7", SEACORDER_URL=program.url)
    assert dive.ended() == 0, dive.errors
    heads = [line for line in dive.out if not line.startswith(" ")]
    assert heads == [f"{what} on all channels" for what in ("Started", "Framegrab", "Stopped")]
    assert dive.errors == []
    stored = sorted(file.suffix for file in (program.root / "Dive 7").rglob("*@*"))
    assert stored == [".jpg", ".jpg", ".mp4", ".mp4"]


def test_a_dive_without_a_recorder_fails(start: Start) -> None:
    dive = start("js", block("A whole dive", "js"), SEACORDER_URL=NO_ONE)
    assert dive.ended() == 1
    assert "fetch failed" in "\n".join(dive.errors)


# Depth into the overlay.


def shown(program: Program) -> str:
    text: str = program.get("/api/v1/overlay")["text"]
    return text


def wait_shown(program: Program, text: str) -> None:
    wait_for(lambda: shown(program) == text, f"the text {text!r}")


@pytest.mark.parametrize("language", ["python", "js"])
def test_depth_over_udp(program: Program, start: Start, language: str) -> None:
    port = free_port()
    text = block("Depth into the overlay", language, heading="UDP")
    depth = start(language, text, str(port), SEACORDER_URL=program.url)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:

        def is_shown() -> bool:
            for sentence in (DEEP, WRONG):
                sender.sendto(sentence, ("127.0.0.1", port))
            return shown(program) == "Depth 12.3 m"

        wait_for(is_shown, "the depth")
        wait_shown(program, "")
        assert depth.process.poll() is None, "silence does not end it"
        wait_for(is_shown, "the depth again")
    assert depth.ended(sign=signal.SIGTERM) == 0, depth.errors
    assert (shown(program), depth.errors) == ("", [])


@contextmanager
def serial_line() -> Iterator[tuple[int, str]]:
    """The end into which a sensor speaks, and the name of the device."""
    near, far = pty.openpty()
    try:
        yield near, os.ttyname(far)
    finally:
        os.close(far)
        os.close(near)


@pytest.mark.parametrize("language", ["python", "bash"])
def test_depth_from_a_serial_line(program: Program, start: Start, language: str) -> None:
    text = block("Depth into the overlay", language, heading="serial")
    with serial_line() as (sensor, device):
        depth = start(language, text, device, SEACORDER_URL=program.url)

        def is_shown() -> bool:
            os.write(sensor, DEEP)
            return shown(program) == "Depth 12.3 m"

        wait_for(is_shown, "the depth")
        wait_shown(program, "")
        wait_for(is_shown, "the depth again")
        assert depth.ended(sign=signal.SIGTERM) == 0, depth.errors
    assert shown(program) == ""


# Alarms to a lamp.


@contextmanager
def lamp() -> Iterator[tuple[str, list[str]]]:
    """Its address, and the colours that it was told."""
    told: list[str] = []

    class Lamp(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.append(self.path.lstrip("/"))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Lamp) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", told
        server.shutdown()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lamp(tmp_path: Path, start: Start, language: str) -> None:
    """Green; yellow while a camera is away; red while a recording misses it, and when nobody answers."""
    port = free_port()
    cameras = {"Bow": PATTERN, "Stern": f"rtsp://127.0.0.1:{port}/stream1"}
    with lamp() as (address, told), running(tmp_path, cameras) as program:
        start(language, block("Alarms to a lamp", language), SEACORDER_URL=program.url, LAMP_URL=address)
        program.wait_live("Bow")
        wait_for(lambda: told[-1:] == ["yellow"], "yellow")
        program.post("/api/v1/recording/start")
        wait_for(lambda: told[-1] == "red", "red")
        program.post("/api/v1/recording/stop")
        wait_for(lambda: told[-1] == "yellow", "yellow again")
        program.stop()
        wait_for(lambda: told[-1] == "red", "red without a recorder")
    assert set(told) <= {"red", "yellow", "green"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lamp_is_green_when_all_is_well(program: Program, start: Start, language: str) -> None:
    with lamp() as (address, told):
        start(language, block("Alarms to a lamp", language), SEACORDER_URL=program.url, LAMP_URL=address)
        wait_for(lambda: told[-1:] == ["green"], "green")


# Listen to events and resume.


@pytest.mark.parametrize("language", ["python", "js"])
def test_events_are_handled_once_over_a_restart_of_both(tmp_path: Path, start: Start, language: str) -> None:
    text = block("Listen to events and resume", language).replace("setTimeout(1000)", "setTimeout(100)")
    with running(tmp_path, {"Bow": PATTERN}) as program:
        program.wait_live()
        first = start(language, text, SEACORDER_URL=program.url)
        wait_for((tmp_path / "cursor.txt").exists, "the first cursor")
        kept = int((tmp_path / "cursor.txt").read_text())
        program.get("/api/inspector/takeframegrab")
        wait_for(lambda: any("framegrab_stored" in line for line in first.out), "the event")
        program.kill()
        wait_for(lambda: any("program_started" in line for line in first.out), "events after a restart")
        first.ended(sign=signal.SIGKILL)
        program.wait_live()
        program.get("/api/inspector/takeframegrab")
        second = start(language, text, SEACORDER_URL=program.url)
        wait_for(lambda: any("framegrab_stored" in line for line in second.out), "what happened meanwhile")
        second.ended(sign=signal.SIGKILL)
        again = int(first.out[-1] == second.out[0])  # killed between handling the event and keeping its cursor
        assert_whole(program, kept, [*first.out, *second.out[again:]])


def assert_whole(program: Program, kept: int, printed: list[str]) -> None:
    """What was printed is what the recorder knows behind the cursor: nothing twice, nothing left out."""
    times = [line.split(" ")[0] for line in printed]
    assert times == sorted(times)
    assert len(set(printed)) == len(printed)
    newest = program.get("/api/v1/status")["newest_event_cursor"]
    known: list[str] = []
    with connect(f"{program.url.replace('http', 'ws')}/api/v1/events?cursor={kept}", proxy=None) as socket:
        cursor = kept
        while cursor < newest:
            event = json.loads(socket.recv(timeout=60))
            cursor = event["cursor"]
            known.append(f"{event['utc']} {event['severity']} {event['kind']} {event['sentence']}")
    # The recorder's end may have cost it events that the listener has seen; the listener's end, the newest ones.
    common = [line for line in known if line in printed]
    assert common == known[: len(common)]
    assert len(known) - len(common) <= 5


def test_events_are_resumed_behind_the_kept_cursor(program: Program, start: Start, tmp_path: Path) -> None:
    """And from the beginning, where the kept cursor is greater than the newest: this is another recorder."""
    newest = program.get("/api/v1/status")["newest_event_cursor"]
    for kept in (0, newest + 1000):
        (tmp_path / "cursor.txt").write_text(str(kept))
        listener = start("python", block("Listen to events and resume", "python"), SEACORDER_URL=program.url)
        wait_for(lambda one=listener: len(one.out) >= newest, "all events")
        listener.ended(sign=signal.SIGKILL)
        assert " program_started " in listener.out[0]


# Losses as CSV.


@pytest.fixture(scope="module")
def lossy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A recorder that has lost frames of both channels."""
    with running(tmp_path_factory.mktemp("lossy"), {"Bow": PATTERN, "Stern": PATTERN}) as program:
        program.record(1.0)
        for pid in program.worker_pids():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(program.rows("losses")) == 2, "a loss of each channel")
        program.get("/api/inspector/stoprecording")
        yield program


@pytest.mark.parametrize("language", LANGUAGES)
def test_losses_as_csv(lossy: Program, start: Start, language: str) -> None:
    """With one row a page, so that the pages are followed."""
    text = re.sub(r"limit(\W+)1000", r"limit\g<1>1", block("Losses as CSV", language))
    (recording,) = lossy.rows("recordings")
    for arguments in ((), (recording["id"],)):
        made = start(language, text, *arguments, SEACORDER_URL=lossy.url)
        assert made.ended() == 0, made.errors
        rows = list(csv.DictReader(made.out))
        expected = lossy.rows("losses", recording=recording["id"])
        assert len(rows) == len(expected) == 2
        for row, loss in zip(rows, expected, strict=True):
            assert row["frames"] == str(loss["frames"] or "")
            for name in ("channel", "from_utc", "to_utc", "cause", "detail"):
                assert row[name] == loss[name]


# A framegrab when a finding is logged.


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_framegrab_for_each_finding(program: Program, start: Start, language: str) -> None:
    text = block("A framegrab when a finding is logged", language)
    table = start(language, text, SEACORDER_URL=program.url)
    assert table.ended(sent='Anode, 50 %\n\n"Crack"\n') == 0, table.errors
    rows = list(csv.reader(table.out))
    assert [row[:2] for row in rows] == [
        [finding, channel] for finding in ("Anode, 50 %", '"Crack"') for channel in ("Bow", "Stern")
    ]
    assert all(row[2].endswith("Z") and Path(row[3]).is_file() for row in rows)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finding_without_a_recorder_gets_its_row(start: Start, language: str) -> None:
    table = start(language, block("A framegrab when a finding is logged", language), SEACORDER_URL=NO_ONE)
    assert table.ended(sent="Anode\n") == 0
    ((finding, channel, when, why),) = csv.reader(table.out)
    assert (finding, channel, when, why[:9]) == ("Anode", "", "", "no answer")


# Check every night, by mail.

MAIL = """#!/bin/sh
printf '%s\\n' "$@" > mail.txt
cat >> mail.txt
"""
"""Stands for the program `mail`: keeps what it is told to send."""


@pytest.fixture
def mailed(tmp_path: Path, start: Start) -> Callable[[Path], list[str]]:
    """Runs the nightly check of a settings file; the words of `mail`, then the lines of the letter."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "mail").write_text(MAIL)
    (folder / "mail").chmod(0o755)
    text = block("Check every night, by mail", "bash")
    path = f"{folder}:{Path(sys.executable).parent}:{os.environ['PATH']}"

    def check(settings: Path) -> list[str]:
        run = start("bash", text, PATH=path, SEACORDER_CONFIG=str(settings), MAIL_TO="watch@example.com")
        assert run.ended() == 0, run.errors
        return (tmp_path / "mail.txt").read_text("utf-8").splitlines()

    return check


def test_the_nightly_check_mails_what_it_found(tmp_path: Path, mailed: Callable[[Path], list[str]]) -> None:
    head = f"Seacorder on {socket.gethostname()}: "
    (tmp_path / "recorder").mkdir()
    with running(tmp_path / "recorder", {"Bow": PATTERN}) as program:
        program.record(1.0)
        program.get("/api/inspector/stoprecording")
        option, subject, address, *letter = mailed(program.settings_path)
        assert (option, subject, address) == ("-s", f"{head}everything agrees", "watch@example.com")
        assert letter[-1] == "Everything agrees."

        (file,) = program.files("*@Bow.mp4")
        file.rename(tmp_path / "moved.mp4")
        _, subject, _, *letter = mailed(program.settings_path)
        assert subject == f"{head}LOOK: something does not agree, or could not be read"
        assert letter[0] == str(file)

        program.settings_path.write_text("nonsense")
        _, subject, _, *letter = mailed(program.settings_path)
        assert subject == f"{head}LOOK: the check could not be made"
        assert str(program.settings_path) in letter[0]


# Copy finished files to a NAS.


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Program]:
    """A recorder with one finished recording, with a loss and a framegrab in it."""
    (tmp_path / "recorder").mkdir()
    with running(tmp_path / "recorder", {"Bow": PATTERN}) as program:
        program.record(1.0)
        program.get("/api/inspector/takeframegrab")
        os.kill(program.worker_pid("Bow"), signal.SIGKILL)
        wait_for(lambda: program.rows("losses"), "the loss")
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: {row["state"] for row in program.rows("parts")} == {"whole", "repaired"}, "the repair")
        yield program


def kept(nas: Path) -> dict[str, bytes]:
    """What is on the NAS under its name, by the path that it had. A copy that is not compared yet has none."""
    files = [file for file in nas.rglob("*") if file.is_file() and file.suffix != ".unproven"]
    return {f"/{file.relative_to(nas)}": file.read_bytes() for file in files if file.name != "copies-go-here"}


def originals(program: Program) -> dict[str, bytes]:
    """The files that a NAS is to have."""
    files = [*program.files("*.mp4"), *program.files("*.jpg"), *program.files("account.jsonl")]
    return {str(file): file.read_bytes() for file in files}


def nas_program() -> str:
    text = block("Copy finished files to a NAS", "python")
    return text.replace("time.sleep(10)", "time.sleep(0.1)").replace("timeout=60", "timeout=0.5")


def test_finished_files_are_copied_to_a_nas(recorded: Program, start: Start, tmp_path: Path) -> None:
    """Nothing while it is not mounted; then all that is there, and each file that is finished later."""
    nas = tmp_path / "nas"
    nas.mkdir()
    copying = start("python", nas_program(), str(nas), SEACORDER_URL=recorded.url)
    wait_for(lambda: any("is the NAS mounted?" in line for line in copying.errors), "the refusal")
    assert list(nas.iterdir()) == []
    (nas / "copies-go-here").touch()
    wait_for(lambda: kept(nas) == originals(recorded), "the first copies")
    before = len(kept(nas))

    recorded.wait_live()
    recorded.record(1.0)
    recorded.get("/api/inspector/stoprecording")
    wait_for(lambda: kept(nas) == originals(recorded), "the copies of the second recording")
    assert len(kept(nas)) > before >= 4
    copied = [line for line in copying.out if line.endswith(".mp4")]
    assert sorted(copied) == sorted({f"copied and compared: {nas}{file}" for file in recorded.files("*.mp4")})


def test_a_copy_that_differs_gets_no_name(recorded: Program, start: Start, tmp_path: Path) -> None:
    nas = tmp_path / "nas"
    nas.mkdir()
    (nas / "copies-go-here").touch()
    step = "        shutil.copyfile(file, unproven)\n"
    text = nas_program()
    assert text.count(step) == 1
    damaging = text.replace(step, f'{step}        unproven.open("r+b").write(b"x")\n')
    copying = start("python", damaging, str(nas), SEACORDER_URL=recorded.url)
    wait_for(lambda: any(" is not the same as " in line for line in copying.errors), "the comparison")
    assert copying.process.poll() is None
    assert kept(nas) == {}


# What cannot be run here.


def test_every_recipe_is_in_every_language() -> None:
    recipes = re.findall(r"^\| \[(.+?)\]\(#", PAGE, re.MULTILINE)
    assert len(recipes) == 6
    for recipe in recipes:
        assert json.dumps(block(recipe, "js"))
        assert block(recipe, "csharp").count("SEACORDER_URL") == 1


if shutil.which("dotnet"):

    @pytest.mark.parametrize("number", range(PAGE.count("```csharp\n")))
    def test_csharp_compiles(tmp_path: Path, number: int) -> None:
        subprocess.run(["dotnet", "new", "console", "-o", str(tmp_path)], check=True, timeout=120)
        (tmp_path / "Program.cs").write_text(blocks(PAGE, "csharp")[number], encoding="utf-8")
        subprocess.run(["dotnet", "build", "-warnaserror", str(tmp_path)], check=True, timeout=120)
