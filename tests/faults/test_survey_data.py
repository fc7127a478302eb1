"""Survey data beside the video: what was sent is what is logged, whatever happens, and no picture is lost for it.

Datagrams have no memory, and neither has a connection that is cut: what an instrument sends while nobody listens is
lost, as a picture is that a camera sends then. So a kill may cost what was sent from half a second before it until the
ports are open again, and nothing else.
"""

import csv
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from faults.disks import Volume
from faults.instruments import (
    DEFINITION,
    HERE,
    Connections,
    Cut,
    Datagrams,
    Instrument,
    LogAccount,
    LogToll,
    Sent,
    account_of,
    is_open,
    raw_pieces,
    records_of,
    toll_of,
)
from faults.kills import BACK_LIMIT_SECONDS, assert_back, assert_within
from faults.processes import kill
from faults.proxy import SEED
from faults.results import is_long, note
from rig import stepped_clock
from rig.frames import frame_numbers, missing_and_repeated
from rig.ports import free_port
from rig.program import Program, children, command_line, running, wait_for
from rig.stepped_clock import SteppedClock
from seacorder.telemetry.logs.raw_form import RawPiece

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CHANNELS = {"Bow": "test:?size=320x180&rate=25"}
SPLITS = "[recording]\nsplit_time_minutes = 0.05\n"
RESERVE_BYTES = 50_000_000
"""As rig.program sets it."""
LOST_LIMIT_SECONDS = 0.5
"""Of the log, by a kill."""
MOVE_LIMIT_SECONDS = 5.0
"""A disk that is far from full is looked at every two seconds."""
RUNAWAY = (
    '[[definitions]]\nname = "Runaway"\nkind = "expression"\nexpression = "((?:[0-9]+)+)m"\n'
    '[[definitions.fields]]\nname = "altitude"\nposition = 1\n'
)
ENDLESS = b"9" * 64 + b"!\r\n"
"""Over this it would run for centuries."""
WITHOUT_TIMER = "import signal\nif hasattr(signal, 'setitimer'):\n    del signal.setitimer\n"
"""As on Windows: there only the watch over hung workers ends such an expression."""


def telemetry_pid(program: Program) -> int:
    """The worker that reads the instruments; waits for it."""

    def found() -> int | None:
        return next((one for one in children(program.control_pid) if "seacorder.telemetry" in command_line(one)), None)

    return wait_for(found, "the worker that reads instruments")


def missing_pictures(parts: list[Any]) -> int:
    """Of one channel, over all its files; those that are there twice too."""
    paths = [Path(part["path"]) for part in sorted(parts, key=lambda part: part["number"])]
    missing, repeated = missing_and_repeated(frame_numbers(*paths))
    return len(missing) + len(repeated)


def start_all(program: Program, *instruments: Instrument) -> None:
    """A recording, then the instruments: all that they send belongs into its log."""
    program.wait_live()
    wait_for(lambda: is_open(program, *instruments), "the ports to be open")
    program.get("/api/inspector/startrecording")
    for instrument in instruments:
        instrument.start()


@dataclass
class Dive:
    """What came of everything that is killed in turn."""

    instruments: tuple[Datagrams, Connections]
    cuts: dict[str, list[Cut]] = field(default_factory=lambda: {"worker": [], "control": [], "all": []})
    parts: list[Any] = field(default_factory=list)
    """Of the recording in which the worker was killed, and nothing else."""
    losses: list[Any] = field(default_factory=list)
    stopped: float = 0.0
    logged: list[RawPiece] = field(default_factory=list)

    def accounts(self) -> list[LogAccount]:
        return [account_of(one.sent, records_of(one, self.logged), self.stopped) for one in self.instruments]

    def toll(self, kind: str) -> LogToll:
        """The worst over all instruments."""
        every = [cut for cuts in self.cuts.values() for cut in cuts]
        tolls = [toll_of(account, self.cuts[kind], every) for account in self.accounts()]
        return LogToll(max(one.lost_seconds for one in tolls), max(one.back_seconds for one in tolls))


@pytest.fixture(scope="module")
def dive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dive]:
    folder = tmp_path_factory.mktemp("dive")
    with Datagrams("Survey", 1000.0) as survey, Connections("Gyro", 50.0) as gyro:
        made = Dive((survey, gyro))
        more = SPLITS + DEFINITION + survey.table + gyro.table
        with running(folder, CHANNELS, more=more) as program:
            start_all(program, *made.instruments)
            program.wait_recorded(60.0 if is_long() else 4.0)
            kill_worker_again_and_again(program, made)
            made.losses, first = program.rows("losses"), program.rows("recordings")[0]["id"]
            kill_everything(program, made)
            made.stopped = time.monotonic()
            program.post("/api/v1/recording/stop")
            made.parts = [row for row in program.rows("parts") if row["recording_id"] == first]
        made.logged = raw_pieces(folder)
        yield made


def kill_worker_again_and_again(program: Program, dive: Dive) -> None:
    chance, pause = Random(SEED), threading.Event()
    for number in range(20 if is_long() else 2):
        pause.wait(chance.uniform(0.0, 1.0))
        killed = time.monotonic()
        kill(telemetry_pid(program))
        dive.cuts["worker"].append(Cut(killed, killed))
        wait_for(lambda n=number: program.get("/api/v1/telemetry")["restarts"] > n, "another process")
        wait_for(lambda: is_open(program, *dive.instruments), "the ports to be open")
        program.record_further(1.0)


def kill_everything(program: Program, dive: Dive) -> None:
    """The control process alone, then the program at once; each is followed by a recording that goes on."""
    for number in range(6 if is_long() else 2):
        before, killed = program.rows("recordings")[-1]["id"], time.monotonic()
        if number % 2:
            program.kill_all()
            dive.cuts["all"].append(Cut(killed, time.monotonic()))
            program.start()
        else:
            program.kill()
            dive.cuts["control"].append(Cut(killed, killed))
        wait_for(lambda before=before: program.records_anew(before), "the recording to go on")
        wait_for(lambda: is_open(program, *dive.instruments), "the ports to be open")
        program.record_further(1.0)


def test_what_was_sent_is_logged_byte_for_byte_under_load_and_over_reconnects(dive: Dive) -> None:
    # Beside other tests the worker may have stood still for a moment before it was killed.
    first = min(cut.at for cut in dive.cuts["worker"]) - LOST_LIMIT_SECONDS - (0.0 if is_long() else 1.5)
    quiet = [account_of(one.sent, records_of(one, dive.logged), first) for one in dive.instruments]
    missing, strange = sum(one.missing for one in quiet), sum(one.strange for one in dive.accounts())
    sent, connections = sum(one.sent for one in quiet), dive.instruments[1].connections
    note("survey data, 1000 datagrams a second and a line that hangs up again and again: records not logged as sent",
         times=sent, worst=f"{missing} missing, {strange} changed ({connections} connections)", limit="0, 0",
         kept=not missing and not strange)  # fmt: skip
    ends = [one.holes[-1] for one in dive.accounts() if one.holes and one.holes[-1].after > dive.stopped]
    cut_off = max((dive.stopped - hole.first for hole in ends), default=0.0)
    note("… sent before the stop, and not logged", times=len(quiet), worst=f"{cut_off:.3f} s", limit="0 s",
         kept=not cut_off)  # fmt: skip
    assert connections > 2
    assert (missing, strange) == (0, 0)
    assert cut_off == 0


def test_a_killed_worker_is_back_and_no_picture_is_lost_for_it(dive: Dive) -> None:
    missing, toll, times = missing_pictures(dive.parts), dive.toll("worker"), len(dive.cuts["worker"])
    note("kill -9 of the worker that reads instruments: pictures lost", times=times, worst=str(missing), limit="0",
         kept=not missing and not dive.losses)  # fmt: skip
    note_toll(toll, times)
    assert missing == 0
    assert dive.losses == []
    assert_within(toll.lost_seconds, LOST_LIMIT_SECONDS)
    assert_back(toll.back_seconds)


@pytest.mark.parametrize(("kind", "killed"), [("control", "the control process"), ("all", "everything at once")])
def test_the_log_goes_on_with_the_recording_after_other_kills(dive: Dive, kind: str, killed: str) -> None:
    toll, times = dive.toll(kind), len(dive.cuts[kind])
    note(f"kill -9 of {killed}: survey data that is in no log", times=times,
         worst=f"{toll.lost_seconds:.2f} s before the kill", limit=f"{LOST_LIMIT_SECONDS} s",
         kept=toll.lost_seconds <= LOST_LIMIT_SECONDS)  # fmt: skip
    note_back(toll, times)
    assert_within(toll.lost_seconds, LOST_LIMIT_SECONDS)
    assert_back(toll.back_seconds)


def note_toll(toll: LogToll, times: int) -> None:
    note("… survey data that is in no log", times=times, worst=f"{toll.lost_seconds:.2f} s before the kill",
         limit=f"{LOST_LIMIT_SECONDS} s", kept=toll.lost_seconds <= LOST_LIMIT_SECONDS)  # fmt: skip
    note_back(toll, times)


def note_back(toll: LogToll, times: int) -> None:
    note("… it is logged again after", times=times, worst=f"{toll.back_seconds:.2f} s",
         limit=f"{BACK_LIMIT_SECONDS} s", kept=toll.back_seconds <= BACK_LIMIT_SECONDS)  # fmt: skip


@pytest.mark.long_form
def test_an_expression_that_never_ends_is_named_and_disturbs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_TIMER)
    port = free_port(socket.SOCK_DGRAM)
    rov = f'[[telemetry]]\nname = "ROV"\ninput = "udp://{HERE}:{port}"\nframing = "line"\ndefinitions = ["Runaway"]\n'
    with Datagrams("Survey", 100.0) as survey:
        more = DEFINITION + RUNAWAY + survey.table + rov
        with running(tmp_path, CHANNELS, more=more, variables={"PYTHONPATH": str(tmp_path)}) as program:
            start_all(program, survey)
            program.wait_recorded(1.0)
            hung = time.monotonic()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(ENDLESS, (HERE, port))
            wait_for(lambda: refused(program) == ["Runaway"], "its name in the status")
            program.record_further(1.0)
            restarts = program.get("/api/v1/telemetry")["restarts"]
            stopped = time.monotonic()
            program.get("/api/inspector/stoprecording")
            parts, losses = program.rows("parts"), program.rows("losses")
            is_named = "hung in the definition Runaway" in program.log()
        account = account_of(survey.sent, records_of(survey, raw_pieces(tmp_path)), stopped)
    back = max((hole.after for hole in account.holes), default=hung) - hung
    missing = missing_pictures(parts)
    note("an expression that never ends hangs the worker that reads instruments: named; pictures lost", times=1,
         worst=f"{'yes' if is_named else 'no'}; {missing}", limit="yes; 0", kept=is_named and not missing)  # fmt: skip
    note("… what the other instruments send is logged again after", times=1, worst=f"{back:.2f} s",
         limit=f"{BACK_LIMIT_SECONDS} s", kept=back <= BACK_LIMIT_SECONDS)  # fmt: skip
    assert is_named
    assert restarts == 1
    assert (missing, losses) == (0, [])
    assert_back(back)


def refused(program: Program) -> list[str]:
    """The definitions of the ROV that are not used any more."""
    sources = program.get("/api/v1/telemetry")["items"]
    return next(one["definitions_refused"] for one in sources if one["name"] == "ROV")


def log_through(
    folder: Path, more: str, fault: Callable[[Program], None]
) -> tuple[LogAccount, list[Any], list[Any]]:
    """A recording with a fault in its middle: the account of its log, its parts and losses."""
    with Datagrams("Survey", 100.0) as survey:
        head = f'catalogue = "{folder}/seacorder.db"\n{more}'
        with running(folder, CHANNELS, more=head + SPLITS + DEFINITION + survey.table) as program:
            start_all(program, survey)
            program.wait_recorded(1.0)
            fault(program)
            program.record_further(1.0)
            survey.stop()
            wait_for(lambda: len(raw_pieces(folder)) >= len(survey.sent), "all to be logged")
            assert program.post("/api/v1/recording/stop")["ok"]
            parts, losses = program.rows("parts"), program.rows("losses")
        return account_of(survey.sent, records_of(survey, raw_pieces(folder))), parts, losses


def note_disk(fault: str, account: LogAccount, parts: list[Any]) -> int:
    """Returns how many pictures are missing."""
    missing = missing_pictures(parts)
    note(f"{fault}, with survey data: pictures; records not logged as sent", times=account.sent,
         worst=f"{missing}; {account.missing + account.strange}", limit="0; 0",
         kept=not missing and not account.missing and not account.strange)  # fmt: skip
    return missing


def test_while_the_disk_hangs_the_log_waits_in_memory(tmp_path: Path, volume: Volume) -> None:
    seconds = 30.0 if is_long() else 4.0

    def hang(_: Program) -> None:
        with volume.frozen():
            threading.Event().wait(seconds)

    account, parts, losses = log_through(tmp_path, "", hang)
    assert note_disk(f"disk hangs for {seconds:g} s", account, parts) == 0
    assert losses == []
    assert (account.missing, account.strange) == (0, 0)


def test_on_a_disk_that_is_full_at_once_the_log_goes_on_on_the_second_with_all_that_waited(
    tmp_path: Path, volume: Volume
) -> None:
    """To the last byte, and for good. What the video loses by that is told in `test_disk_full`."""
    second, moved = tmp_path / "second", list[float]()

    def fill(program: Program) -> None:
        volume.fill(0)
        full = time.monotonic()
        wait_for(lambda: list(second.rglob("*.raw")), "the log on the second disk")
        moved.append(time.monotonic() - full)

    account, *_ = log_through(tmp_path, f'fallback_root = "{second}"\n', fill)
    note("disk full to the last byte, with a second disk: survey data not logged as sent, or twice",
         times=account.sent, worst=str(account.missing + account.strange), limit="0",
         kept=not account.missing and not account.strange)  # fmt: skip
    note("… it is logged there after", times=1, worst=f"{moved[0]:.2f} s", limit=f"{MOVE_LIMIT_SECONDS} s",
         kept=moved[0] <= MOVE_LIMIT_SECONDS)  # fmt: skip
    assert (account.missing, account.strange) == (0, 0)
    assert_within(moved[0], MOVE_LIMIT_SECONDS)


@pytest.mark.long_form
def test_before_the_disk_is_full_the_log_moves_to_the_second_as_the_video_does(tmp_path: Path, volume: Volume) -> None:
    """In good time, so that nothing is lost of either; then the first disk runs full to the last byte."""

    def fill(program: Program) -> None:
        fillers = [volume.fill(RESERVE_BYTES + 10_000_000)]  # with less the video loses a few pictures at once
        wait_for(lambda: "on_fallback" in program.alarms(), "the second disk")
        program.record_further(1.0)
        fillers.append(volume.fill(0))
        program.record_further(10.0)
        for filler in fillers:
            filler.unlink()

    account, parts, losses = log_through(tmp_path, f'fallback_root = "{tmp_path}/second"\n', fill)
    assert note_disk("disk nearly full, then full, with a second disk", account, parts) == 0
    assert losses == []
    assert (account.missing, account.strange) == (0, 0)


@pytest.mark.long_form
def test_steps_of_the_wall_clock_change_no_order_and_give_the_new_time(tmp_path: Path) -> None:
    if (reason := stepped_clock.reason_to_skip()) is not None:
        pytest.skip(reason)
    clock = SteppedClock(tmp_path)
    with Datagrams("Survey", 20.0) as survey:
        with running(tmp_path, CHANNELS, more=DEFINITION + survey.table, variables=clock.variables()) as program:
            start_all(program, survey)
            for offset in (3600.0, 0.0):
                program.record_further(2.0)
                clock.set(offset)
            program.record_further(2.0)
            survey.stop()
            program.get("/api/inspector/stoprecording")
        logged = raw_pieces(tmp_path)
        account = account_of(survey.sent, records_of(survey, logged))
        rows = [row for path in tmp_path.rglob("*.csv") for row in csv.DictReader(path.read_text("utf-8").splitlines())]
    off = max(min(abs(_utc(one.utc) - true) for true in clock.utc(one.monotonic_ns / 1e9)) for one in logged)
    known = [(_utc(row["utc"]), int(float(row["count"]))) for row in rows if row["count"]]
    row_off = max(off_by(utc, clock, survey.sent[count : count + 2]) for utc, count in known)
    turned = account.strange + falls(one.monotonic_ns for one in logged) + falls(count for _, count in known)
    note("wall clock stepped +1 h and -1 h while survey data is logged: records and rows out of order, or missing",
         times=account.sent, worst=f"{turned + account.missing}", limit="0",
         kept=not turned and not account.missing)  # fmt: skip
    note("… UTC in the raw log; in the table, against the clock's", times=len(known),
         worst=f"{1000 * off:.0f} ms; {1000 * row_off:.0f} ms", limit="100 ms; 200 ms",
         kept=off <= 0.1 and row_off <= 0.2)  # fmt: skip
    assert len(known) >= 5
    assert (turned, account.missing) == (0, 0)
    assert off <= 0.1
    assert row_off <= 0.2


def _utc(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def off_by(utc: float, clock: SteppedClock, sent: list[Sent]) -> float:
    """How far the time of a row is outside of that between its record and the next one."""
    lasted = sent[-1].at - sent[0].at if len(sent) > 1 else 0.0
    return min(max(begin - utc, utc - begin - lasted, 0.0) for begin in clock.utc(sent[0].at))


def falls(values: Iterable[int]) -> int:
    """How often a value is smaller than the one before it."""
    return sum(after < before for before, after in itertools.pairwise(values))
