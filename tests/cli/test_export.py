"""`export`: a bag from a running recorder, into a file that is there whole or not at all."""

from pathlib import Path

import pytest

FILE = "dive12.zip"


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("recording", "r 1", FILE), "recordings/r%201/archive.zip"),
        (("stretch", "a", "b", FILE), "archive.zip?from=a&to=b"),
        (("stretch", "a", "b", FILE, "--channel", "Bow"), "archive.zip?from=a&to=b&channel=Bow"),
        (
            ("observation", "o1", FILE, "--before", "2.5", "--channel", "Bow", "--channel", "Stern"),
            "observations/o1/archive.zip?before_seconds=2.5&channel=Bow&channel=Stern",
        ),
    ],
)
def test_each_kind_is_asked_for_with_its_options(
    seacorder, web, tmp_path: Path, words: tuple[str, ...], asked: str
) -> None:
    file = tmp_path / FILE
    web.answers[f"GET /api/v1/{asked}"] = (200, b"zip")
    ended = seacorder("export", *(str(file) if word == FILE else word for word in words), "--url", web.url)
    assert (ended.code, ended.out) == (0, f"Written: {file} (3 bytes)\n"), ended.err
    assert file.read_bytes() == b"zip"
    assert web.asked == [(f"GET /api/v1/{asked}", None)]


@pytest.mark.parametrize("name", ["there.zip", "no.tar"])
def test_no_file_is_overwritten_and_its_name_says_what_it_is(seacorder, web, tmp_path: Path, name: str) -> None:
    (tmp_path / "there.zip").write_bytes(b"mine")
    ended = seacorder("export", "recording", "r1", str(tmp_path / name), "--url", web.url)
    assert ended.code == 2
    assert (tmp_path / "there.zip").read_bytes() == b"mine"


def test_a_refusal_leaves_no_file(seacorder, web, tmp_path: Path) -> None:
    web.json("GET /api/v1/recordings/r1/archive.zip", {"detail": "", "fact": "It runs.", "action": "Stop it."}, 409)
    ended = seacorder("export", "recording", "r1", str(tmp_path / "r1.zip"), "--url", web.url)
    assert (ended.code, "It runs." in ended.err) == (1, True)
    assert list(tmp_path.iterdir()) == []
