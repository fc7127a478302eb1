"""kill -9 of workers and of everything at once: at random instants, inside splits, and while files are finished."""

import threading
import time
from pathlib import Path
from random import Random

import httpx
import pytest

from faults import processes
from faults.account import Account, balance
from faults.cameras import Camera, serve
from faults.files import that_do_not_open
from faults.kills import (
    BACK_LIMIT_SECONDS,
    LOSS_LIMIT_SECONDS,
    SPLIT_MINUTES,
    Toll,
    assert_back,
    is_settled,
    judge,
    let_cameras_tell,
)
from faults.results import is_long, note
from rig.program import Program, running, wait_for
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

pytestmark = [
    pytest.mark.rtsp,
    pytest.mark.slow,
    pytest.mark.alone("eight workers, which start at once, take all of the machine; at most 0.6 s is lost"),
]

VICTIMS = 7


class Killer(threading.Thread):
    """Kills one channel's worker, once, at its moment."""

    def __init__(self, program: Program, camera: Camera, chance: Random, *, at_split: bool) -> None:
        super().__init__(daemon=True)
        self.program, self.camera = program, camera
        self.delay = chance.uniform(0.0, 0.06) if at_split else chance.uniform(0.0, 3.0)
        self.at_split = at_split
        self.killed_at = 0.0

    def run(self) -> None:
        pid = wait_for(lambda: processes.worker_of(self.program, self.camera.name), f"{self.camera.name}'s worker")
        if self.at_split:
            known = self._files()
            pause = threading.Event()
            while self._files() == known:
                pause.wait(0.002)
        threading.Event().wait(self.delay)
        self.killed_at = time.monotonic()
        processes.kill(pid)

    def _files(self) -> int:
        return len(list(self.program.root.rglob(f"*{self.camera.name}*.mp4")))


def kill_round(program: Program, victims: list[Camera], chance: Random) -> dict[str, float]:
    """Kills every victim once, each at its own moment; returns when all record again. Instants of the kills."""
    killers = [Killer(program, camera, chance, at_split=place % 3 == 2) for place, camera in enumerate(victims)]
    before = {camera.name: program.channel(camera.name)["restarts"] for camera in victims}
    for killer in killers:
        killer.start()
    for killer in killers:
        killer.join()
    for name, restarts in before.items():
        wait_for(lambda name=name, restarts=restarts: is_back(program, name, restarts), f"{name} to record again")
    return {killer.camera.name: killer.killed_at for killer in killers}


def is_back(program: Program, name: str, restarts: int) -> bool:
    channel = program.channel(name)
    return channel["restarts"] > restarts and channel["is_recording"]


@pytest.mark.timeout(175)
def test_killed_workers_lose_little_and_the_others_nothing(
    tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile, chance: Random
) -> None:
    rounds = 20 if is_long() else 1
    victims = [serve(cameras_server, f"Victim{number}", numbered) for number in range(VICTIMS)]
    bystander = serve(cameras_server, "Bystander", numbered)
    with running(tmp_path, {camera.name: camera.url for camera in [*victims, bystander]}) as program:
        program.get(f"/api/inspector/splittime/{SPLIT_MINUTES}")
        program.record(1.0)
        kills = [kill_round(program, victims, chance) for _ in range(rounds)]
        let_cameras_tell(program, victims)
        parts = program.rows("parts")
        cut_off = [Path(row["path"]) for row in parts if row["state"] == "interrupted"]
        unreadable = that_do_not_open(cut_off)
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: is_settled(program), "every file to be whole or repaired")
        parts, losses = program.rows("parts"), program.rows("losses")
    accounts = {camera.name: balance(camera, parts, losses) for camera in [*victims, bystander]}
    toll = Toll()
    for killed in kills:
        for camera in victims:
            toll.add(camera, accounts[camera.name], killed[camera.name])
    report(toll, accounts, unreadable, len(cut_off))
    others = accounts.pop(bystander.name)
    note(
        "the channel beside killed workers",
        times=toll.kills,
        worst=f"{others.missing} of {others.sent} frames missing",
        limit="0 frames",
        kept=not others.missing and not others.losses,
    )
    assert (others.missing, others.losses, others.repeated) == (0, (), 0), str(others)
    assert unreadable == []
    assert toll.lost_seconds <= LOSS_LIMIT_SECONDS
    assert_back(toll.back_seconds)
    for account in accounts.values():
        judge(account)


def report(toll: Toll, accounts: dict[str, Account], unreadable: list[str], cut_off: int) -> None:
    """The rows of the table, before anything is asserted."""
    note(
        "kill -9 of a channel's worker, a third of them inside a split: recorded frames lost",
        times=toll.kills,
        worst=f"{toll.lost_seconds:.2f} s",
        limit=f"{LOSS_LIMIT_SECONDS} s",
        kept=toll.lost_seconds <= LOSS_LIMIT_SECONDS,
    )
    note(
        "… frames are stored again after",
        times=toll.kills,
        worst=f"{toll.back_seconds:.2f} s",
        limit=f"{BACK_LIMIT_SECONDS} s",
        kept=toll.back_seconds <= BACK_LIMIT_SECONDS,
    )
    note(
        "… files cut off that ffprobe does not open unrepaired",
        times=cut_off,
        worst=str(len(unreadable)),
        limit="0",
        kept=not unreadable,
    )
    worst = max(accounts.values(), key=lambda account: abs(account.difference))
    holes = sum(len(account.holes) for account in accounts.values())
    print("\n".join(map(str, accounts.values())))
    note(
        "… accounts: frames in no file and in no loss",
        times=len(accounts),
        worst=f"{worst.difference} of {worst.sent} frames, {len(worst.holes)} holes",
        limit="0",
        kept=all(account.difference == 0 for account in accounts.values()) and holes > 0,
    )


@pytest.mark.timeout(175)
def test_workers_killed_while_a_stop_finishes_their_files(
    tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile, chance: Random
) -> None:
    rounds = 8 if is_long() else 2
    cameras = [serve(cameras_server, f"Ended{number}", numbered) for number in range(4)]
    toll, faults, files = 0.0, list[str](), 0
    with running(tmp_path, {camera.name: camera.url for camera in cameras}) as program:
        program.wait_live()
        for _ in range(rounds):
            program.get("/api/inspector/startrecording")
            program.wait_recorded(1.0)
            killed_at = kill_while_stopping(program, cameras, chance)
            recording = program.rows("recordings")[-1]["id"]
            wait_for(lambda recording=recording: is_settled(program, recording), "every file to be whole or repaired")
            parts = [row for row in program.rows("parts") if row["recording_id"] == recording]
            faults += that_do_not_open([Path(row["path"]) for row in parts])
            files += len(parts)
            for camera in cameras:
                account = balance(camera, parts, program.rows("losses"))
                judge(account)
                toll = max(toll, (camera.captured(killed_at[camera.name]) - account.last) / camera.spec.rate)
            program.wait_live()
    kept = toll <= LOSS_LIMIT_SECONDS and not faults
    note(
        "kill -9 of workers while a stop finishes their files: recorded frames lost",
        times=rounds * len(cameras),
        worst=f"{toll:.2f} s, {len(faults)} of {files} files do not open",
        limit=f"{LOSS_LIMIT_SECONDS} s, 0 files",
        kept=kept,
    )
    assert faults == []
    assert toll <= LOSS_LIMIT_SECONDS


def kill_while_stopping(program: Program, cameras: list[Camera], chance: Random) -> dict[str, float]:
    """Stops, and kills each worker within the first fifth of a second of the stop; the earlier of both instants."""
    pids = {camera.name: processes.worker_of(program, camera.name) for camera in cameras}
    order = sorted((chance.uniform(0.0, 0.2), name) for name in pids)
    stopping = threading.Thread(target=stop_recording, args=(program.url,), daemon=True)
    begin = time.monotonic()
    stopping.start()
    pause = threading.Event()
    for seconds, name in order:
        pause.wait(max(0.0, begin + seconds - time.monotonic()))
        processes.kill(pids[name] or 0)
    stopping.join()
    return dict.fromkeys(pids, begin)


def stop_recording(url: str) -> None:
    """Whatever the answer is: workers that are gone cannot be asked."""
    httpx.get(f"{url}/api/inspector/stoprecording", timeout=60.0)


@pytest.mark.timeout(175)
def test_everything_killed_at_once_goes_on_when_it_is_started_again(
    tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile, chance: Random
) -> None:
    rounds = 15 if is_long() else 2
    cameras = [serve(cameras_server, f"All{number}", numbered) for number in range(3)]
    killed, started, faults, files = list[float](), list[float](), list[str](), 0
    pause = threading.Event()
    with running(tmp_path, {camera.name: camera.url for camera in cameras}) as program:
        program.get(f"/api/inspector/splittime/{SPLIT_MINUTES}")
        program.wait_live()
        program.get("/api/inspector/startrecording")
        for _ in range(rounds):
            program.wait_recorded(1.0)
            pause.wait(chance.uniform(0.0, 3.0))
            killed.append(time.monotonic())
            processes.kill_all(program)
            cut_off = program.files("*.mp4")[-2 * len(cameras) :]
            faults += that_do_not_open(cut_off)
            files += len(cut_off)
            started.append(time.monotonic())
            program.start()
        program.wait_recorded(1.0)
        wait_for(lambda: len(program.rows("losses")) >= rounds * len(cameras), "the losses")
        let_cameras_tell(program, cameras)
        program.get("/api/inspector/stoprecording")
        wait_for(lambda: is_settled(program), "the repairs")
        parts, losses = program.rows("parts"), program.rows("losses")
    accounts = [balance(camera, parts, losses) for camera in cameras]
    print("\n".join(map(str, accounts)))
    judge_restarts(cameras, accounts, killed, started)
    note(
        "… files cut off that ffprobe does not open unrepaired",
        times=files,
        worst=str(len(faults)),
        limit="0",
        kept=not faults,
    )
    assert faults == []
    for account in accounts:
        judge(account)


def judge_restarts(
    cameras: list[Camera], accounts: list[Account], killed: list[float], started: list[float]
) -> None:
    """The worst of all channels and restarts."""
    lost, back = 0.0, 0.0
    for camera, account in zip(cameras, accounts, strict=True):
        for kill, start in zip(killed, started, strict=True):
            newest = camera.captured(kill)
            hole = min(account.holes, key=lambda one: abs(one.before - newest))
            lost = max(lost, (newest - hole.before) / camera.spec.rate)
            back = max(back, camera.instant(hole.after) - start)
    difference = max(abs(account.difference) for account in accounts)
    note(
        "kill -9 of the program and all workers at once: recorded frames lost",
        times=len(killed),
        worst=f"{lost:.2f} s; account off by {difference}",
        limit=f"{LOSS_LIMIT_SECONDS} s; 0",
        kept=lost <= LOSS_LIMIT_SECONDS and difference == 0,
    )
    note(
        "… started again by the test: frames are stored after",
        times=len(killed),
        worst=f"{back:.2f} s",
        limit=f"{BACK_LIMIT_SECONDS} s",
        kept=back <= BACK_LIMIT_SECONDS,
    )
    assert lost <= LOSS_LIMIT_SECONDS
    assert_back(back)
