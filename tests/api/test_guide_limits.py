"""docs/programs/guide.md says how long Seacorder takes at most, and how much it takes: as the code does."""

import re
from pathlib import Path

import pytest

from rig.pages import rows, sections
from seacorder.api.http import connections, security, wire
from seacorder.api.v1 import listeners
from seacorder.catalogue import timed_queries
from seacorder.control.context import Timeouts
from seacorder.control.recording import encoding_orders, outcomes

pytestmark = pytest.mark.docs
PAGE = (Path(__file__).parents[2] / "docs/programs/guide.md").read_text("utf-8")
LIMITS = Timeouts()


TIMEOUTS, BOUNDS = (
    {first: others for first, *others in rows(sections(PAGE, 3)[heading])[1:]} for heading in ("Timeouts", "Limits")
)
"""The tables below two headings, by their first column."""


@pytest.mark.parametrize(
    ("command", "seconds"),
    [
        ("`startclip`", LIMITS.start_seconds),
        ("`startrecording`", LIMITS.start_seconds),
        ("`takeframegrab`", LIMITS.framegrab_seconds),
        ("`stoprecording`, `stopclip`", LIMITS.stop_seconds),
        ("folders, templates, `splittime`, `reevaluatetags`", encoding_orders.IN_FORCE_SECONDS),
        ("`recordersettings/apply`, `PATCH` of settings", LIMITS.encoders_seconds),
        ("lists of `/api/v1`", timed_queries.ANSWER_SECONDS + timed_queries.FRESH_SECONDS),
        ("`picture.jpg`", LIMITS.picture_seconds),
    ],
)
def test_a_limit_is_the_recorders_and_a_client_waits_longer(command: str, seconds: float) -> None:
    _, own, advised = TIMEOUTS[command]
    assert own.startswith(f"{seconds:g} s")
    assert max(map(int, re.findall(r"\d+", advised))) >= 1.5 * seconds


def test_a_start_right_after_the_programs_start_has_its_own_limit() -> None:
    longest = outcomes.WORKER_SECONDS_MAX + 2 * LIMITS.start_seconds
    _, own, advised = TIMEOUTS["`startrecording`"]
    assert f"about {longest:g} s right after" in own
    assert int(re.findall(r"\d+", advised)[0]) > longest


def test_every_advice_of_the_quick_start_is_the_guides() -> None:
    page = (Path(__file__).parents[2] / "docs/programs/quickstart.md").read_text("utf-8")
    for words, command in (
        ("60 s for a stop", "`stoprecording`, `stopclip`"),
        ("20 s for a start or a framegrab", "`startrecording`"),
        ("10 s for a clip", "`startclip`"),
        ("5 s for questions", "`ping`, `isrecording`, status, overlay"),
    ):
        assert words in page
        assert TIMEOUTS[command][-1].strip("*") == words[: words.index(" s") + 2]


def test_the_limits_are_those_of_the_code() -> None:
    assert BOUNDS["body of a request"] == [
        f"{security.BODY_BYTES_MAX // 1024} KiB, arrived within {wire.BODY_SECONDS_MAX:g} s"
    ]
    assert f"arrived within {connections.HEAD_SECONDS_MAX:g} s" in BOUNDS["head of a request"][0]
    assert f"{connections.KEEP_ALIVE_SECONDS} s" in BOUNDS["an open connection without a request"][0]
    assert f"{connections.UNREAD_SECONDS_MAX:g} s" in BOUNDS["a client that does not read its answer"][0]
    assert BOUNDS["connections per service"][0].startswith(f"{connections.CONNECTIONS_MAX}.")
    assert BOUNDS["listeners to events"] == [str(listeners.LISTENERS_MAX)]
