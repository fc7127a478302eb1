"""A cursor is read back as it was written; any other text is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.errors import BadRequest
from seacorder.catalogue.page import LIMIT_MAX, check_limit, read_cursor, write_cursor

NUMBERS = st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1)


@given(NUMBERS, NUMBERS)
def test_a_cursor_reads_back_and_can_stand_in_a_url(start_utc_ns: int, row: int) -> None:
    text = write_cursor(start_utc_ns, row)
    assert read_cursor(text) == (start_utc_ns, row)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    refused = None
    try:
        read_cursor(text)
    except BadRequest as error:
        refused = error
    assert refused is None or refused.field == "cursor"


def test_a_limit_has_bounds() -> None:
    assert [check_limit(limit) for limit in (1, LIMIT_MAX)] == [1, LIMIT_MAX]
    for limit in (0, LIMIT_MAX + 1):
        with pytest.raises(BadRequest):
            check_limit(limit)
