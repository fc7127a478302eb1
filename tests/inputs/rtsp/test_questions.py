"""Whose answer an answer is, with cameras that count right, wrongly, or not at all."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.inputs.rtsp.messages import Message
from seacorder.inputs.rtsp.questions import Questions


def answer(cseq: object, status: int = 200) -> Message:
    headers = () if cseq is None else (("cseq", str(cseq)),)
    return Message(status, "OK", None, headers, b"")


def asked(questions: Questions, cseq: object) -> str | None:
    """The method that an answer with this CSeq belongs to, after nothing better came."""
    found = questions.take(answer(cseq))
    if found is None and (settled := questions.settle()) is not None:
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
def test_the_only_answer_to_the_only_question_is_its_answer(written: Callable[[int], object]) -> None:
    questions = Questions()
    for method in ("OPTIONS", "DESCRIBE", "SETUP", "SETUP", "PLAY", "OPTIONS"):
        question = questions.ask(method)
        assert asked(questions, written(question.sequence)) == method


def test_a_late_second_answer_is_not_the_next_ones() -> None:
    questions = Questions()
    questions.ask("OPTIONS")
    assert questions.take(answer(1)) is not None
    questions.ask("DESCRIBE")
    assert questions.take(answer(1)) is None
    assert questions.is_in_doubt
    found = questions.take(answer(2))
    assert found is not None
    assert found.method == "DESCRIBE"
    assert questions.settle() is None
    assert not questions.counts_wrongly


def test_of_several_questions_the_number_decides() -> None:
    questions = Questions()
    first, second = questions.ask("GET_PARAMETER"), questions.ask("OPTIONS")
    assert questions.take(answer(77)) is None
    assert questions.settle() is None
    assert questions.take(answer(second.sequence)) == second
    assert questions.take(answer(first.sequence)) == first
    assert questions.take(answer(first.sequence)) is None


def test_a_camera_that_counts_wrongly_answers_in_order() -> None:
    questions = Questions(counts_wrongly=True)
    first, second = questions.ask("GET_PARAMETER"), questions.ask("OPTIONS")
    assert questions.take(answer(second.sequence)) == first
    assert questions.take(answer(second.sequence)) == second


def test_continue_is_no_answer() -> None:
    questions = Questions()
    question = questions.ask("DESCRIBE")
    assert questions.take(answer(1, 100)) is None
    assert questions.take(answer(1)) == question


@given(st.lists(st.one_of(st.none(), st.integers(-2, 12)), max_size=40))
def test_no_answer_is_given_twice_and_none_unasked(numbers: list[int | None]) -> None:
    questions, given_to, sent = Questions(), set[int](), 0
    for number in numbers:
        if number == 12:
            sent = questions.ask("OPTIONS").sequence
            continue
        found = questions.take(answer(number)) or next(iter(questions.settle() or ()), None)
        if found is not None:
            assert isinstance(found.sequence, int)
            assert found.sequence <= sent
            assert found.sequence not in given_to
            given_to.add(found.sequence)
