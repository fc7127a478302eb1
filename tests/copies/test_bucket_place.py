"""A bucket as a place for copies, on a real S3 server of this computer (SeaweedFS)."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from copies.places import Copies, PulledOut, make_folder
from rig.s3_server import BUCKET, S3Server
from seacorder.copies import bucket_place
from seacorder.copies.bucket_client import BucketAddress, read_keys
from seacorder.copies.bucket_copy import BucketCopy
from seacorder.copies.bucket_place import PART_BYTES, BucketPlace, part_bytes
from seacorder.copies.contract import CopyFailed
from seacorder.evidence.removal import prepare
from seacorder.model.copies import CopyFault, CopyProgress, CopyTarget
from seacorder.model.removal import FolderToRemove, PrepareRemoval, RemovalPrepared

LARGE = bytes(range(256)) * (2 * PART_BYTES // 256) + b"the rest"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with S3Server(tmp_path_factory.mktemp("server")) as made:
        yield made


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "DATA_1")


def target(server: S3Server, folder: Path, **more: object) -> CopyTarget:
    """Into a folder of the bucket that no other test has."""
    keys = {"access_key": server.access_key, "secret_key": server.secret_key, "endpoint": server.url}
    return CopyTarget("Office", f"s3://{BUCKET}/{folder.parent.name}", **(keys | more))  # type: ignore[arg-type]


def removal_proof(source: Path, there: CopyTarget) -> RemovalPrepared:
    """What is said of a copy before its original is removed."""
    folder = FolderToRemove(str(source), (str(source / "Bow.mp4"),), False)
    return prepare(PrepareRemoval((folder,), roots=(str(source.parent),), targets=(there,)), open_bucket=BucketCopy)


def refused(wanted: CopyTarget) -> str:
    with pytest.raises(CopyFailed) as caught:
        BucketPlace(wanted)
    assert caught.value.fault is CopyFault.TARGET
    return caught.value.message.fact


def test_a_complete_folder_is_copied_and_read_back(server: S3Server, source: Path) -> None:
    wanted = target(server, source)
    copies = Copies(source, BucketPlace(wanted), wanted)
    ended = copies.run(is_complete=True)
    assert (ended.why, ended.copied is not None) == (None, True)
    begin = f"{source.parent.name}/2026/DATA_1/"
    found = {key.removeprefix(begin): size for key, size in server.objects().items() if key.startswith(begin)}
    assert found == {path.name: path.stat().st_size for path in source.iterdir()}
    assert server.bytes_of(f"{begin}Bow.mp4") == (source / "Bow.mp4").read_bytes()
    assert copies.run(is_complete=True).copied is not None, "and once more, of what lies there"
    there = replace(wanted, address=f"{wanted.address}/2026")
    assert removal_proof(source, there).verified == (there.shown,)
    assert "There is no copy of" in removal_proof(source, replace(there, address=f"{wanted.address}/none")).fact
    server.put(f"{begin}Bow.mp4", b"bow" * 49_999 + b"Bow")
    assert "Bow.mp4 is not what was recorded: its bytes differ." in removal_proof(source, there).fact


def test_a_large_file_goes_on_with_the_part_that_was_interrupted(
    server: S3Server, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source / "Large.mp4").write_bytes(LARGE)
    wanted = target(server, source)
    place = BucketPlace(wanted)
    copies = Copies(source, place, wanted)
    sent: list[int] = []
    upload = place._client.upload_part

    def upload_part(**order: object) -> object:
        if order["PartNumber"] == 2 and len(sent) == 1:
            raise PulledOut
        sent.append(order["PartNumber"])  # type: ignore[arg-type]
        return upload(**order)

    monkeypatch.setattr(place._client, "upload_part", upload_part)
    with pytest.raises(PulledOut):
        copies.run("Large.mp4")
    assert sent == [1]
    sent.append(0)
    ended = copies.run("Large.mp4")
    assert (ended.why, sent) == (None, [1, 0, 2, 3])
    (row,) = copies.copied.values()
    assert row.sha256 == hashlib.sha256(LARGE).hexdigest()
    assert server.bytes_of(f"{source.parent.name}/2026/DATA_1/Large.mp4") == LARGE


def test_how_far_it_is_is_told_while_a_part_is_sent(server: S3Server, source: Path) -> None:
    (source / "Large.mp4").write_bytes(LARGE)
    wanted = target(server, source)
    copies = Copies(source, BucketPlace(wanted), wanted)
    assert copies.run("Large.mp4").fault is None
    told = [one for one in copies.told if isinstance(one, CopyProgress)]
    assert 0 < told[0].done_bytes <= 256 * 1024
    assert {one.bytes for one in told} == {len(LARGE)}


def test_the_pace_is_kept_both_ways(server: S3Server, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("seacorder.evidence.hashing.ReadPace.took", lambda pace, count: slept.append(
        count / pace.bytes_per_second))
    wanted = target(server, source, bytes_per_second=75_000)
    assert Copies(source, BucketPlace(wanted), wanted).run("Bow.mp4").fault is None
    assert sum(slept) == pytest.approx(4.0)


def test_a_server_that_lies_is_told_and_the_object_is_removed(
    server: S3Server, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = target(server, source)
    place = BucketPlace(wanted)
    read = place.bytes_of
    monkeypatch.setattr(place, "bytes_of", lambda name: (bytes([block[0] ^ 1]) + block[1:] for block in read(name)))
    ended = Copies(source, place, wanted).run("Bow.mp4")
    assert ended.why is not None
    assert "gave back other bytes than were sent" in ended.why.fact
    assert not [key for key in server.objects() if key.startswith(f"{source.parent.name}/")]


def test_what_a_server_refuses_is_told_in_words(server: S3Server, source: Path) -> None:
    said = refused(target(server, source, secret_key="another"))
    assert said.startswith("Office: the server of bucket recordings/")
    assert "refuses the keys" in said
    none = CopyTarget("Office", "s3://none-of-this-name/rec", endpoint=server.url, access_key=server.access_key,
                      secret_key=server.secret_key)  # fmt: skip
    assert refused(none) == "Office: there is no bucket none-of-this-name/rec."


def test_a_server_that_is_away_is_told(server: S3Server, source: Path) -> None:
    said = refused(target(server, source, endpoint="http://127.0.0.1:1"))
    assert "cannot be used (the server cannot be reached)" in said


def test_no_secret_is_in_what_is_told_or_shown(server: S3Server, source: Path) -> None:
    wanted = target(server, source)
    assert server.secret_key not in repr(wanted)
    assert server.secret_key not in refused(target(server, source, access_key="another"))
    assert wanted.shown == f"bucket {BUCKET}/{source.parent.name}"


def test_keys_are_read_from_a_file(server: S3Server, source: Path, tmp_path: Path) -> None:
    file = tmp_path / "office.keys"
    file.write_text(f"{server.access_key}\n{server.secret_key}\n")
    assert read_keys(str(file)) == (server.access_key, server.secret_key)
    wanted = target(server, source, access_key="", secret_key="", keys_file=str(file))
    assert Copies(source, BucketPlace(wanted), wanted).run("Bow.mp4").fault is None
    file.write_text("one line alone")
    assert "must have two lines" in refused(wanted)
    file.unlink()
    assert "cannot be read" in refused(wanted)


@pytest.mark.parametrize(("text", "bucket", "prefix", "key"), [
    ("s3://films", "films", "", "a.mp4"), ("s3://films/", "films", "", "a.mp4"),
    ("s3://films/rec/1/", "films", "rec/1", "rec/1/a.mp4"),
])
def test_an_address_is_taken_apart(text: str, bucket: str, prefix: str, key: str) -> None:
    address = BucketAddress.of(text)
    assert (address.bucket, address.prefix, address.key("a.mp4")) == (bucket, prefix, key)


def test_a_very_large_file_has_no_more_parts_than_servers_take() -> None:
    assert part_bytes(10 * PART_BYTES) == PART_BYTES
    assert 200 * 10**9 / part_bytes(200 * 10**9) <= bucket_place.MOST_PARTS


def test_the_copier_takes_over_what_lies_there(server: S3Server, source: Path) -> None:
    """The list of recordings is lost: the same file is read, not sent."""
    wanted = target(server, source)
    first = Copies(source, BucketPlace(wanted), wanted)
    assert first.run("Bow.mp4").fault is None
    again = Copies(source, BucketPlace(wanted), wanted)
    assert again.run("Bow.mp4").fault is None
    assert [one.is_checking for one in again.told if isinstance(one, CopyProgress)] == [False, True]
    assert again.names == ["Bow.mp4"]


def test_uploads_that_were_begun_are_found_and_given_up(server: S3Server, source: Path) -> None:
    wanted = target(server, source)
    place = BucketPlace(wanted)
    begin = f"{source.parent.name}/2026/DATA_1"
    for key in (f"{begin}/Bow.mp4", f"{begin}/Bow.mp4", f"{begin}/Bow.mp4.srt", f"{begin}/below/Bow.mp4"):
        server.client.create_multipart_upload(Bucket=BUCKET, Key=key)
    assert place.unfinished("2026/DATA_1") == ["2026/DATA_1/Bow.mp4", "2026/DATA_1/Bow.mp4.srt"]
    place.forget("2026/DATA_1/Bow.mp4")
    assert place.unfinished("2026/DATA_1") == ["2026/DATA_1/Bow.mp4.srt"]
