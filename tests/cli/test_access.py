"""`seacorder password` and `seacorder token`: what they print can be used, and shows no password."""

import io
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from seacorder.base.stored_secret import is_password, is_token
from seacorder.config.load import check

CHANNEL = '\n[[channels]]\nname = "Bow"\ninput = "test:"\n'


def entry_in(printed: str):
    """The table that was printed, read as a part of a settings file."""
    lines = printed[printed.index("[[server.access]]") :]
    return check(tomllib.loads(lines + CHANNEL), place="file", folder=Path("/"), environment={}).server.access[0]


@pytest.fixture
def typed(seacorder, monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """The command, with what stands on its standard input."""

    def run(said: str, *words: str):
        monkeypatch.setattr(sys, "stdin", io.StringIO(said))
        return seacorder(*words)

    return run


def test_a_password(typed) -> None:
    ended = typed("three plain words\n", "password", "--name", 'Control "room"')
    entry = entry_in(ended.out)
    assert (entry.name, entry.role) == ('Control "room"', "operator")
    assert is_password("three plain words", entry.password)
    assert "three" not in ended.out


def test_a_password_of_a_viewer(typed) -> None:
    assert entry_in(typed("three plain words\n", "password", "--viewer").out).role == "viewer"


@pytest.mark.parametrize(
    ("word", "size"),
    [("", "0 characters"), ("x", "1 character"), ("short", "5 characters"), ("x" * 300, "300 characters")],
)
def test_one_that_is_too_short_or_too_long(typed, word: str, size: str) -> None:
    ended = typed(f"{word}\n", "password")
    assert ended.code == 2
    assert f"The password has {size}." in ended.err


def test_a_token_is_shown_once_and_stored_otherwise(seacorder) -> None:
    ended = seacorder("token", "--name", "Survey")
    token = ended.out.partition("Bearer ")[2].split()[0]
    assert is_token(token, entry_in(ended.out).token)
    assert ended.out.count(token) == 1
