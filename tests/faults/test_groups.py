"""Channels that share a process: a kill or a hang is a loss of the group alone, a bad camera one of itself alone.

`Alone` comes over UDP, so it is in no group.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faults import processes
from faults.account import balance
from faults.cameras import serve
from faults.disks import Volume
from faults.kills import LOSS_LIMIT_SECONDS, Toll, assert_back, is_settled, judge, let_cameras_tell
from faults.proxy import Proxy, floods, hangs, sends_garbage
from faults.results import is_long, note
from rig.program import Program, running, wait_for
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

pytestmark = [pytest.mark.rtsp, pytest.mark.slow]

GROUP = ("Bow", "Stern", "Port")
SPLIT_SECONDS = 6
TOGETHER = "[workers]\nchannels_per_process = 8\n"


def killed(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def halted(pid: int) -> None:
    """It hangs, from outside: nothing of it runs any more."""
    os.kill(pid, signal.SIGSTOP)


@pytest.mark.alone("processes that start need the machine for themselves; at most 0.6 s is lost")
@pytest.mark.parametrize("end", [killed, halted])
def test_a_group_that_ends_is_a_loss_of_its_channels_and_of_no_other(
    tmp_path: Path,
    cameras_server: RtspServer,
    numbered: SourceFile,
    end: Callable[[int], None],
) -> None:
    group = [serve(cameras_server, f"{name}{end.__name__}", numbered) for name in GROUP]
    alone = serve(cameras_server, f"Alone{end.__name__}", numbered)
    addresses = {camera.name: camera.url for camera in group} | {alone.name: f"{alone.url}#transport=udp"}
    with running(tmp_path, addresses, more=TOGETHER) as program:
        program.record(2.0)
        (pid,) = {processes.worker_of(program, camera.name) for camera in group}
        assert pid is not None
        assert pid != processes.worker_of(program, alone.name)
        ended_at = time.monotonic()
        end(pid)
        for camera in group:
            wait_for(lambda name=camera.name: is_back(program, name), f"{camera.name} to record again")
        let_cameras_tell(program, group)
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: is_settled(program), "every file to be whole or repaired")
        parts, losses = program.rows("parts"), program.rows("losses")
        assert program.channel(alone.name)["restarts"] == 0
    toll = Toll()
    accounts = [balance(camera, parts, losses) for camera in group]
    for camera, account in zip(group, accounts, strict=True):
        toll.add(camera, account, ended_at)
    untouched = balance(alone, parts, losses)
    print("\n".join(map(str, [*accounts, untouched])))
    note(
        f"a group of three is {end.__name__}: recorded frames lost",
        times=len(group),
        worst=f"{toll.lost_seconds:.2f} s",
        limit=f"{LOSS_LIMIT_SECONDS} s",
        kept=toll.lost_seconds <= LOSS_LIMIT_SECONDS,
    )
    note("… frames are stored again after", times=len(group), worst=f"{toll.back_seconds:.2f} s", limit="5 s",
         kept=toll.back_seconds <= 5.0)  # fmt: skip
    assert (untouched.missing, untouched.losses) == (0, ()), str(untouched)
    assert toll.lost_seconds <= LOSS_LIMIT_SECONDS
    assert_back(toll.back_seconds)
    for account in accounts:
        judge(account)


def is_back(program: Program, name: str) -> bool:
    channel = program.channel(name)
    return channel["restarts"] > 0 and channel["is_recording"]


def test_a_disk_that_hangs_where_files_begin_holds_no_camera_of_a_group(
    tmp_path: Path, volume: Volume, cameras_server: RtspServer, numbered: SourceFile
) -> None:
    """Each of the eight begins a file while the disk hangs, all in one thread."""
    group = [serve(cameras_server, f"Hung{number}", numbered) for number in range(8)]
    splits = f"[recording]\nsplit_time_minutes = {SPLIT_SECONDS / 60}\n{TOGETHER}"
    with running(tmp_path, {camera.name: camera.url for camera in group}, more=splits) as program:
        program.record(2.0)
        with volume.frozen():
            threading.Event().wait(30.0 if is_long() else SPLIT_SECONDS + 2.0)
        wait_for(lambda: "disk_slow" not in program.alarms(), "the alarm's end")
        program.record_further(1.0)
        program.get("/api/inspector/stoprecording")
        parts, losses = program.rows("parts"), program.rows("losses")
    accounts = [balance(camera, parts, losses) for camera in group]
    missing = sum(account.missing for account in accounts)
    note("the disk hangs where eight channels of a group begin files", times=len(group), worst=f"{missing} frames lost",
         limit="0 frames", kept=not missing)  # fmt: skip
    assert not missing, list(map(str, accounts))
    assert len(parts) >= 2 * len(group)


def does_not_answer(proxy: Proxy) -> None:
    """Connections are made, and no request is answered: a handshake that takes as long as it is allowed to."""
    proxy.hold()
    proxy.cut()


@pytest.mark.alone("a camera that floods takes all of the machine, and none beside it may lose a picture")
def test_a_bad_camera_costs_its_group_nothing(
    tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile
) -> None:
    proxy = Proxy(cameras_server.port)
    good = [serve(cameras_server, f"Good{name}", numbered) for name in GROUP]
    bad = serve(cameras_server, "Bad", numbered)
    addresses = {camera.name: camera.url for camera in good} | {"Bad": proxy.url_of(bad.url)}
    kinds = (hangs, floods, sends_garbage, does_not_answer)
    try:
        with running(tmp_path, addresses, more=TOGETHER) as program:
            program.record(1.0)
            (pid,) = {processes.worker_of(program, name) for name in addresses}
            for begin in kinds:
                begin(proxy)
                threading.Event().wait(30.0 if is_long() else 3.0)
                proxy.frame_filter = None
                proxy.release()
                wait_for(lambda: program.channel("Bad")["state"] == "live", "the bad camera to be live again")
            assert {processes.worker_of(program, camera.name) for camera in good} == {pid}
            program.get("/api/inspector/stoprecording")
            parts, losses = program.rows("parts"), program.rows("losses")
    finally:
        proxy.close()
    accounts = [balance(camera, parts, losses) for camera in good]
    missing = sum(account.missing for account in accounts)
    note("one camera of a group of four hangs, floods, sends garbage, does not answer: the three others",
         times=len(kinds), worst=f"{missing} of {sum(account.sent for account in accounts)} frames missing",
         limit="0 frames", kept=not missing)  # fmt: skip
    assert not missing
    assert not any(account.losses or account.repeated for account in accounts), list(map(str, accounts))
