"""Splits follow one schedule, whenever somebody asks for the next one."""

from hypothesis import given
from hypothesis import strategies as st

from seacorder.model.instant import SplitSchedule

NS = st.integers(min_value=0, max_value=2**62)
PERIOD = st.integers(min_value=1, max_value=10**14)


@given(origin_ns=NS, period_ns=PERIOD, now_ns=NS)
def test_the_next_split_is_the_first_one_later_than_now(origin_ns: int, period_ns: int, now_ns: int) -> None:
    split_ns = SplitSchedule(origin_ns, period_ns).next_after(now_ns)
    assert split_ns is not None
    assert (split_ns - origin_ns) % period_ns == 0
    assert split_ns > max(origin_ns, now_ns)
    assert split_ns - period_ns <= max(origin_ns, now_ns)


def test_a_period_of_0_never_splits() -> None:
    assert SplitSchedule(5, 0).next_after(7) is None
