"""What the cases share."""

from collections.abc import Generator, Iterator
from pathlib import Path
from random import Random

import pytest

from faults.cameras import CHANNELS, Camera, serve, small
from faults.disks import Volume, need_volumes
from faults.proxy import SEED
from faults.results import is_long, note_ended, note_failure, note_planned
from rig.fixtures import MakeSource, need_rtsp_server
from rig.program import Program
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long form has cases of many minutes, and cases of its own, which the short form does not have at all."""
    if is_long():
        for item in items:
            item.add_marker(pytest.mark.timeout(3 * 3600), append=False)  # before a shorter one of its own
        return
    others = [item for item in items if item.get_closest_marker("long_form")]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


def pytest_collection_finish(session: pytest.Session) -> None:
    if not session.config.option.collectonly:
        note_planned(item.nodeid for item in session.items if item.path.parent == FOLDER)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """No test of the suite ends without being in the table, however it ends."""
    report = yield
    if report.failed or report.skipped:
        note_failure(item.nodeid, _why(report))
    if report.when == "teardown":
        note_ended(item.nodeid)
    return report


def _why(report: pytest.TestReport) -> str:
    """The line that says it, short enough for a table."""
    crash = getattr(report.longrepr, "reprcrash", None)
    said = crash.message if crash is not None else str(report.longrepr)
    if isinstance(report.longrepr, tuple):  # of a skip: file, line, reason
        said = report.longrepr[2]
    first = next(iter(said.strip().splitlines()), "")
    return f"{report.outcome} in {report.when}: {first[:120]}"


@pytest.fixture(autouse=True, scope="module")
def real_heartbeat() -> Iterator[None]:
    """A worker is given up when a user's would be: what that costs is measured here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Program, "heartbeat_seconds", None)
        yield


@pytest.fixture
def chance() -> Random:
    return Random(SEED)


@pytest.fixture(scope="module")
def numbered(rig_source: MakeSource) -> SourceFile:
    """The source that most cameras of the suite send."""
    return rig_source(small())


@pytest.fixture(scope="module")
def cameras_server() -> Iterator[RtspServer]:
    """One RTSP server for all cases of a module."""
    need_rtsp_server()
    with RtspServer() as server:
        yield server


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Volume]:
    """Where the program's files go: a file system of its own."""
    need_volumes()
    with Volume(tmp_path / "files") as made:
        yield made


@pytest.fixture
def cameras(cameras_server: RtspServer, numbered: SourceFile) -> list[Camera]:
    """Two cameras that send the same."""
    return [serve(cameras_server, name, numbered) for name in CHANNELS]
