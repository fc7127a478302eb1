"""Messages between the control process and a worker."""

import io
import os
import select
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from seacorder.base.message import Message
from seacorder.base.pipe import HEADER_BYTES, Link, decode, encode, payload_bytes
from seacorder.model.definition.formula import parse_formula
from seacorder.model.recording import FileKind

MESSAGES = [("a command", 1), {"empty": b""}, "x" * 100_000]


def test_messages_come_whole_and_in_order_and_end_with_the_pipe() -> None:
    stream = io.BytesIO(b"".join(map(encode, MESSAGES)))
    assert list(Link(stream, io.BytesIO()).messages()) == MESSAGES


@pytest.mark.parametrize("missing", [1, 5, HEADER_BYTES + 1])
def test_a_message_that_is_cut_off_is_none(missing: int) -> None:
    whole, cut = encode("whole"), encode("cut off")
    stream = io.BytesIO(whole + cut[: len(cut) - missing])
    assert list(Link(stream, io.BytesIO()).messages()) == ["whole"]


def test_a_header_says_how_long_its_message_is() -> None:
    message = encode("twelve bytes")
    size = payload_bytes(message[:HEADER_BYTES])
    assert size == len(message) - HEADER_BYTES
    assert decode(message[HEADER_BYTES:]) == "twelve bytes"


def test_a_writer_that_takes_a_little_at_a_time_gets_all_of_it() -> None:
    class Slow(io.BytesIO):
        def write(self, data: object) -> int:
            return super().write(bytes(data)[:7])  # type: ignore[call-overload]

    slow = Slow()
    Link(io.BytesIO(), slow).send("x" * 1000)
    assert slow.getvalue() == encode("x" * 1000)


def test_nothing_is_raised_once_the_control_process_is_gone() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        link = Link(io.BytesIO(), pipe)
        link.send("nobody reads this")
        link.send("nor this")


def test_a_pipe_with_room_takes_a_report_at_once_and_a_full_one_takes_none() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as pipe, os.fdopen(reader, "rb") as read:
        link = Link(io.BytesIO(), pipe)
        sent = 0
        while link.send_at_once("x" * 1000):
            sent += 1
        assert sent > 10
        pipe.close()
        assert read.read() == encode("x" * 1000) * sent


def test_what_a_pipe_may_take_in_pieces_is_not_sent_at_once() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as pipe, os.fdopen(reader, "rb") as read:
        link = Link(io.BytesIO(), pipe)
        assert not link.send_at_once("x" * select.PIPE_BUF)
        assert not link.send_at_once(lambda: "it cannot be pickled")
        pipe.close()
        assert read.read() == b""


def test_a_pipe_that_nobody_reads_any_more_takes_nothing_at_once() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as pipe:
        assert not Link(io.BytesIO(), pipe).send_at_once("nobody reads this")


@dataclass(frozen=True, slots=True)
class Level:
    volume: float


@dataclass(frozen=True, slots=True)
class Heard:
    channel: str
    level: Level
    kind: FileKind = FileKind.CLIP
    why: Message | None = None


def test_values_within_values_come_back_equal() -> None:
    heard = Heard("Bow", Level(0.5), why=Message("It is loud.", "Turn it down."))
    assert decode(encode(heard)[HEADER_BYTES:]) == heard
    assert decode(encode([heard, None])[HEADER_BYTES:]) == [heard, None]


class Pair(NamedTuple):
    first: Level
    second: str = ""


def test_named_tuples_come_back_as_what_they_were() -> None:
    pair = Pair(Level(0.5), "Bow")
    again = decode(encode((pair, pair))[HEADER_BYTES:])
    assert again == (pair, pair)
    assert [type(one) for one in again] == [Pair, Pair]


def test_a_value_that_says_how_it_is_taken_apart_is_asked() -> None:
    formula = parse_formula("depth_ft * 0.3048")
    again = decode(encode(formula)[HEADER_BYTES:])
    assert again == formula
    assert again.value({"depth_ft": 100.0}) == pytest.approx(30.48)
