"""Fixtures of the real-RTSP rig; tests/conftest.py makes them known to every test."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from rig.rtsp_server import RtspServer, reason_to_skip
from rig.source_files import SourceFile, SourceSpec, make_source

MakeSource = Callable[[SourceSpec], SourceFile]
StartServer = Callable[..., RtspServer]


@cache
def _missing() -> str | None:
    return reason_to_skip()


def need_rtsp_server() -> None:
    """Skips the test with the reason where there is no GStreamer; `house.no_skips` makes that a failure on CI."""
    reason = _missing()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def rig_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this session's encoded sources are."""
    return tmp_path_factory.mktemp("rig")


@pytest.fixture(scope="session")
def rig_source(rig_folder: Path) -> MakeSource:
    """Encodes a source, or takes the one that this session has encoded already."""
    return lambda spec: make_source(rig_folder, spec)


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
