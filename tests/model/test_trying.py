"""The mark that says what is being tried."""

from hypothesis import given
from hypothesis import strategies as st

from seacorder.model.trying import MARK_BYTES, NAME_BYTES, NO_MARK, Mark, mark_in, mark_of


@given(st.text(min_size=1, max_size=40).filter(lambda name: name.isprintable()), st.integers(1, 2**62))
def test_it_is_read_as_it_was_written(name: str, since_ns: int) -> None:
    content = mark_of(name, since_ns)
    assert len(content) == MARK_BYTES
    assert mark_in(content) == Mark(name, since_ns)


def test_cleared_or_cut_it_says_nothing() -> None:
    content = mark_of("rov", 5)
    assert mark_in(NO_MARK + content[len(NO_MARK) :]) is None
    assert mark_in(content[:20]) is None
    assert mark_in(bytes(MARK_BYTES)) is None


def test_a_name_that_is_too_long_is_cut() -> None:
    mark = mark_in(mark_of("x" * 1000, 5))
    assert mark == Mark("x" * NAME_BYTES, 5)
