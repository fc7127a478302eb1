"""The guardian with small commands in place of the control process."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rig.program import DEADLINE_SECONDS, children, wait_for
from seacorder.supervisor import guardian

Start = Callable[..., "subprocess.Popen[str]"]
USUAL = [guardian.__file__]
NEXT_IN_AN_HOUR = ["-c", f"""
import runpy, sys
guardian = runpy.run_path({guardian.__file__!r})
guardian["Guardian"].run.__globals__["DELAYS_SECONDS"] = (3600.0,)
sys.exit(guardian["Guardian"](sys.argv[1:]).run())
"""]
GOOD_AFTER_AN_HOUR = [NEXT_IN_AN_HOUR[0], NEXT_IN_AN_HOUR[1].replace(
    '["DELAYS_SECONDS"] = (3600.0,)', '["GOOD_RUN_SECONDS"] = 3600.0'
)]
"""So that a program that this machine holds up for some seconds is not taken for a good one."""
FIRST_TIME = "import os, sys; first = not os.path.exists('ran'); open('ran', 'a').write('.')\n"
WAITS = """
import signal, sys
heard = []
signal.signal(signal.SIGTERM, lambda *_: heard.append(1))
print('ready', flush=True)
while not heard:
    signal.pause()
print('heard', flush=True)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a guardian of a Python program."""
    started: list[subprocess.Popen[str]] = []

    def run(program: str, of: list[str] = USUAL) -> "subprocess.Popen[str]":
        words = [sys.executable, "-S", "-P", *of, sys.executable, "-S", "-c", program]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(words, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True))
        return started[-1]

    yield run
    for process in started:
        left = children(process.pid)
        process.kill()
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=DEADLINE_SECONDS)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_an_order_of_its_own_or_settings_that_cannot_be_used_are_final(start: Start, code: int) -> None:
    process = start(f"raise SystemExit({code})")
    assert process.communicate(timeout=DEADLINE_SECONDS) == ("", "")
    assert process.returncode == code


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "os.abort()", "sys.exit(3)", "sys.exit(77)"])
def test_any_other_end_is_a_reason_to_start_again(start: Start, tmp_path: Path, end: str) -> None:
    process = start(f"{FIRST_TIME}\nif first: {end}\nprint('again')")
    out, said = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, out) == (0, "again\n")
    assert said.count("\n") == 1
    assert said.startswith("seacorder: Seacorder stopped unexpectedly (")
    assert said.endswith("It is started again; a running recording continues in new files, mostly within 5 s.\n")


def test_what_keeps_it_from_starting_again_may_pass(start: Start, tmp_path: Path) -> None:
    process = start(f"{FIRST_TIME}\nruns = len(open('ran').read())\nsys.exit([3, 1, 2, 0][runs - 1])")
    began = time.monotonic()
    _, said = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 0
    assert said.count("It is started again") == 3
    assert time.monotonic() - began >= 1.5, "with a back-off"


def test_a_signal_is_passed_on_and_ends_it(start: Start) -> None:
    process = start(WAITS)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=DEADLINE_SECONDS) == ("heard\n", "")
    assert process.returncode == 0


def test_signals_that_come_together_are_passed_on_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever ends a group of processes signals each of them, and some pass it on to others."""
    passed_on: list[int] = []
    now = 100.0
    monkeypatch.setattr(guardian.os, "kill", lambda _, number: passed_on.append(number))
    monkeypatch.setattr(guardian.time, "monotonic", lambda: now)
    guarding = guardian.Guardian(["a command that is not started"])
    guarding._pass_on(signal.SIGTERM)
    now += guardian.SAME_ORDER_SECONDS * 0.99
    guarding._pass_on(signal.SIGINT)
    assert passed_on == [signal.SIGTERM]
    now += guardian.SAME_ORDER_SECONDS * 0.01
    guarding._pass_on(signal.SIGINT)
    assert passed_on == [signal.SIGTERM, signal.SIGINT]


def test_the_end_of_the_terminal_is_an_order_to_end(start: Start) -> None:
    process = start(WAITS)
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGHUP)
    assert process.communicate(timeout=DEADLINE_SECONDS)[0] == "heard\n"


def test_after_a_second_signal_it_waits_no_longer(start: Start) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('ready', flush=True)\n"
    process = start(deaf + "while True: time.sleep(60)")
    assert process.stdout is not None
    process.stdout.readline()
    until = time.monotonic() + DEADLINE_SECONDS
    while process.poll() is None and time.monotonic() < until:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    assert process.returncode == guardian.KILLED + signal.SIGKILL


def test_after_a_run_that_took_commands_there_is_no_delay_however_short_it_was(start: Start) -> None:
    proof = f"os.write(int(os.environ[{guardian.PIPES_VARIABLE!r}].split()[1]), b'.')"
    runs = "runs = len(open('ran').read())"
    process = start(f"{FIRST_TIME}\n{runs}\nif runs < 5: {proof}\nsys.exit(0 if runs == 6 else 3)", GOOD_AFTER_AN_HOUR)
    _, said = process.communicate(timeout=DEADLINE_SECONDS)
    whens = [line.partition("started again")[2].partition(";")[0] for line in said.splitlines()]
    assert whens == ["", "", "", "", " in 0.5 s"]


def test_whoever_asks_between_two_runs_is_heard(start: Start) -> None:
    process = start("raise SystemExit(3)", NEXT_IN_AN_HOUR)
    assert process.stderr is not None
    assert " in 3600 s" in process.stderr.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE_SECONDS) == 0


def test_it_starts_again_and_ends_when_told_though_nobody_reads_what_it_says(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(writing, b"x" * 4096):
            pass
    os.set_blocking(writing, True)
    program = f"{FIRST_TIME}\nif first: sys.exit(3)\n{WAITS}"
    words = [sys.executable, "-S", "-P", guardian.__file__, sys.executable, "-S", "-c", program]
    process = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=writing, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.communicate(timeout=DEADLINE_SECONDS)[0] == "heard\n"
    assert process.returncode == 0
    os.close(reading)
    os.close(writing)


def test_it_tells_how_the_run_before_ended(start: Start) -> None:
    variable = f"os.environ[{guardian.ENDED_VARIABLE!r}]"
    process = start(f"{FIRST_TIME}\nprint([{variable}], flush=True)\nif first: sys.exit(77)")
    assert process.communicate(timeout=DEADLINE_SECONDS)[0] == "['']\n['exit code 77']\n"


def test_the_end_of_the_guardian_is_the_end_of_a_pipe(start: Start, tmp_path: Path) -> None:
    pipe = f"int(os.environ[{guardian.PIPES_VARIABLE!r}].split()[0])"
    process = start(f"import os; print(os.getpid(), flush=True); os.read({pipe}, 1); open('ended', 'w'); os._exit(0)")
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert os.getpgid(child) == child, "Ctrl-C in a terminal reaches the guardian alone"
    process.kill()
    process.wait()
    wait_for((tmp_path / "ended").exists, "the child to notice the end")


def test_it_is_small(start: Start) -> None:
    process = start(WAITS)
    assert process.stdout is not None
    process.stdout.readline()
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")
    if not rollup.exists():
        pytest.skip("memory is read from /proc")
    (pss,) = [int(line.split()[1]) for line in rollup.read_text().splitlines() if line.startswith("Pss:")]
    assert pss < 10 * 1024, f"{pss} KiB"


def test_it_needs_nothing_of_the_program() -> None:
    code = f"import sys, runpy; runpy.run_path({guardian.__file__!r}); print([m for m in sys.modules if 'sea' in m])"
    found = subprocess.run([sys.executable, "-S", "-P", "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_one_that_asks_for_it_is_started_again_without_a_word(start: Start, tmp_path: Path) -> None:
    process = start(FIRST_TIME + "print(os.environ['SEACORDER_GUARDIAN_ENDED'], end='|'); sys.exit(4 if first else 0)")
    assert process.communicate(timeout=DEADLINE_SECONDS) == ("||", "")
    assert process.returncode == 0
    assert (tmp_path / "ran").read_text() == ".."


def test_one_that_cannot_start_with_its_new_settings_is_tried_again(start: Start, tmp_path: Path) -> None:
    program = FIRST_TIME + "ran = len(open('ran').read()); sys.exit({1: 4, 2: 2}.get(ran, 0))"
    process = start(program)
    _, said = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 0
    assert (tmp_path / "ran").read_text() == "..."
    assert "exit code 2" in said
