"""The manifest: what `sha256sum -c` takes."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seacorder.evidence.manifest import NotAManifest, manifest_bytes, read_manifest

SHA = "0123456789abcdef" * 4
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1).filter(
    lambda name: not name.startswith("./") and ".." not in name
)


OUTSIDE = ("../x", "./../x", "..", "a/../../x", "/etc/passwd", "C:\\x", "C:/x", "..\\x", "a\0b")


@given(st.dictionaries(NAMES, st.just(SHA)))
def test_what_is_written_is_read(hashes: dict[str, str]) -> None:
    assert read_manifest(manifest_bytes(hashes)) == hashes


def test_sha256sum_agrees_also_about_odd_names(tmp_path: Path) -> None:
    hashes = {}
    for name in ("20260504@Bow.mp4", "two  blanks", "back\\slash", "line\nfeed", "Ö.mp4", "bytes \udcff"):
        (tmp_path / name).write_bytes(name.encode("utf-8", "surrogateescape"))
        hashes[name] = hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
    (tmp_path / "m.txt").write_bytes(manifest_bytes(hashes))
    done = subprocess.run(["sha256sum", "--strict", "-c", "m.txt"], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout.count(b": OK")) == (0, len(hashes))


def test_what_sha256sum_itself_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "a b").write_bytes(b"1")
    done = subprocess.run(["sha256sum", "-b", "./a b"], cwd=tmp_path, capture_output=True, check=True)
    assert read_manifest(done.stdout) == {"a b": hashlib.sha256(b"1").hexdigest()}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello\n", "line 1 is no SHA-256"),
        (f"{SHA}  a\n{SHA[:-1]}  b\n", "line 2 is no SHA-256"),
        (f"{SHA}  a\n{SHA}  a\n", "line 2 lists a a second time"),
        *((f"{SHA}  {name}\n", "which is not in the folder") for name in OUTSIDE),
    ],
)
def test_what_is_no_manifest_is_said_with_its_line(text: str, why: str) -> None:
    with pytest.raises(NotAManifest, match=why):
        read_manifest(text.encode())
