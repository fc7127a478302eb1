"""What the cases share."""

from collections.abc import Iterator
from random import Random

import pytest

from faults.cameras import small
from faults.results import is_long
from rig.fixtures import MakeSource, need_rtsp_server
from rig.rtsp_server import RtspServer
from rig.source_files import SourceFile

SEED = 20260801
"""Of all random choices: the same faults in each run, at instants that differ only by the machine's moods."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long form has cases of many minutes, and cases of its own, which the short form does not have at all."""
    if is_long():
        for item in items:
            item.add_marker(pytest.mark.timeout(3 * 3600))
        return
    others = [item for item in items if item.get_closest_marker("long_form")]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


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
