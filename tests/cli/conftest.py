"""Commands are run as a user runs them: by their words, judged by what they print and how they end."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from fakes.web_answers import WebAnswers, web_answers
from seacorder.cli.main import main
from seacorder.supervisor import guardian


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@pytest.fixture
def seacorder(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ended]:
    """A command inside this process: quick."""

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["seacorder", *map(str, words)])
        # The guardian would take this process's place, and the tests would end without a word.
        monkeypatch.setattr(guardian, "is_possible", lambda: False)
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Ended(int(ended.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def real_command() -> Callable[..., Ended]:
    """The command itself, as a process of its own."""

    def run(*words: object, **environment: str) -> Ended:
        found = subprocess.run(
            [sys.executable, "-m", "seacorder", *map(str, words)], capture_output=True, text=True, timeout=60,
            env={**os.environ, **environment}, check=False,
        )
        return Ended(found.returncode, found.stdout, found.stderr)

    return run


@pytest.fixture
def web() -> Iterator[WebAnswers]:
    with web_answers() as prepared:
        yield prepared
