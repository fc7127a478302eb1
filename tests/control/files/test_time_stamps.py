"""Manifests get a time stamp where a server can be reached, and nothing waits for it."""

import asyncio
import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from rig.time_server import TimeServer, time_server
from seacorder.control.files.time_stamps import AGAIN_SECONDS, TimeStamps
from seacorder.model.copies import CompletedFolder
from seacorder.model.time_stamp import query

MANIFEST, STAMP = "manifest-sha256.txt", "manifest-sha256.txt.tsr"


class Texts:
    """A catalogue that keeps texts."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.rows: list[object] = []

    def setting(self, key: str) -> str | None:
        return self.texts.get(key)

    def record(self, row: object) -> None:
        self.rows.append(row)

    def save_text(self, key: str, text: str) -> None:
        self.texts[key] = text


class Rig:
    def __init__(self, url: str, texts: Texts | None = None) -> None:
        self.clock, self.texts = FakeClock(), texts or Texts()
        self.stamps = TimeStamps(url, self.texts, self.clock)  # type: ignore[arg-type]

    async def looked(self) -> None:
        """One attempt, if it is time for one."""
        self.stamps.look()
        if self.stamps._working is not None:
            await asyncio.wait_for(self.stamps._working, 60)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TimeServer]:
    with time_server(tmp_path_factory.mktemp("tsa") / "own") as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, server: TimeServer) -> Path:
    server.answers = True
    server.asked.clear()
    (tmp_path / MANIFEST).write_text("a manifest")
    return tmp_path


async def test_a_stamp_lies_beside_the_manifest_and_another_program_verifies_it(
    server: TimeServer, folder: Path
) -> None:
    rig = Rig(server.url)
    rig.stamps.wanted(str(folder))
    await rig.looked()
    assert server.verifies(folder / STAMP, folder / MANIFEST)
    assert rig.texts.texts == {"folders_to_stamp": "[]"}
    assert rig.texts.rows == [CompletedFolder(str(folder), rig.clock.utc_ns())]
    await rig.looked()
    assert len(server.asked) == 1


async def test_a_server_that_fails_is_asked_again_later_and_after_a_restart(
    server: TimeServer, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.answers = False
    rig = Rig(server.url)
    rig.stamps.wanted(str(folder))
    with caplog.at_level(logging.WARNING):
        await rig.looked()
        await rig.looked()
        assert len(server.asked) == 1
        rig.clock.advance(AGAIN_SECONDS[0])
        await rig.looked()
    assert len(server.asked) == 2
    assert len([one for one in caplog.records if "No time stamp" in one.getMessage()]) == 1
    server.answers = True
    again = Rig(server.url, rig.texts)
    await again.stamps.load()
    await again.looked()
    assert server.verifies(folder / STAMP, folder / MANIFEST)


async def test_one_folder_that_cannot_be_stamped_holds_up_no_other(server: TimeServer, folder: Path) -> None:
    rig = Rig(server.url)
    (folder / "other").mkdir()
    (folder / "other" / MANIFEST).mkdir()
    rig.stamps.wanted(str(folder / "other"))
    rig.stamps.wanted(str(folder / "gone"))
    rig.stamps.wanted(str(folder))
    await rig.looked()
    rig.clock.advance(AGAIN_SECONDS[0])
    await rig.looked()
    assert (folder / STAMP).exists()


async def test_a_manifest_that_is_made_again_while_the_server_is_asked_gets_its_own_stamp(
    server: TimeServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, reply = Rig(server.url), server.reply

    def slow(asked: bytes) -> bytes:
        if len(server.asked) == 1:
            (folder / MANIFEST).write_text("a newer manifest")
            rig.stamps.wanted(str(folder))
        return reply(asked)

    monkeypatch.setattr(server, "reply", slow)
    rig.stamps.wanted(str(folder))
    await rig.looked()
    assert server.verifies(folder / STAMP, folder / MANIFEST)
    assert rig.texts.texts == {"folders_to_stamp": "[]"}


async def test_a_stamp_of_something_else_is_not_kept(
    server: TimeServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_another = server.reply(query(hashlib.sha256(b"something else").digest(), 7))
    monkeypatch.setattr(server, "reply", lambda _: of_another)
    rig = Rig(server.url)
    rig.stamps.wanted(str(folder))
    await rig.looked()
    assert not (folder / STAMP).exists()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/tsr", "http://["])
async def test_a_server_that_is_not_there(url: str, folder: Path) -> None:
    rig = Rig(url)
    rig.stamps.wanted(str(folder))
    await rig.looked()
    assert not (folder / STAMP).exists()
    assert rig.texts.texts["folders_to_stamp"] == f'["{folder}"]'


async def test_without_a_server_nothing_is_kept(folder: Path) -> None:
    rig = Rig("")
    await rig.stamps.load()
    rig.stamps.wanted(str(folder))
    await rig.looked()
    await rig.stamps.stop()
    assert rig.texts.texts == {}
