"""The real program, from start to end, and everything that keeps it from starting."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rig.frames import packet_count
from rig.ports import free_port, free_ports
from rig.program import Program, running, wait_for
from seacorder.cli.serve import tell_guardian
from seacorder.client.errors import InspectorError
from seacorder.client.inspector import InspectorClient
from seacorder.client.recorder import RecorderClient
from seacorder.config.reserved import HEARTBEAT_VARIABLE

PATTERN = "test:?size=320x180&rate=25&gop=10"
TWO = {"Bow": PATTERN, "Stern": PATTERN}


def start(program: Program) -> list[Path]:
    """Starts a recording; gives its files once each holds some frames."""
    program.wait_live()
    with RecorderClient(program.url) as client:
        outcome = client.start_recording()
        assert all(channel.ok for channel in outcome.channels)
        wait_for(
            lambda: all(one.recording and one.recording.frames >= 20 for one in client.status().channels), "20 frames"
        )
    return [Path(str(channel.path)) for channel in outcome.channels]


def ended_by_another(program: Program, number: signal.Signals) -> bool:
    """Sends a signal; True once the program has ended. Signals of the first second are one order to end."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait_ended(0.1)
        return True
    os.kill(program.pid, number)
    return False


def test_a_start_after_a_crash_does_not_wait_for_the_web_framework() -> None:
    code = "import sys, seacorder.cli.serve; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stdout.split()
    assert "seacorder.control.recorder" in loaded
    assert not {"fastapi", "starlette", "uvicorn", "h11", "websockets"} & set(loaded)


def test_it_says_where_it_listens_and_ctrl_c_finishes_every_file(tmp_path) -> None:
    with running(tmp_path, TWO) as program:
        files = start(program)
        os.kill(program.pid, signal.SIGINT)
        assert program.wait_ended() == 0
        for expected in (f"{program.url}/", f"{program.integration_url}/", str(program.root), "Bow, Stern"):
            assert expected in program.log()
        told = [line.partition(": ")[2] for line in program.log().splitlines()]
        assert told[-1] == "Every file is finished. Seacorder has ended."
        assert sum("switch the computer off" in line for line in told) == 1
        assert "Ctrl-C" not in program.log(), "no terminal"
    for file in files:
        assert packet_count(file) >= 20
        assert b"moov" in file.read_bytes()[-100_000:], "an ordinary index at the end"


def test_sigterm_is_ctrl_c(tmp_path) -> None:
    with running(tmp_path, TWO) as program:
        assert program.stop() == 0


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="workers are found by /proc")
def test_a_second_signal_means_now(tmp_path) -> None:
    with running(tmp_path, {"Bow": PATTERN}) as program:
        (file,) = start(program)
        (worker,) = program.worker_pids()
        os.kill(worker, signal.SIGSTOP)
        os.kill(program.pid, signal.SIGINT)
        wait_for(lambda: "finishes its files" in program.log(), "the first signal to be heard")
        wait_for(lambda: ended_by_another(program, signal.SIGINT), "the end")
        assert program.wait_ended() == 1
        assert "did not end properly" in program.log()
        assert "Seacorder has ended" not in program.log()
        wait_for(lambda: not Path(f"/proc/{worker}/exe").exists(), "the worker to be gone")
    assert packet_count(file) > 0, "readable as it stands"


def test_a_port_that_is_taken(real_command, tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        other = free_port()
        ended = real_command("serve", "--demo", "--root", tmp_path, "--port", port, "--integration-port", other)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"seacorder: Port {port} on 127.0.0.1 is taken by another program, perhaps a second Seacorder.\n"
        "  Stop that one, or choose another port in [server] inspector_port.\n"
    )


def demo(root: Path) -> list[object]:
    """The words of `serve --demo` on free ports."""
    port, other = free_ports(2)
    return ["serve", "--demo", "--root", root, "--port", port, "--integration-port", other]


def test_a_storage_folder_that_cannot_be_written(real_command, tmp_path) -> None:
    (tmp_path / "file").write_text("in the way")
    root = tmp_path / "file" / "recordings"
    ended = real_command(*demo(root))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == (
        f"seacorder: The storage folder {root} cannot be written (Not a directory).\n"
        "  Make it writable for this user, or choose another [storage] root.\n"
    )


def test_a_second_recorder_in_the_same_folder(real_command, tmp_path) -> None:
    with running(tmp_path, TWO) as program:
        ended = real_command(*demo(program.root))
        with InspectorClient(program.url) as inspector:
            assert inspector.ping(), "the first one is not touched"
    assert ended.code == 1
    assert "Another Seacorder is recording into" in ended.err
    assert "Traceback" not in ended.err


def test_a_heartbeat_that_is_none(real_command, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(HEARTBEAT_VARIABLE, "soon")
    ended = real_command(*demo(tmp_path / "files"))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "seacorder: variable SEACORDER_HEARTBEAT_SECONDS: 'soon' is no number of seconds from 3 to 600.\n"
        "  Correct it, or remove it: then it is 3.\n"
    )
    assert not (tmp_path / "files").exists()


def test_an_address_that_is_none_of_this_machine(real_command, tmp_path) -> None:
    ended = real_command("serve", "--demo", "--root", tmp_path, "--host", "203.0.113.7")
    assert ended.code == 2
    assert "'203.0.113.7' is no address of this computer" in ended.err


def test_a_bad_camera_is_told_and_harms_nobody(tmp_path) -> None:
    gone = f"rtsp://u:secret@127.0.0.1:{free_port()}/s"
    with running(tmp_path, {"Bow": PATTERN, "Gone": gone}) as program, RecorderClient(program.url) as client:
        program.wait_live("Bow")
        failed = wait_for(lambda: [one for one in client.status().channels if one.state == "failed"], "the failure")
        assert [(one.name, bool(one.reason)) for one in failed] == [("Gone", True)]
        assert [channel.ok for channel in client.start_recording().channels] == [True, False]
        assert client.stop_recording().ok
        assert "secret" not in f"{client.status_json()} {program.log()}"


def test_a_command_that_no_channel_can_carry_out_is_one_sentence(tmp_path) -> None:
    gone = f"rtsp://127.0.0.1:{free_port()}/s"
    with running(tmp_path, {"Gone": gone}) as program, InspectorClient(program.url) as inspector:
        assert inspector.take_framegrab() is False
        with pytest.raises(InspectorError, match=r"Gone|live"):
            inspector.start_clip()


def test_the_guardian_is_told_that_commands_are_taken_and_need_not_be_there_any_more() -> None:
    reading, writing = os.pipe()
    tell_guardian(writing)
    assert os.read(reading, 10) == b"."
    assert os.read(reading, 10) == b"", "closed: nobody else is to hold it"
    os.close(reading)
    reading, writing = os.pipe()
    os.close(reading)
    tell_guardian(writing)
