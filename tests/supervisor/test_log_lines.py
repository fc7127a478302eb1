"""A worker's lines: bounded, but for those that say what became of files."""

import asyncio
import logging

import pytest

from seacorder.supervisor.limits import Limits
from seacorder.supervisor.log_lines import LogLines, SharedLog

LIMITS = Limits(log_lines_at_once=3, log_lines_per_second=1e-9)


async def forwarded(text: str, caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    caplog.set_level(logging.DEBUG)
    source = asyncio.StreamReader()
    source.feed_data(text.encode())
    source.feed_eof()
    await LogLines("Bow", LIMITS).forward(source)
    return [(record.levelno, record.getMessage()) for record in caplog.records]


async def test_lines_about_files_are_never_left_out_and_the_rest_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    lines = [f"2026-05-04T03:02:01Z ERROR!  Bow: File {number} is gone.\n" for number in range(20)]
    lines += [f"2026-05-04T03:02:01+0200 INFO    Bow: A packet, {number}.\n" for number in range(20)]
    lines += ["2026-05-04T03:02:01Z WARNING! Bow: The last file.\n"]
    said = await forwarded("".join(lines), caplog)
    assert said == [
        *((logging.ERROR, f"Bow: File {number} is gone.") for number in range(20)),
        (logging.WARNING, "Bow: 20 lines of its log were left out, because there were too many."),
        (logging.WARNING, "Bow: The last file."),
    ]


async def test_what_a_library_writes_is_passed_on_as_the_worker_s(caplog: pytest.LogCaptureFixture) -> None:
    assert await forwarded("[h264 @ 0x1] error\xff\n\n", caplog) == [(logging.WARNING, "Bow: [h264 @ 0x1] error\xff")]


async def test_in_a_shared_log_one_that_writes_too_much_loses_its_own_lines_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = SharedLog(LogLines("Bow + Stern", LIMITS))
    source = asyncio.StreamReader()
    head = "2026-05-04T03:02:01Z INFO    "
    lines = [f"{head}Bow: Line {number}." for number in range(9)]
    lines += [f"{head}Stern: All is well.", "  and a second line of it", f"{head}group: No channel's."]
    source.feed_data("\n".join(lines).encode())
    source.feed_eof()
    caplog.set_level(logging.DEBUG)
    with log.heard_by("Bow", LogLines("Bow", LIMITS)), log.heard_by("Stern", LogLines("Stern", LIMITS)):
        await log.forward(source)
    assert [record.getMessage() for record in caplog.records] == [
        *(f"Bow: Line {number}." for number in range(3)),
        "Stern: All is well.",
        "Stern:   and a second line of it",
        "group: No channel's.",
        "Bow: 6 lines of its log were left out, because there were too many.",
    ]
