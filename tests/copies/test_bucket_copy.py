"""Before its original goes, a copy in a bucket is read back whole, and read on where the connection breaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from copies.places import FILES, make_folder
from seacorder.copies.bucket_copy import PAUSES_SECONDS, BucketCopy
from seacorder.copies.contract import target_failed
from seacorder.evidence.hashing import ReadPace
from seacorder.evidence.removal import prepare
from seacorder.model.copies import CopyTarget
from seacorder.model.removal import BytesCompared, FolderToRemove, PrepareRemoval, RemovalPrepared

OFFICE = CopyTarget("Office", "s3://films/rec", bytes_per_second=70_000)
AWAY = target_failed("Office: bucket films/rec cannot be used (the server does not answer).", "Check the network.")
BLOCK = 10_000


class Bucket:
    """Holds files in memory, gives them in blocks, and breaks off when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.files = {f"DATA_1/{path.name}": path.read_bytes() for path in folder.iterdir()}
        self.is_away = False
        self.breaks: list[int] = []
        """At each of these bytes of a large file it breaks off, once."""
        self.asked: list[tuple[str, int]] = []
        """What was read, from which byte on."""
        self.slept: list[float] = []

    def size_of(self, name: str) -> int | None:
        self._check()
        return len(self.files[name]) if name in self.files else None

    def bytes_of(self, name: str, begin: int = 0) -> Iterator[bytes]:
        self._check()
        self.asked.append((name, begin))
        for at in range(begin, len(self.files[name]), BLOCK):
            if at in self.breaks:
                self.breaks.remove(at)
                raise AWAY
            yield self.files[name][at : at + BLOCK]

    def _check(self) -> None:
        if self.is_away:
            raise AWAY

    def open(self, target: CopyTarget) -> "Bucket":
        self._check()
        return self


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "DATA_1")


@pytest.fixture
def bucket(source: Path) -> Bucket:
    return Bucket(source)


def proof(source: Path, bucket: Bucket, told: list[BytesCompared] | None = None) -> RemovalPrepared:
    folder = FolderToRemove(str(source), tuple(str(source / name) for name in FILES), False)
    order = PrepareRemoval((folder,), roots=(str(source.parent),), targets=(OFFICE,), bytes_per_second=90_000)

    def open_bucket(target: CopyTarget, pace: ReadPace) -> BucketCopy:
        assert pace.bytes_per_second == 70_000, "the slower of the two"
        return BucketCopy(target, ReadPace(), bucket.open, bucket.slept.append)  # type: ignore[arg-type]

    return prepare(order, (told if told is not None else []).append, open_bucket)


def test_every_file_is_read_and_how_far_it_is_is_told(source: Path, bucket: Bucket) -> None:
    told: list[BytesCompared] = []
    found = proof(source, bucket, told)
    assert (found.fact, found.verified) == ("", ("bucket films/rec",))
    assert {name for name, _ in bucket.asked} == set(bucket.files)
    assert [(one.bytes, one.of_bytes) for one in told[:1]] == [(0, sum(one.bytes for one in found.files))]


def test_a_connection_that_breaks_is_made_again_and_the_rest_is_read(source: Path, bucket: Bucket) -> None:
    bucket.breaks = [20_000, 50_000, 50_000]
    assert proof(source, bucket).verified == ("bucket films/rec",)
    assert [at for name, at in bucket.asked if name.endswith("Bow.mp4")] == [0, 20_000, 50_000, 50_000]
    assert bucket.slept == [1.0, 1.0, 2.0]


def test_a_bucket_from_which_nothing_comes_any_more_proves_nothing(source: Path, bucket: Bucket) -> None:
    bucket.breaks = [20_000] * 9
    found = proof(source, bucket)
    assert (found.fact, found.verified) == (AWAY.message.fact, ())
    assert bucket.slept == list(PAUSES_SECONDS)
    bucket.is_away = True
    assert proof(source, bucket).fact == AWAY.message.fact


@pytest.mark.parametrize(("name", "change", "fact"), [
    ("Stern.mp4", b"stern", "bucket films/rec/DATA_1/Stern.mp4 is not what was recorded: its bytes differ."),
    ("Stern.mp4", None, "bucket films/rec/DATA_1/Stern.mp4 is missing: the copy is not complete."),
    ("manifest-sha256.txt", b"", "is of another time than the recording"),
    ("manifest-sha256.txt", None, "There is no copy of"),
])  # fmt: skip
def test_a_copy_that_is_not_whole_is_refused(
    source: Path, bucket: Bucket, name: str, change: bytes | None, fact: str
) -> None:
    if change is None:
        del bucket.files[f"DATA_1/{name}"]
    else:
        bucket.files[f"DATA_1/{name}"] = change
    found = proof(source, bucket)
    assert fact in found.fact
    assert (found.verified, bool(found.action)) == ((), True)
