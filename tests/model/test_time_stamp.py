"""Time stamps of RFC 3161, made and verified by OpenSSL."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rig.time_server import TimeServer
from seacorder.base.der import NotDer, integer, item, items, made
from seacorder.model.time_stamp import NotATimeStamp, query, read_reply

DATA = b"a manifest"


@pytest.mark.parametrize("key", ["rsa:2048", "P-256"])
def test_a_stamp_says_of_what_it_is_when_and_by_whom(tmp_path: Path, key: str) -> None:
    server = TimeServer(tmp_path).make(key)
    reply = server.reply(query(hashlib.sha256(DATA).digest(), 2**62 + 5))
    stamp = read_reply(reply)
    assert stamp.is_of(DATA)
    assert not stamp.is_of(b"another")
    assert stamp.nonce == 2**62 + 5
    assert abs((datetime.now(UTC) - stamp.utc).total_seconds()) < 600
    assert stamp.signed_by == "CN=Time,O=Harbour"
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "stamp").write_bytes(reply)
    assert server.verifies(tmp_path / "stamp", tmp_path / "data")
    place = reply.index(stamp.content) + len(stamp.content) - 1
    changed = reply[:place] + bytes([reply[place] ^ 1]) + reply[place + 1 :]
    assert read_reply(changed).signed_by == ""
    for end in range(0, len(reply), 97):
        with pytest.raises(NotATimeStamp):
            read_reply(reply[:end])


def test_a_refusal_and_other_answers() -> None:
    with pytest.raises(NotATimeStamp, match="status 2"):
        read_reply(made(0x30, made(0x30, integer(2))))
    for data in (b"", b"<html>", made(0x30), made(0x30, made(0x30, integer(0)), made(0x30))):
        with pytest.raises(NotATimeStamp):
            read_reply(data)


@pytest.mark.parametrize("number", [0, 1, 127, 128, 255, 2**63 - 1, 2**200])
def test_numbers_and_lengths(number: int) -> None:
    assert item(integer(number), 2).number == number
    body = bytes(number % 70_000)
    assert item(made(4, body), 4).body == body


def test_bytes_that_are_cut_off() -> None:
    whole = made(0x30, made(4, bytes(300)))
    for end in range(1, len(whole)):
        with pytest.raises(NotDer):
            list(items(whole[:end]))
    assert list(items(b"")) == []
