"""Losses have few homes: the files that may handle one are listed here, each with its reason.

A loss is a row about frames that are known to be missing. Every other file passes reports, rows and counts on without
knowing what a loss is, so that whoever changes losses has these files to read and no more. ARCHITECTURE.md, "The way of
a loss", walks through them in order.

What counts is a name in the code: a variable, attribute, parameter, class, function or imported name. Prose, strings
and module paths do not count. Calling the two homes (`LossAccount` in a worker, `LossBook` in control) does not count
either: that is what they are for. A packet that a network lost (`inputs`) is another thing than a loss.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import seacorder

SOURCE = Path(seacorder.__file__).parent
MOST = 13

HANDLE = {
    "model/loss.py": "what a loss is, its causes, how its count is known, what it is called",
    "model/account.py": "the kinds of rows, and which of them the account files keep",
    "channel/loss_account.py": "what a worker's channel misses: holes of the source, frames that were not encoded",
    "sinks/video/missing_frames.py": "what a file misses: frames that the disk or the muxer did not take",
    "control/losses/loss_book.py": "all losses come together, and go on to the catalogue, the events and the status",
    "control/losses/worker_gaps.py": "holes that only control sees: a worker or the program ended and came back",
    "control/losses/resumption.py": "holes that an earlier run of the program left open",
    "control/observations/places.py": "which frames of a file have no number, for an instant of the past",
    "catalogue/tables.py": "the table",
    "api/v1/rows.py": "the list that clients ask for",
    "cli/bundle_catalogue.py": "the newest rows, for a support bundle",
    "cli/loss_table.py": "the rows as a table, CSV or JSON, for people",
    "cli/losses.py": "what `check` compares and counts, and a column of `status`",
}
ONLY_THE_WORD = {
    "api/v1/status_views.py": "two counts in the status bear the word on the wire",
    "api/v1/blackbox.py": "how many a stretch of the blackbox has, on the wire",
    "model/blackbox.py": "the same count",
    "control/blackbox/keeping.py": "the same count",
    "cli/main.py": "the name of the command",
    "client/answers.py": "the same on the other side of the wire",
    "client/recorder.py": "the path of the list",
    "control/events/log.py": "the kind of the event",
    "catalogue/queries.py": "how many a recording has, counted by the database",
    "api/v1/archive.py": "the rows as they are, handed on to the process that makes bags",
    "model/export.py": "the order to that process",
    "evidence/cut_files.py": "the rows as they are, in what a bag says of itself",
    "model/recording.py": "the same count, beside those of files and observations",
}

_WORD = re.compile(r"(?:^|_)(?:loss|losses|LOSS|LOSSES)(?:_|$)|Loss(?:es)?(?=[A-Z_]|$)")
_HOMES = {"LossAccount", "LossBook", "loss_account", "loss_book"}
_ELSEWHERE = "inputs/"


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.keyword(arg=str(name)) | ast.MatchAs(name=str(name)):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.rpartition(".")[2]
            case _:
                pass


def losses_named_in(code: str) -> set[str]:
    return {name for name in _names(ast.parse(code)) if _WORD.search(name) and name.lstrip("_") not in _HOMES}


def _files_that_name_losses() -> set[str]:
    files = (path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))
    return {file for file in files if not file.startswith(_ELSEWHERE) and losses_named_in((SOURCE / file).read_text())}


def test_only_the_listed_files_handle_losses() -> None:
    strangers = _files_that_name_losses() - HANDLE.keys() - ONLY_THE_WORD.keys()
    assert not strangers, "these files begin to handle losses; let the account, the book or the rows do it"


def test_the_list_is_short_and_true() -> None:
    assert len(HANDLE) <= MOST
    assert HANDLE.keys() | ONLY_THE_WORD.keys() <= _files_that_name_losses()


@pytest.mark.parametrize(("code", "names"), [
    ("from a.loss import Loss, counted", {"Loss"}),
    ("def note_losses(self, found): self._losses += found", {"note_losses", "_losses"}),
    ("status = Status(losses=3)", {"losses"}),
    ("LOSS_NOTED = 'loss'", {"LOSS_NOTED"}),
    ("class LossRow: pass", {"LossRow"}),
    ("book = LossBook(context)  # all losses", set()),
    ("from a.losses import book\nlossy = glossary = 'a loss'", set()),
])
def test_names_are_found_and_prose_is_not(code: str, names: set[str]) -> None:
    assert losses_named_in(code) == names
