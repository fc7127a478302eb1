"""`make wheelhouse`: what goes into the package that installs Seacorder without internet, and what it says."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tools import links, wheelhouse
from tools.tree import ROOT
from tools.wheelhouse import Impossible, Target

HERE = Target("Linux", "x86_64", (3, 11))


def names(target: Target) -> set[str]:
    return {re.split("[=;]", line, maxsplit=1)[0] for line in wheelhouse.wanted(target)}


def imported() -> set[str]:
    """The outside packages that the program imports, by the names that are installed."""
    found = set()
    for file in ROOT.glob("src/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    shipped = importlib.metadata.packages_distributions()
    outside = found - set(sys.stdlib_module_names) - {"seacorder"}
    return {name.lower().replace("_", "-") for module in outside for name in shipped.get(module, [module])}


def test_all_that_the_program_imports_is_in_it() -> None:
    assert "av" in imported()
    assert imported() - names(HERE) == set()


def test_what_only_builds_or_tests_it_is_not() -> None:
    builders = {"hatchling", "editables", "pathspec", "pluggy", "tomlkit", "trove-classifiers", "packaging", "pip"}
    assert names(HERE) & {*builders, "pytest", "ruff", "mypy", "colorama", "tzdata"} == set()


def test_every_line_is_pinned() -> None:
    assert [line for line in wheelhouse.wanted(HERE) if "==" not in line] == []


def test_on_linux_the_platforms_are_told_so_that_a_new_system_makes_packages_for_older_ones() -> None:
    platforms = HERE.platforms
    assert platforms[0] == "manylinux_2_28_x86_64"
    assert {"manylinux_2_17_x86_64", "manylinux2014_x86_64"} <= set(platforms)
    assert "manylinux_2_29_x86_64" not in platforms
    words = wheelhouse.pip_words(Target("Linux", "aarch64", (3, 13)))
    assert words[:2] == ["--platform", "manylinux_2_28_aarch64"]
    assert words[-4:] == ["--python-version", "3.13", "--implementation", "cp"]


def test_elsewhere_pip_knows_its_own_platform() -> None:
    assert wheelhouse.pip_words(Target("Windows", "AMD64", (3, 12)))[0] == "--python-version"
    assert Target("Darwin", "arm64", (3, 12)).glibc is None


def test_its_name_says_what_it_is_for() -> None:
    assert HERE.package("0.1.0") == "seacorder-0.1.0-linux-x86_64-python3.11"


def test_the_options_choose_the_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert wheelhouse.target_of(None, None) == Target("Linux", "x86_64", sys.version_info[:2])
    assert wheelhouse.target_of("3.14", "aarch64") == Target("Linux", "aarch64", (3, 14))


@pytest.mark.parametrize(
    ("system", "python", "machine", "sentence"),
    [
        ("Linux", "3.10", None, "Seacorder needs Python 3.11 or newer, so there is no package for 3.10."),
        ("Linux", "twelve", None, "twelve is no version of Python. Write it as in FOR_PYTHON=3.12."),
        ("Windows", None, "aarch64", ("Here a package is only made for this computer itself. "
                                     "Leave FOR_PYTHON and FOR_MACHINE out.")),
    ],
)
def test_what_cannot_be_made_is_refused(
    monkeypatch: pytest.MonkeyPatch, system: str, python: str | None, machine: str | None, sentence: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    with pytest.raises(Impossible) as refusal:
        wheelhouse.target_of(python, machine)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("WARNING: Retrying after connection broken by X\nERROR: No matching distribution found for av==18.1.0",
         "The packages cannot be fetched: pip reaches no package index. `make wheelhouse` needs internet, or"),
        ("ERROR: No matching distribution found for av==18.1.0\n",
         "There is no wheel of av 18.1.0 for Python 3.11 on x86_64. Choose another FOR_PYTHON or FOR_MACHINE."),
        ("ERROR: No space left on device\n", "The packages cannot be fetched. What pip said:\nERROR: No space left"),
    ],
)
def test_why_something_was_not_fetched(said: str, sentence: str) -> None:
    assert wheelhouse.why_not_fetched(said, HERE).startswith(sentence)


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    """With other owners' names, modes and times left out."""
    made = []
    for number in (1, 2):
        folder = tmp_path / str(number) / "package"
        (folder / "wheels").mkdir(parents=True)
        (folder / "wheels/b.whl").write_bytes(b"b")
        (folder / "a.txt").write_bytes(b"a")
        (folder / "a.txt").chmod(0o600 + number)
        made.append(tmp_path / f"{number}.tar.gz")
        wheelhouse.pack(folder, made[-1], 1_770_000_000)
    assert made[0].read_bytes() == made[1].read_bytes()
    with tarfile.open(made[0]) as archive:
        members = archive.getmembers()
    assert [member.name for member in members] == ["package/a.txt", "package/wheels/b.whl"]
    assert {(member.uid, member.uname, member.mode, member.mtime) for member in members} == {
        (0, "", 0o644, 1_770_000_000)
    }


def test_the_documents_are_in_it_and_each_link_in_them_leads_somewhere(tmp_path: Path) -> None:
    wheelhouse.put_documents(tmp_path)
    folder = tmp_path / "documents"
    wanted = [ROOT / name for name in ("README.md", "HELP.md", "SECURITY.md", "GLOSSARY.md", "CHANGELOG.md")]
    wanted += [path for path in (ROOT / "docs").rglob("*") if path.suffix in {".md", ".png"}]
    wanted += [ROOT / "examples/inspector_session.py", ROOT / "postman/inspector.postman_collection.json"]
    assert len(wanted) > 30
    copies = [folder / path.relative_to(ROOT) for path in wanted]
    pairs = zip(wanted, copies, strict=True)
    assert [copy for path, copy in pairs if not copy.is_file() or copy.read_bytes() != path.read_bytes()] == []
    assert {page.name: found for page in folder.rglob("*.md") if (found := links.faults(page))} == {}


def test_make_hands_the_options_on() -> None:
    words = ["make", "--no-print-directory", "-n", "wheelhouse", "FOR_PYTHON=3.12", "FOR_MACHINE=aarch64"]
    planned = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "-m tools.wheelhouse --python 3.12 --machine aarch64" in planned
