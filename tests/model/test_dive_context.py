"""Project, dive, task, component and operator: one line each, read back as they were written."""

import pytest

from seacorder.model.dive_context import ContextChange, DiveContext, one_line


def test_what_is_not_sent_stays_and_an_empty_text_takes_away() -> None:
    before = DiveContext(project="North field", dive="12", operator="Ines")
    after = ContextChange(dive="13", operator="", task=" weld\n7 ").applied_to(before)
    assert after == DiveContext(project="North field", dive="13", task="weld 7")
    assert after.said == {"project": "North field", "dive": "13", "task": "weld 7"}


def test_it_reads_back_as_it_was_written() -> None:
    context = DiveContext("Ågot", "12", "{weld}", "node 3", "I. Berg")
    assert DiveContext.from_json(context.to_json()) == context
    assert context.to_json().isascii()


@pytest.mark.parametrize("text", [None, "", "[]", "7", "no json", '{"project": 7, "later": "x"}'])
def test_what_cannot_be_read_is_empty(text: str | None) -> None:
    assert DiveContext.from_json(text) == DiveContext()


@pytest.mark.parametrize(("text", "line"), [("a\tb\r\nc", "a b c"), ("  ", ""), ("\x00x\x1b", "x"), ("ü", "ü")])
def test_a_field_is_one_line(text: str, line: str) -> None:
    assert one_line(text) == line
