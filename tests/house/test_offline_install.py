"""The package's install.py: each of its refusals is a sentence, and nothing is left behind."""

import ast
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tools import offline_install, wheelhouse
from tools.offline_install import Refused
from tools.tree import ROOT
from tools.wheelhouse import Target

ABOUT = {
    "version": "0.1.0",
    "system": "Linux",
    "machine": "x86_64",
    "python": "3.12",
    "oldest_python": "3.11",
    "glibc": "2.28",
}
FITTING = {"system": "Linux", "machine": "x86_64", "bits": 64, "python": "3.12", "kind": "CPython", "glibc": "2.36"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package for this computer, complete but for its wheels, which are none."""
    folder = tmp_path / "package"
    for name in ("wheels/av-1-py3-none-any.whl", "wheels/seacorder-1-py3-none-any.whl", "pip/pip-1-py3-none-any.whl",
                 "documents/docs/sea/card.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    here = Target(platform.system(), platform.machine(), sys.version_info[:2])
    wheelhouse.describe(here, "0.1.0", folder)
    return folder


def install(package: Path, folder: Path) -> tuple[int, str]:
    """The exit code, and what was said on standard error."""
    words = [sys.executable, str(package / "install.py"), str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    return done.returncode, done.stderr


def test_an_old_python_can_read_it() -> None:
    ast.parse((ROOT / "tools/offline_install.py").read_text(encoding="utf-8"), feature_version=(3, 6))


def test_it_needs_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "tools/offline_install.py").read_text(encoding="utf-8"))
    found = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert found - set(sys.stdlib_module_names) == set()


def test_the_computer_that_it_is_made_for_is_taken() -> None:
    offline_install.check_computer(ABOUT, FITTING)
    offline_install.check_computer(ABOUT, FITTING | {"glibc": "2.28"})
    offline_install.check_computer(ABOUT | {"glibc": None, "system": "Darwin"},
                                   FITTING | {"glibc": None, "system": "Darwin"})


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"python": "3.13"},
         ("This package is for Python 3.12, and this is Python 3.13. Run install.py with python3.12, "
         "or make the package again with `make wheelhouse FOR_PYTHON=3.13`.")),
        ({"python": "3.9"},
         "This package is for Python 3.12, and this is Python 3.9. Run install.py with python3.12."),
        ({"kind": "PyPy"}, "This package is for CPython, and this is PyPy. Run install.py with python3.12."),
        ({"system": "Darwin", "machine": "arm64"},
         "This package is for Linux, and this computer has Darwin. Make it again on a computer with Darwin."),
        ({"machine": "aarch64"},
         ("This package is for x86_64, and this computer is aarch64. "
         "Make it again for this kind, with `make wheelhouse FOR_MACHINE=aarch64`.")),
        ({"bits": 32}, "This package is for a 64-bit Python, and this is a 32-bit one. Use a 64-bit system."),
        ({"glibc": "2.9"},
         "This package needs glibc 2.28 or newer, and this system has 2.9. Use a newer system."),
        ({"glibc": None},
         "This package needs glibc 2.28 or newer, and this system has none. Use a newer system."),
    ],
)
def test_another_computer_is_refused(other: Mapping[str, object], sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        offline_install.check_computer(ABOUT, FITTING | other)
    assert str(refusal.value) == sentence


def test_a_python_that_is_not_whole_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline_install, "MODULES", ("json", "no_such_module"))
    with pytest.raises(Refused, match=r"^This Python has no module no_such_module\. Install all of your system's"):
        offline_install.check_computer(ABOUT, FITTING)


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("wheels/av-1-py3-none-any.whl", lambda file: file.write_bytes(b"other")),
        ("wheels/av-1-py3-none-any.whl", lambda file: file.unlink()),
        ("documents/docs/sea/card.md", lambda file: file.write_text("another card")),
        ("documents/docs/sea/card.md", lambda file: file.unlink()),
        ("install.py", lambda file: file.write_text(file.read_text() + "\n")),
        ("about.json", lambda file: file.write_text("{")),
        ("about.json", lambda file: file.unlink()),
        ("SHA256SUMS", lambda file: file.write_text("")),
        ("SHA256SUMS", lambda file: file.write_text("nonsense\n")),
        ("SHA256SUMS", lambda file: file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))),
        ("SHA256SUMS", lambda file: file.unlink()),
    ],
)
def test_a_damaged_package_is_refused(package: Path, tmp_path: Path, name: str, harm) -> None:
    harm(package / name)
    assert install(package, tmp_path / "program") == (1, f"{name} is damaged or missing. Copy the package again.\n")
    assert not (tmp_path / "program").exists()


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch, lambda path: path.symlink_to("nowhere")])
def test_what_is_there_already_is_left_alone(package: Path, tmp_path: Path, make) -> None:
    folder = tmp_path / "program"
    make(folder)
    said = f"{folder} exists already. Choose another folder, or delete that one.\n"
    assert install(package, folder) == (1, said)
    assert folder.is_dir() or folder.is_file() or folder.is_symlink()


def test_a_folder_that_cannot_be_made_is_refused(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 100)
    said = f"{folder} cannot be made (File name too long). Run it with sudo, or choose another folder.\n"
    assert install(package, folder) == (1, said)
    said = f"There is no folder {tmp_path / 'none'}. Make it first, or choose another one.\n"
    assert install(package, tmp_path / "none" / "program") == (1, said)
    assert not (tmp_path / "none").exists()


def test_when_it_fails_half_way_nothing_is_left_behind(package: Path, tmp_path: Path) -> None:
    code, said = install(package, tmp_path / "program")
    assert code == 1
    assert said.startswith("It could not be installed, and nothing was left behind. What was said:\n")
    assert "pip-1-py3-none-any.whl" in said
    assert not (tmp_path / "program").exists()


def test_the_documents_keep_their_places(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline_install, "PACKAGE", package)
    _, _, documents = offline_install.check_files(package)
    offline_install.copy(documents, tmp_path)
    assert (tmp_path / "documents/docs/sea/card.md").read_text() == "documents/docs/sea/card.md"


def test_documents_that_cannot_be_copied_are_told(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline_install, "PACKAGE", package)
    (tmp_path / "documents").touch()
    with pytest.raises(Refused, match=r"^It could not be installed, and nothing was left behind\. (.|\n)*documents"):
        offline_install.copy([package / "documents/docs/sea/card.md"], tmp_path)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["a", "b"]])
def test_without_a_folder_it_says_what_it_wants(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert offline_install.main(arguments) == 2
    assert capsys.readouterr().err.startswith("Say where to install it: python3 install.py FOLDER")


def test_letters_that_the_terminal_lacks_do_not_end_it(package: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Tauchgänge"
    folder.mkdir()
    words = [sys.executable, str(package / "install.py"), str(folder)]
    done = subprocess.run(words, env={"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False, timeout=60)
    assert b"Tauchg?nge exists already." in done.stderr
