"""What is said to a camera and by it, as bytes: which request an answer belongs to, and what may be asked when."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.http_auth import strongest
from seacorder.inputs.rtsp.dialogue import AFTER, Dialogue, IllegalRequestError, SessionState, UnansweredRequests
from seacorder.inputs.rtsp.messages import NotRtsp, RtspMessage


def answer(cseq: object, status: int = 200) -> RtspMessage:
    headers = () if cseq is None else (("cseq", str(cseq)),)
    return RtspMessage(status, "OK", None, headers, b"")


def asked(requests: UnansweredRequests, cseq: object) -> str | None:
    """The method that an answer with this CSeq belongs to, after nothing better came."""
    found = requests.take(answer(cseq))
    if found is None and (settled := requests.settle()) is not None:
        found = settled[0]
    return None if found is None else found.method


@pytest.mark.parametrize(
    "written",
    [
        lambda number: number,
        lambda number: number - 1,
        lambda number: number + 1,
        lambda number: number + 40,
        lambda _: 1,
        lambda _: 0,
        lambda _: None,
        lambda _: "",
        lambda _: "x",
        lambda number: f"{number} ",
        lambda number: -number,
        lambda number: "9" * 30 + str(number),
    ],
)
def test_the_only_answer_to_the_only_request_is_its_answer(written: Callable[[int], object]) -> None:
    requests = UnansweredRequests()
    for method in ("OPTIONS", "DESCRIBE", "SETUP", "SETUP", "PLAY", "OPTIONS"):
        request = requests.add(method)
        assert asked(requests, written(request.sequence)) == method


def test_a_late_second_answer_is_not_the_next_ones() -> None:
    requests = UnansweredRequests()
    requests.add("OPTIONS")
    assert requests.take(answer(1)) is not None
    requests.add("DESCRIBE")
    assert requests.take(answer(1)) is None
    assert requests.is_in_doubt
    found = requests.take(answer(2))
    assert found is not None
    assert found.method == "DESCRIBE"
    assert requests.settle() is None
    assert not requests.counts_wrongly


def test_of_several_requests_the_number_decides() -> None:
    requests = UnansweredRequests()
    first, second = requests.add("GET_PARAMETER"), requests.add("OPTIONS")
    assert requests.take(answer(77)) is None
    assert requests.settle() is None
    assert requests.take(answer(second.sequence)) == second
    assert requests.take(answer(first.sequence)) == first
    assert requests.take(answer(first.sequence)) is None


def test_a_camera_that_counts_wrongly_answers_in_order() -> None:
    requests = UnansweredRequests(counts_wrongly=True)
    first, second = requests.add("GET_PARAMETER"), requests.add("OPTIONS")
    assert requests.take(answer(second.sequence)) == first
    assert requests.take(answer(second.sequence)) == second


def test_continue_is_no_answer() -> None:
    requests = UnansweredRequests()
    request = requests.add("DESCRIBE")
    assert requests.take(answer(1, 100)) is None
    assert requests.take(answer(1)) == request


@given(st.lists(st.one_of(st.none(), st.integers(-2, 12)), max_size=40))
def test_no_answer_is_given_twice_and_none_unasked(numbers: list[int | None]) -> None:
    requests, given_to, sent = UnansweredRequests(), set[int](), 0
    for number in numbers:
        if number == 12:
            sent = requests.add("OPTIONS").sequence
            continue
        found = requests.take(answer(number)) or next(iter(requests.settle() or ()), None)
        if found is not None:
            assert isinstance(found.sequence, int)
            assert found.sequence <= sent
            assert found.sequence not in given_to
            given_to.add(found.sequence)


URL = "rtsp://10.0.0.5/cam"


def talk() -> Dialogue:
    return Dialogue("diver", "secret", lambda channel: channel in (0, 1))


def answered(dialogue: Dialogue, method: str, status: int = 200, head: str = "") -> None:
    asked, _ = dialogue.ask(method, URL, {})
    block = f"RTSP/1.0 {status} Said\r\nCSeq: {asked.sequence}\r\n{head}\r\n".encode()
    assert dialogue.receive(block) == len(block)
    found = dialogue.answer_to(asked)
    assert found is not None
    assert found.status == status


def test_a_camera_is_asked_in_order() -> None:
    dialogue, states = talk(), []
    for method in ("OPTIONS", "DESCRIBE", "SETUP", "SETUP", "PLAY", "GET_PARAMETER", "TEARDOWN"):
        answered(dialogue, method)
        states.append(dialogue.state)
    init, ready, playing = SessionState
    assert states == [init, init, ready, ready, playing, playing, init]


def test_a_refusal_changes_nothing_and_what_makes_no_sense_raises() -> None:
    for state in SessionState:
        for method in ("OPTIONS", "DESCRIBE", "SETUP", "PLAY", "GET_PARAMETER", "SET_PARAMETER", "TEARDOWN", "RECORD"):
            dialogue = talk()
            dialogue.state = state
            if (state, method) not in AFTER:
                with pytest.raises(IllegalRequestError, match=f"{method} makes no sense in the state {state.name}"):
                    dialogue.ask(method, URL, {})
            else:
                answered(dialogue, method, 454)
                assert dialogue.state is state


def test_the_first_session_name_and_the_password_go_with_every_request() -> None:
    dialogue = talk()
    answered(dialogue, "OPTIONS")
    answered(dialogue, "SETUP", head="Session: one;timeout=30\r\n")
    answered(dialogue, "SETUP", head="Session: two\r\n")
    assert (dialogue.session, dialogue.session_seconds) == ("one", 30)
    assert dialogue.authorise(strongest(['Basic realm="cam"']), "nonce")
    assert b"Session: one\r\nAuthorization: Basic ZGl2ZXI6c2VjcmV0\r\n" in dialogue.ask("PLAY", URL, {})[1]
    dialogue.forget_password()
    assert b"Authorization" not in dialogue.ask("PLAY", URL, {})[1]
    assert not dialogue.authorise(strongest(['Basic realm="cam"']), "nonce")


def test_a_doubtful_answer_that_is_believed_counts_like_any_other() -> None:
    dialogue = talk()
    answered(dialogue, "OPTIONS")
    asked, _ = dialogue.ask("SETUP", URL, {})
    dialogue.receive(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nSession: one\r\n\r\n")
    assert dialogue.answer_to(asked) is None
    assert dialogue.requests.is_in_doubt
    dialogue.settle()
    assert dialogue.answer_to(asked) is not None
    assert (dialogue.state, dialogue.session) == (SessionState.READY, "one")


def test_a_message_in_two_pieces_and_what_stands_before_it() -> None:
    dialogue = talk()
    asked, _ = dialogue.ask("OPTIONS", URL, {})
    block = b"\r\nRTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"
    assert dialogue.receive(block[:20]) == 2
    assert dialogue.receive(block[2:20]) == 0
    assert dialogue.receive(block) == len(block)
    assert dialogue.answer_to(asked) is not None
    rubbish = b"\0\0x"
    assert dialogue.receive(rubbish + block[2:]) == len(rubbish)
    assert dialogue.rest == rubbish


def test_a_question_of_the_camera_is_answered_once() -> None:
    dialogue = talk()
    block = b"OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"
    assert dialogue.receive(block) == len(block)
    assert dialogue.replies() == b"RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n"
    assert dialogue.replies() == b""


def test_what_is_no_rtsp_at_all_is_told_apart_from_noise_between_messages() -> None:
    with pytest.raises(NotRtsp):
        talk().receive(b"220 mail.example ESMTP\r\n\r\n")


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_are_used_up_or_waited_for(blocks: list[bytes]) -> None:
    dialogue = talk()
    dialogue.receive(b"RTSP/1.0 200 OK\r\n\r\n")
    for block in blocks:
        assert 0 <= dialogue.receive(block) <= len(block)
        assert 0 <= dialogue.receive(block, is_all=True) <= len(block)
