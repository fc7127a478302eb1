"""Long texts of clients pass through the redaction of credentials: it must not stop the event loop."""

import time

import pytest

from faults.results import note
from seacorder.base.redaction import redact

TEXTS = ["x", "a://", "://x", "rtsp://u:p@", "?pwd=", "?pwd=x", "+", "a:/"]
TIMES = 200_000
SECONDS_MAX = 5.0
TOOK: dict[str, float] = {}


@pytest.mark.parametrize("text", TEXTS)
def test_redaction_takes_time_in_proportion_to_the_text(text: str) -> None:
    begin = time.thread_time()  # of this thread alone: whatever else the machine does
    redact(text * TIMES)
    TOOK[text] = time.thread_time() - begin
    assert TOOK[text] < SECONDS_MAX


def test_no_text_holds_the_recorder_up() -> None:
    """Of those that this run has tried."""
    slowest = max(TOOK.values(), default=SECONDS_MAX)
    size = f"{TIMES * max(map(len, TEXTS)) / 1e6:.1f} MB"
    note(f"texts of up to {size} that look like addresses: passwords taken out within", times=len(TOOK),
         worst=f"{slowest:.2f} s", limit=f"{SECONDS_MAX:g} s", kept=slowest < SECONDS_MAX)  # fmt: skip
    assert slowest < SECONDS_MAX
