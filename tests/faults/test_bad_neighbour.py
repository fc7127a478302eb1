"""One bad camera of sixteen: the fifteen others lose nothing, and the program keeps answering."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import quantiles

import pytest

from faults.account import balance
from faults.cameras import serve
from faults.conftest import SEED
from faults.proxy import DamagedUnits, Flood, Garbage, Proxy
from faults.results import is_long, note
from rig.program import Program, running
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

pytestmark = [pytest.mark.rtsp, pytest.mark.slow]

CHANNELS = 16


def hang(proxy: Proxy) -> None:
    proxy.hold()


def flood(proxy: Proxy) -> None:
    proxy.frame_filter = Flood()


def garble(proxy: Proxy) -> None:
    garbage, damage = Garbage(Random(SEED), 0.2), DamagedUnits(Random(SEED), 0.5)
    proxy.frame_filter = lambda channel, packet: [*garbage(channel, packet), *damage(channel, packet)]


BAD: dict[str, Callable[[Proxy], None]] = {"hanging": hang, "flooding": flood, "garbage": garble}


@pytest.mark.timeout(175)
def test_fifteen_cameras_lose_nothing_beside_a_bad_one(
    tmp_path: Path, cameras_server: RtspServer, numbered: SourceFile
) -> None:
    seconds = 60.0 if is_long() else 5.0
    proxy = Proxy(cameras_server.port)
    good = [serve(cameras_server, f"Good{number:02}", numbered) for number in range(CHANNELS - 1)]
    bad = serve(cameras_server, "Bad", numbered)
    addresses = {camera.name: camera.url for camera in good} | {"Bad": proxy.url_of(bad.url)}
    times: dict[str, list[float]] = {}
    try:
        with running(tmp_path, addresses) as program:
            program.wait_live()
            program.get("/api/inspector/startrecording")
            program.wait_recorded(1.0)
            times["well"] = answer_times(program, seconds)
            for kind, begin in BAD.items():
                begin(proxy)
                times[kind] = answer_times(program, seconds)
                proxy.frame_filter = None
                proxy.release()
            program.get("/api/inspector/stoprecording")
            parts, losses = program.rows("parts"), program.rows("losses")
    finally:
        proxy.close()
    accounts = [balance(camera, parts, losses) for camera in good]
    missing = sum(account.missing for account in accounts)
    kept = not missing and not any(account.losses or account.repeated for account in accounts)
    note(
        "one camera of sixteen hangs, floods, sends garbage: the fifteen others",
        times=len(BAD),
        worst=f"{missing} of {sum(account.sent for account in accounts)} frames missing",
        limit="0 frames",
        kept=kept,
    )
    p99 = {kind: 1000 * quantiles(mine, n=100)[98] for kind, mine in times.items()}
    slowest = max(BAD, key=lambda kind: p99[kind])
    note(
        "… `isrecording` answered at p99",
        times=sum(map(len, times.values())),
        worst=f"{p99[slowest]:.0f} ms ({slowest}); {p99['well']:.0f} ms before",
        limit="every question answered",
        kept=True,
    )
    assert kept, [str(account) for account in accounts if account.missing or account.losses]


def answer_times(program: Program, seconds: float) -> list[float]:
    """Asks fifty times a second whether it records; every answer has to be yes. Seconds that each answer took."""
    times: list[float] = []
    end = time.monotonic() + seconds
    pause = threading.Event()
    while time.monotonic() < end:
        begin = time.monotonic()
        assert program.get("/api/inspector/isrecording") is True
        times.append(time.monotonic() - begin)
        pause.wait(0.02)
    return times
