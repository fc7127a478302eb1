"""How a line of the log is headed."""

import logging

import pytest

from seacorder.base import log


def test_a_worker_heads_its_lines_with_the_name_of_its_channel(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    log.set_up("INFO", process="channel")
    logging.getLogger("seacorder").warning("It begins.")
    log.call_process("Bow 100%s")
    logging.getLogger("seacorder").warning("It lost rtsp://me:secret@cam/1.")
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith(" WARNING channel: It begins.")
    assert second.endswith(" WARNING Bow 100%s: It lost rtsp://***@cam/1.")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It lost http://cam/v?user=me&pwd=secret&channel=1.", "http://cam/v?user=***&pwd=***&channel=1."),
        ("http://me:secret@cam/?Token=secret", "http://***@cam/?Token=***"),
        ("http://cam/?userspace=1&monkey=2", "http://cam/?userspace=1&monkey=2"),
    ],
)
def test_credentials_in_the_query_of_an_address_are_not_shown(text: str, shown: str) -> None:
    assert shown in log.redact(text)
    assert "secret" not in log.redact(text)
