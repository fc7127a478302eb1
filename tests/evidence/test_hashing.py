"""Files are read for their SHA-256 no faster than allowed."""

import hashlib
from pathlib import Path

import pytest

from seacorder.evidence.hashing import CHUNK_BYTES, ChangedWhileRead, ReadPace, hash_file


class Time:
    """Passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_a_file_is_hashed_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(bytes(range(256)) * (20 * CHUNK_BYTES // 256) + b"end")
    pieces: list[int] = []
    found = hash_file(path, ReadPace(), pieces.append)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.bytes, sum(pieces), len(pieces)) == (path.stat().st_size, path.stat().st_size, 21)
    assert found.modified_ns == path.stat().st_mtime_ns


def test_at_a_pace_it_takes_the_time_that_it_should(tmp_path: Path) -> None:
    path, time = tmp_path / "v.mp4", Time()
    path.write_bytes(bytes(8 * CHUNK_BYTES))
    hash_file(path, ReadPace(2 * CHUNK_BYTES, time.now, time.sleep))
    assert time.seconds == pytest.approx(104.0)


def test_time_that_passed_before_is_not_made_up_for(tmp_path: Path) -> None:
    time = Time()
    pace = ReadPace(1000, time.now, time.sleep)
    pace.took(1000)
    time.sleep(50.0)
    pace.took(1000)
    assert time.seconds == pytest.approx(152.0)


def test_a_file_that_grows_meanwhile_has_no_hash(tmp_path: Path) -> None:
    path = tmp_path / "copy.mp4"
    path.write_bytes(bytes(2 * CHUNK_BYTES))

    def grow(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"more")

    with pytest.raises(ChangedWhileRead, match=r"copy\.mp4 was changed"):
        hash_file(path, ReadPace(), grow)
