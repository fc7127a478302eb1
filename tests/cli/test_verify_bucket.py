"""`seacorder verify s3://…`: the same report of a copy in a bucket as of a folder. On a real S3 server."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest

from fakes.footage import START_UTC_NS, Recipe, footage
from fakes.sinks import Bench
from rig.s3_server import BUCKET, S3Server
from seacorder.copies.bucket_client import _IN_WORDS, why_of
from seacorder.evidence.completion import complete_folder
from seacorder.model.completion import CompleteFolder
from seacorder.model.recording import FileState, Part, Recording, RecordingState
from seacorder.sinks.video.recording import RecordingSink
from seacorder.storage import account_file
from seacorder.storage.signing_key import make_key


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Complete and signed, with a real video; its key lies beside it."""
    top = tmp_path_factory.mktemp("made")
    path = top / "DATA_1"
    bench, made = Bench(top / "made"), footage(Recipe())
    sink = RecordingSink(bench.start_recording(), bench.context)
    bench.feed(sink, made.samples, made.source)
    bench.finish(sink)
    path.mkdir()
    video = path / "Bow.mp4"
    shutil.copy(next((top / "made").rglob("*.mp4")), video)
    part = Part("r", "Bow", 1, str(video), START_UTC_NS, START_UTC_NS + 500, 0, 100, 1, FileState.WHOLE)
    account_file.append(path, [Recording("r", 1, 9, RecordingState.FINISHED), part])
    make_key(top / "key")
    assert complete_folder(CompleteFolder(str(path), program="Seacorder 0", key_folder=str(top / "key"))).fault == ""
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[S3Server]:
    with S3Server(tmp_path_factory.mktemp("server")) as made:
        for path in folder.iterdir():
            made.put(f"rec1/DATA_1/{path.name}", path.read_bytes())
        yield made


def run(server: S3Server, place: str, *words: str) -> subprocess.CompletedProcess[str]:
    keys = {"AWS_ACCESS_KEY_ID": server.access_key, "AWS_SECRET_ACCESS_KEY": server.secret_key,
            "AWS_ENDPOINT_URL": server.url}
    command = [sys.executable, "-m", "seacorder", "verify", place, *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | keys)


def report(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_it_is_the_same_report_as_of_the_folder(server: S3Server, folder: Path) -> None:
    key = str(folder.parent / "key" / "signing.pub")
    here = run(server, str(folder.parent / "DATA_1"), "--json", "--key", key)
    there = run(server, f"s3://{BUCKET}/rec1/DATA_1", "--json", "--key", key)
    assert (there.returncode, there.stderr) == (0, "")
    assert report(there) == report(here)
    assert report(there)["folders"][0]["frames"] == 100


def test_a_changed_byte_a_missing_file_and_one_more_are_named(server: S3Server, folder: Path) -> None:
    for path in folder.iterdir():
        data = path.read_bytes()
        if path.name == "Bow.mp4":
            data = data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]
        if path.name != "index.html":
            server.put(f"rec2/a/DATA_1/{path.name}", data)
    server.put("rec2/a/DATA_1/more.csv", b"1,2\n")
    server.put("rec2/b/Stern.mp4", b"no manifest here")
    done = run(server, f"s3://{BUCKET}/rec2", "--json")
    assert done.returncode == 1
    found = {(one["kind"], one["file"]) for folder in report(done)["folders"] for one in folder["findings"]}
    assert found == {
        ("changed", "a/DATA_1/Bow.mp4"), ("missing", "a/DATA_1/index.html"), ("more", "a/DATA_1/more.csv"),
        ("manifest", "b"),
    }


def test_where_there_is_nothing_it_says_so(server: S3Server) -> None:
    done = run(server, f"s3://{BUCKET}/nothing")
    assert done.returncode == 1
    assert "There is no manifest-sha256.txt in bucket recordings/nothing" in done.stderr
    done = run(server, "s3://no-such-bucket/x")
    assert done.returncode == 1
    assert "bucket no-such-bucket/x cannot be listed (NoSuchBucket)" in done.stderr


def test_an_address_without_a_bucket_is_refused(server: S3Server) -> None:
    done = run(server, "s3://")
    assert done.returncode == 2
    assert "s3:// names no bucket. Write the bucket behind s3://." in " ".join(done.stderr.split())


@pytest.mark.parametrize("fault", _IN_WORDS)
def test_what_no_server_said_is_said_in_words(fault: str) -> None:
    """Each is a fault of the library, by its name there."""
    assert issubclass(getattr(botocore.exceptions, fault), Exception)
    assert why_of(type(fault, (Exception,), {})()) == _IN_WORDS[fault]
