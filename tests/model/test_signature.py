"""Signatures and keys in the forms of minisign, compared with the minisign program itself."""

import subprocess
from pathlib import Path

import pytest

from seacorder.model.signature import NotASignature, SigningKey, read_public_key, read_signature

KEY = SigningKey(bytes(range(32)))
DATA = b"0123  Bow.mp4\n"


def signed(folder: Path, data: bytes = DATA, comment: str = "DATA_1, 2 files, Ölfeld") -> Path:
    path = folder / "manifest-sha256.txt"
    path.write_bytes(data)
    (folder / "manifest-sha256.txt.minisig").write_bytes(KEY.signature_file(data, comment))
    (folder / "recorder.pub").write_bytes(KEY.public.file)
    return path


def minisign(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["minisign", *words], cwd=folder, capture_output=True, text=True, check=False)


def test_minisign_accepts_a_signature_and_shows_its_comment(tmp_path: Path) -> None:
    signed(tmp_path)
    by_file = minisign("-Vm", "manifest-sha256.txt", "-p", "recorder.pub", folder=tmp_path)
    assert by_file.returncode == 0, by_file.stderr
    assert "Trusted comment: DATA_1, 2 files, Ölfeld" in by_file.stdout
    by_line = minisign("-Vm", "manifest-sha256.txt", "-P", KEY.public.text, folder=tmp_path)
    assert by_line.returncode == 0


def test_minisign_refuses_a_changed_byte(tmp_path: Path) -> None:
    signed(tmp_path).write_bytes(DATA.replace(b"Bow", b"Bov"))
    done = minisign("-Vm", "manifest-sha256.txt", "-p", "recorder.pub", folder=tmp_path)
    assert done.returncode != 0


@pytest.mark.parametrize("options", [["-H"], ["-l"]])
def test_what_minisign_has_signed_is_accepted_here(options: list[str], tmp_path: Path) -> None:
    """Both forms: of the hash, which it uses today, and of the whole file, as before."""
    (tmp_path / "m").write_bytes(DATA)
    assert minisign("-G", "-W", "-p", "k.pub", "-s", "k.key", folder=tmp_path).returncode == 0
    assert minisign("-S", *options, "-s", "k.key", "-m", "m", "-t", "by minisign", folder=tmp_path).returncode == 0
    key = read_public_key((tmp_path / "k.pub").read_text())
    signature = read_signature((tmp_path / "m.minisig").read_bytes())
    assert (signature.comment, signature.is_of(DATA, key)) == ("by minisign", True)
    assert not signature.is_of(DATA + b"x", key)


def test_a_changed_comment_is_found(tmp_path: Path) -> None:
    text = KEY.signature_file(DATA, "2 files")
    assert read_signature(text).is_of(DATA, KEY.public)
    assert not read_signature(text.replace(b"2 files", b"1 file ")).is_of(DATA, KEY.public)


def test_another_key_is_not_accepted_though_its_id_is_the_same() -> None:
    other = SigningKey(bytes(32)).public
    forged = type(other)(KEY.public.identifier, other.key)
    assert not read_signature(KEY.signature_file(DATA, "x")).is_of(DATA, forged)


def test_a_key_is_read_from_its_file_and_from_its_line() -> None:
    assert read_public_key(KEY.public.file.decode()) == read_public_key(KEY.public.text) == KEY.public


@pytest.mark.parametrize("text", ["", "hello", "RWQ=", "untrusted comment: x\n", "RWQf6LRCGA9i5Á"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NotASignature):
        read_public_key(text)


@pytest.mark.parametrize(
    "data", [b"", b"a\nb\nc\nd\n", b"untrusted comment: x\nRWQ=\ntrusted comment: y\nRWQ=\n", b"\xff" * 99]
)
def test_what_is_no_signature_is_refused(data: bytes) -> None:
    with pytest.raises(NotASignature):
        read_signature(data)


def test_the_private_part_is_not_shown() -> None:
    assert "0001" not in repr(KEY)
    assert bytes(range(32)).hex() not in repr(KEY)
