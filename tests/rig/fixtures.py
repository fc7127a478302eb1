"""Fixtures of the real-RTSP rig; tests/conftest.py makes them known to every test."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from rig.rtsp_server import RtspServer, reason_to_skip
from rig.senders import Sender, reason_to_skip_rtmp, rtmp_server
from rig.source_files import SourceFile, SourceSpec, make_source
from rig.web_camera import Manner, WebCamera
from rig.x_screen import XScreen, reason_to_skip_screen

MakeSource = Callable[[SourceSpec], SourceFile]
StartServer = Callable[..., RtspServer]
Keep = Callable[[Sender], Sender]
StartCamera = Callable[[Manner], WebCamera]
StartScreen = Callable[[int, int], XScreen]


@cache
def _missing() -> str | None:
    return reason_to_skip()


def need_rtsp_server() -> None:
    """Skips the test with the reason where there is no GStreamer; `house.no_skips` makes that a failure on CI."""
    reason = _missing()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def rig_source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MakeSource:
    """Encodes a source, or takes what an earlier test has encoded: of this run or, with pytest's cache, of any."""
    cache = getattr(request.config, "cache", None)
    folder = tmp_path_factory.mktemp("rig") if cache is None else Path(cache.mkdir("sources"))
    return lambda spec: make_source(folder, spec)


@pytest.fixture
def start_rtsp_server() -> Iterator[StartServer]:
    """Starts RTSP servers, with the arguments of `RtspServer`; all end with the test."""
    need_rtsp_server()
    started: list[RtspServer] = []

    def start(**options: object) -> RtspServer:
        started.append(RtspServer(**options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def rtsp_server(start_rtsp_server: StartServer) -> RtspServer:
    """One RTSP server without passwords."""
    return start_rtsp_server()


@pytest.fixture
def keep_sender() -> Iterator[Keep]:
    """Senders that are given here end with the test."""
    kept: list[Sender] = []

    def keep(sender: Sender) -> Sender:
        kept.append(sender)
        return sender

    yield keep
    for sender in kept:
        sender.close()


@pytest.fixture
def rtmp_application(tmp_path: Path) -> Iterator[str]:
    """The address of a real RTMP server's application."""
    reason = reason_to_skip_rtmp()
    if reason is not None:
        pytest.skip(reason)
    with rtmp_server(tmp_path) as address:
        yield address


@pytest.fixture
def start_web_camera() -> Iterator[StartCamera]:
    started: list[WebCamera] = []

    def start(manner: Manner) -> WebCamera:
        started.append(WebCamera(manner))
        return started[-1]

    yield start
    for camera in started:
        camera.close()


@pytest.fixture
def start_screen() -> Iterator[StartScreen]:
    """X servers of a size; all end with the test."""
    reason = reason_to_skip_screen()
    if reason is not None:
        pytest.skip(reason)
    started: list[XScreen] = []

    def start(width: int, height: int) -> XScreen:
        started.append(XScreen(width, height))
        return started[-1]

    yield start
    for screen in started:
        screen.close()
