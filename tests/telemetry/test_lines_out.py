"""Lines of readings that go to other systems."""

import socket

from seacorder.base.clock import NS_PER_SECOND
from seacorder.model.command import SetContext
from seacorder.model.dive_context import DiveContext
from seacorder.model.instant import Instant
from seacorder.model.overlay_line import line_of
from seacorder.model.reading import Reading, ReadingState
from seacorder.model.telemetry import LineOut
from seacorder.telemetry.lines_out import LinesOut, text_of

STALE_NS = {"GPS": 5 * NS_PER_SECOND}


def test_a_line_has_its_values_its_checksum_and_nothing_for_none() -> None:
    out = LineOut("127.0.0.1", 1, "$PSEA,{depth:.1f},{altitude:.1f}", has_checksum=True)
    assert text_of(out, line_of(out.line), {"depth": 12.34}) == "$PSEA,12.3,*19\r\n"
    plain = LineOut("127.0.0.1", 1, "D {depth:.1f}", none="-")
    assert text_of(plain, line_of(plain.line), {}) == "D -\r\n"


def test_lines_are_sent_at_their_interval_and_a_stale_value_is_none() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(60)
        lines = LinesOut((LineOut("127.0.0.1", receiver.getsockname()[1], "{depth:.1f}"),), STALE_NS)
        lines.on_readings([Reading("depth", 12.5, "m", ReadingState.FRESH, Instant(10 * NS_PER_SECOND, 1), "GPS")])
        for tenth in (100, 105, 110, 170):
            lines.look(tenth * NS_PER_SECOND // 10)
        assert [receiver.recv(100) for _ in range(3)] == [b"12.5\r\n", b"12.5\r\n", b"\r\n"]
        lines.stop()


def test_a_line_may_hold_the_context() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(60)
        out = LineOut("127.0.0.1", receiver.getsockname()[1], "{dive},{task}", none="-")
        lines = LinesOut((out,), STALE_NS)
        lines.carry_out(SetContext(Instant(0, 0), DiveContext(dive="12")))
        lines.look(NS_PER_SECOND)
        assert receiver.recv(100) == b"12,-\r\n"
        lines.stop()
