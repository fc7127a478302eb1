"""Requests that wait for their answer."""

import pytest

from seacorder.base.errors import WorkerLost
from seacorder.model.outcome import ChannelOutcome
from seacorder.model.report import Answer, JpegPicture
from seacorder.supervisor.requests import OpenRequests

DONE = ChannelOutcome("Bow", True)


async def test_an_answer_fulfils_its_own_request_once() -> None:
    requests = OpenRequests()
    one, other = requests.add(1), requests.add(2)
    assert requests.answer(JpegPicture(2, b"jpeg"))
    assert not requests.answer(JpegPicture(2, b"jpeg"))
    assert (await other).request == 2
    assert not one.done()


async def test_what_is_no_answer_or_comes_too_late_is_left_to_others() -> None:
    requests = OpenRequests()
    requests.add(1)
    requests.forget(1)
    assert not requests.answer(Answer(1, DONE))
    assert not requests.answer("a heartbeat")


async def test_a_number_waits_once() -> None:
    requests = OpenRequests()
    requests.add(1)
    with pytest.raises(ValueError, match="already"):
        requests.add(1)


async def test_all_fail_when_the_worker_ends() -> None:
    requests = OpenRequests()
    waiting = [requests.add(1), requests.add(2)]
    requests.fail("It has ended.")
    for one in waiting:
        with pytest.raises(WorkerLost, match="It has ended"):
            await one
