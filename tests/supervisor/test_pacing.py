from hypothesis import given
from hypothesis import strategies as st

from seacorder.supervisor.limits import Limits
from seacorder.supervisor.pacing import Bucket, RestartDelay, Silence

LIMITS = Limits()


def test_the_delay_doubles_up_to_the_longest() -> None:
    backoff = RestartDelay(LIMITS)
    delays = [backoff.delay_after(run, is_proved=False) for run in (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 3600.0)]
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_a_run_that_proved_itself_lets_the_delay_begin_anew_however_often_it_is_cut_short() -> None:
    backoff = RestartDelay(LIMITS)
    for _ in range(4):
        backoff.delay_after(1.0, is_proved=False)
    assert [backoff.delay_after(0.7, is_proved=True) for _ in range(200)] == [0.5] * 200
    assert backoff.delay_after(0.7, is_proved=False) == 1.0


def test_after_a_good_run_there_is_no_delay() -> None:
    assert RestartDelay(LIMITS).delay_after(5.0, is_proved=True) == 0.0


@given(st.lists(st.floats(0, 10), max_size=200))
def test_a_bucket_never_gives_more_than_its_size_and_its_rate(steps: list[float]) -> None:
    bucket, now, given_out = Bucket(5, 2), 0.0, 0
    for step in steps:
        now += step
        given_out += bucket.take(now)
        assert given_out <= 5 + 2 * now + 1e-6


@given(st.floats(0, 100))
def test_after_the_wait_that_it_names_a_bucket_gives(now: float) -> None:
    bucket = Bucket(1, 4)
    assert bucket.take(now)
    assert bucket.take(now + bucket.wait_seconds(now) + 1e-6)


def test_what_cannot_be_left_out_is_paid_for_by_what_follows() -> None:
    bucket = Bucket(2, 1)
    for _ in range(4):
        bucket.take_anyway(100.0)
    assert [bucket.take(100.0 + seconds) for seconds in (0.0, 1.0, 2.0, 2.9, 3.0)] == [False, False, False, False, True]


def test_silence_grows_with_the_looks_at_it() -> None:
    silence = Silence(10.0)
    assert [silence.look(now, 1.0) for now in (10.0, 10.5, 11.0)] == [0.0, 0.5, 1.0]


def test_silence_begins_with_the_newest_report() -> None:
    silence = Silence(0.0)
    silence.look(1.0, 1.0)
    silence.heard(1.25)
    assert silence.look(3.25, 5.0) == 2.0


def test_a_suspended_control_process_does_not_take_its_own_absence_for_silence() -> None:
    silence = Silence(0.0)
    assert silence.look(3600.0, most=1.0) == 1.0
