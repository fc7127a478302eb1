"""Signs of life with cameras that count, refuse, are silent, or hang up: a camera is a function of what it is sent."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.base.clock import NS_PER_SECOND
from seacorder.inputs.rtsp.camera_memory import KeepAliveHabits
from seacorder.inputs.rtsp.keep_alive import KeepAlive

LOOK_NS = NS_PER_SECOND // 2
OK, REFUSED, SILENT, HANGS_UP = 200, 400, 0, -1
METHODS = ("GET_PARAMETER", "OPTIONS", "SET_PARAMETER")
Answers = Callable[[str], int]


@dataclass
class Camera:
    """Ends a session `timeout` seconds after the last sign of life that counts."""

    counts: set[str]
    answers: Answers = lambda _: OK
    timeout: float = 60
    told: int = 60
    offers: bool = True
    habits: KeepAliveHabits = field(default_factory=KeepAliveHabits)
    sent: list[str] = field(default_factory=list)

    def lives(self, seconds: float) -> float:
        """Seconds for which a session lives, at most `seconds`."""
        alive, number = KeepAlive(self.habits, offers_get_parameter=self.offers), 0
        alive.begin(self.told, 0)
        counted_ns = now_ns = 0
        self.sent = []
        while now_ns < seconds * NS_PER_SECOND:
            now_ns += LOOK_NS
            if now_ns - counted_ns > self.timeout * NS_PER_SECOND:
                alive.ended(now_ns)
                break
            method = alive.due(now_ns)
            if method is None:
                continue
            number += 1
            self.sent.append(method)
            alive.sent(method, number, now_ns)
            status = self.answers(method)
            if method in self.counts:
                counted_ns = now_ns
            if status == HANGS_UP:
                alive.ended(now_ns + LOOK_NS)
                break
            if status != SILENT:
                alive.answered(number, status)
        return now_ns / NS_PER_SECOND


def only(method: str, otherwise: int) -> Answers:
    return lambda asked: OK if asked == method else otherwise


@pytest.mark.parametrize("offers", [True, False])
@pytest.mark.parametrize("timeout", [2, 5, 6, 10, 30, 60, 120])
@pytest.mark.parametrize("otherwise", [OK, REFUSED, SILENT])
@pytest.mark.parametrize("counts", ["GET_PARAMETER", "OPTIONS"])
def test_whichever_counts_keeps_the_first_session_alive(
    counts: str, otherwise: int, timeout: int, *, offers: bool
) -> None:
    camera = Camera({counts}, only(counts, otherwise), timeout, timeout, offers)
    assert camera.lives(10 * timeout) == 10 * timeout


def test_set_parameter_comes_when_the_others_are_refused_and_then_none() -> None:
    camera = Camera({"SET_PARAMETER"}, only("SET_PARAMETER", 501))
    assert camera.lives(600) == 600
    assert camera.sent[:3] == ["GET_PARAMETER", "OPTIONS", "SET_PARAMETER"]
    assert set(camera.sent[3:]) == {"SET_PARAMETER"}
    camera = Camera(set(), lambda _: 405, timeout=10_000)
    assert camera.lives(600) == 600
    assert camera.sent == ["GET_PARAMETER", "OPTIONS", "SET_PARAMETER"]


def test_what_was_refused_is_remembered_over_a_reconnect() -> None:
    camera = Camera({"OPTIONS"}, only("OPTIONS", REFUSED))
    camera.lives(200)
    assert camera.sent[0] == "GET_PARAMETER"
    camera.lives(200)
    assert set(camera.sent) == {"OPTIONS"}


@pytest.mark.parametrize("counts", ["GET_PARAMETER", "OPTIONS", "SET_PARAMETER"])
def test_a_refused_sign_that_counts_is_sent_after_a_session_has_ended(counts: str) -> None:
    camera = Camera({counts}, lambda _: REFUSED)
    assert camera.lives(1000) < 200
    assert camera.lives(1000) == 1000


@pytest.mark.parametrize("other", ["GET_PARAMETER", "OPTIONS"])
def test_a_sign_after_which_the_camera_hangs_up_is_sent_once(other: str) -> None:
    [right] = {"GET_PARAMETER", "OPTIONS"} - {other}
    camera = Camera({right}, only(right, HANGS_UP))
    camera.lives(1000)
    assert camera.lives(1000) == 1000
    assert set(camera.sent) == {right}


def test_a_camera_that_never_answers_is_sent_signs_all_the_same() -> None:
    camera = Camera({"OPTIONS"}, lambda _: SILENT, timeout=10_000)
    assert camera.lives(1000) == 1000
    assert len(camera.sent) > 40


def test_a_timeout_that_the_camera_does_not_tell_is_found() -> None:
    camera = Camera({"OPTIONS"}, timeout=12)
    lives = [camera.lives(600) for _ in range(4)]
    assert lives[0] < 60
    assert lives[-1] == 600


def test_one_refusal_of_what_has_worked_is_passed_over() -> None:
    statuses = iter([OK, OK, 503, *[OK] * 1000])
    camera = Camera({"OPTIONS"}, lambda _: next(statuses))
    assert camera.lives(600) == 600
    assert camera.habits.refused == set()


@given(
    st.fixed_dictionaries({method: st.sampled_from([OK, REFUSED, SILENT, HANGS_UP]) for method in METHODS}),
    st.sampled_from(["GET_PARAMETER", "OPTIONS"]),
    st.integers(4, 90),
)
def test_in_the_end_a_session_that_can_be_kept_alive_is(behaviour: dict[str, int], counts: str, timeout: int) -> None:
    camera = Camera({counts}, lambda method: behaviour[method], timeout, timeout)
    lives = [camera.lives(20 * timeout) for _ in range(6)]
    assert lives[-1] == 20 * timeout or behaviour[counts] == HANGS_UP
