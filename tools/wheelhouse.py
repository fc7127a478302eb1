"""Makes the package that installs Seacorder without internet: `python -m tools.wheelhouse`, or `make wheelhouse`.

The package is one archive in dist: Seacorder and everything that it needs to run, as wheels of the versions that
requirements.txt pins, pip as a wheel (requirements-wheelhouse.txt), the documents, install.py
(tools/offline_install.py), about.json, which says what it is for, and SHA256SUMS. The wheels come from wherever this
environment's pip is set up to look.
The same commit makes the same archive, as long as the wheels are the same.
"""

import argparse
import gzip
import hashlib
import json
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from tools.environment import OLDEST
from tools.pins import closure
from tools.tree import ROOT, project_files

GLIBC = (2, 28)
"""The oldest C library that the package is for: the newest that any of the wheels asks for (PyAV's)."""
INSTALLER = "install.py"
DOCUMENTS = "documents"
"""The folder of the documents, in the package and below the folder that it is installed in."""
_LEGACY = ("manylinux2014", "manylinux2010", "manylinux1")
_NO_CONNECTION = ("connection broken", "Failed to establish", "Max retries", "Temporary failure in name resolution")
_UNREACHED = (
    "The packages cannot be fetched: pip reaches no package index. `make wheelhouse` needs internet, "
    "or an index of your own that pip is set up for."
)


class Impossible(Exception):
    """One sentence or two: what was wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """The computer that the package is for."""

    system: str
    """As `platform.system()` says it: Linux, Windows, Darwin."""
    machine: str
    """As `platform.machine()` says it."""
    python: tuple[int, int]

    @property
    def python_text(self) -> str:
        return f"{self.python[0]}.{self.python[1]}"

    @property
    def glibc(self) -> str | None:
        return f"{GLIBC[0]}.{GLIBC[1]}" if self.system == "Linux" else None

    @property
    def platforms(self) -> tuple[str, ...]:
        """pip's names for it, best first. On Linux always given, so that a new system makes packages for older ones;
        elsewhere none, which means the computer that makes the package.
        """
        if self.system != "Linux":
            return ()
        numbered = [f"manylinux_{GLIBC[0]}_{minor}" for minor in range(GLIBC[1], 4, -1)]
        return tuple(f"{name}_{self.machine}" for name in [*numbered, *_LEGACY])

    def package(self, version: str) -> str:
        """The name of the archive without its ending, and of the folder in it."""
        return f"seacorder-{version}-{self.system.lower()}-{self.machine}-python{self.python_text}"


def target_of(python: str | None, machine: str | None) -> Target:
    """The target that the options name; what they leave out is as on this computer. Raises Impossible."""
    number = sys.version_info[:2]
    if python is not None:
        if not re.fullmatch(r"3\.\d{1,2}", python):
            raise Impossible(f"{python} is no version of Python. Write it as in FOR_PYTHON=3.12.")
        number = (3, int(python[2:]))
    if number < OLDEST:
        raise Impossible(f"Seacorder needs Python 3.11 or newer, so there is no package for {python}.")
    target = Target(platform.system(), machine or platform.machine(), number)
    if target.system != "Linux" and (python or machine):
        raise Impossible("Here a package is only made for this computer itself. Leave FOR_PYTHON and FOR_MACHINE out.")
    return target


def wanted(target: Target) -> list[str]:
    """The lines of requirements.txt that running the program needs: without what only builds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = closure(
        project["project"]["dependencies"],
        {
            "python_version": target.python_text,
            "python_full_version": f"{target.python_text}.0",
            "platform_machine": target.machine,
        },
    )
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and canonicalize_name(re.split(r"[=;#]", line, maxsplit=1)[0]) in names]


def pip_words(target: Target) -> list[str]:
    """What tells `pip download` for which computer wheels are wanted."""
    named = [word for name in target.platforms for word in ("--platform", name)]
    return [*named, "--python-version", target.python_text, "--implementation", "cp"]


def fetch(target: Target, lines: Sequence[str], folder: Path) -> None:
    """Puts a wheel of each line into the folder. Raises Impossible."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "wanted.txt")
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        words = ["download", "--no-deps", "--only-binary=:all:", "--dest", str(folder), *pip_words(target)]
        done = pip([*words, "--requirement", str(file)])
    if done.returncode:
        raise Impossible(why_not_fetched(done.stdout, target))


def why_not_fetched(said: str, target: Target) -> str:
    """What went wrong, from all that pip has said."""
    last = "\n".join(said.strip().splitlines()[-5:])
    missing = re.search(r"No matching distribution found for (\S+)==(\S+)", said)
    if any(sign in said for sign in _NO_CONNECTION):
        return f"{_UNREACHED}\n{last}"
    if missing:
        return (
            f"There is no wheel of {missing[1]} {missing[2]} for Python {target.python_text} on {target.machine}. "
            "Choose another FOR_PYTHON or FOR_MACHINE."
        )
    return f"The packages cannot be fetched. What pip said:\n{last}"


def build(folder: Path, source: Path = ROOT) -> None:
    """Puts Seacorder's own wheel into the folder. Raises Impossible."""
    done = pip(["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)])
    if done.returncode:
        raise Impossible(f"Seacorder's own wheel cannot be built. What pip said:\n{done.stdout.strip()}")


def pip(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *words]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def documents() -> list[Path]:
    """What somebody without internet reads: every document at the top, docs with its pictures, and the files that these
    name for programs: examples and the Postman collection.

    Relative to the source folder; they keep their places in the package, so that links between them lead somewhere.
    """
    names = [path.relative_to(ROOT) for path in project_files()]
    at_top = [name for name in names if name.suffix == ".md" and name.parent == Path()]
    return [*at_top, Path("LICENSE"), *(name for name in names if name.parts[0] in {"docs", "examples", "postman"})]


def put_documents(folder: Path) -> None:
    """Copies them into the package."""
    for name in documents():
        copy = folder / DOCUMENTS / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy)


def describe(target: Target, version: str, folder: Path) -> None:
    """Writes about.json, install.py and, last of all, SHA256SUMS over all that is in the folder."""
    about = {
        "version": version,
        "commit": git("describe", "--always", "--dirty", "--abbrev=12"),
        "system": target.system,
        "machine": target.machine,
        "python": target.python_text,
        "oldest_python": ".".join(map(str, OLDEST)),
        "glibc": target.glibc,
    }
    (folder / "about.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    shutil.copyfile(ROOT / "tools" / "offline_install.py", folder / INSTALLER)
    write_sums(folder)


def write_sums(folder: Path) -> None:
    """SHA256SUMS over all else that is in the folder, as `sha256sum -c` reads it too."""
    names = [path.relative_to(folder).as_posix() for path in files_of(folder) if path.name != "SHA256SUMS"]
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in names]
    (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def pack(folder: Path, archive: Path, seconds: int) -> None:
    """The folder as a .tar.gz whose files all have this time (Unix seconds) and nobody's names."""

    def plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime, member.uid, member.gid, member.uname, member.gname = seconds, 0, 0, "", ""
        member.mode = 0o644
        return member

    with (
        archive.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=file, mtime=seconds) as packed,  # wheels are small already
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in files_of(folder):
            tar.add(path, f"{folder.name}/{path.relative_to(folder).as_posix()}", filter=plain)


def git(*words: str) -> str | None:
    """What git says; None outside of a repository."""
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def make(target: Target, destination: Path) -> Path:
    """The archive, made. Raises Impossible, and leaves nothing behind then."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    name = target.package(version)
    pins = (ROOT / "requirements-wheelhouse.txt").read_text(encoding="utf-8").splitlines()
    destination.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination) as scratch:
        folder = Path(scratch, name)
        for part in ("wheels", "pip"):
            (folder / part).mkdir(parents=True)
        fetch(target, wanted(target), folder / "wheels")
        fetch(target, [line for line in pins if not line.startswith("#")], folder / "pip")
        build(folder / "wheels")
        put_documents(folder)
        describe(target, version, folder)
        made = Path(scratch, f"{name}.tar.gz")
        pack(folder, made, int(git("log", "-1", "--format=%ct") or 0))
        return made.replace(destination / made.name)


def told(target: Target, archive: Path) -> str:
    """What to do with it."""
    name = archive.name.removesuffix(".tar.gz")
    folder = f"/opt/{'-'.join(name.split('-')[:2])}"
    needs = f" with glibc {target.glibc} or newer" if target.glibc else ""
    shown = archive.relative_to(ROOT) if archive.is_relative_to(ROOT) else archive
    return (
        f"{shown} is made ({archive.stat().st_size / 1e6:.0f} MB). These documents are in it.\n"
        f"It is for {target.system} on {target.machine}{needs}, and Python {target.python_text}. "
        "Copy it to the recorder, and there:\n"
        f"  tar xzf {archive.name}\n"
        f"  sudo python3 {name}/{INSTALLER} {folder}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.wheelhouse", description="Makes the offline package.")
    parser.add_argument("--python", metavar="VERSION", help="the Python of the recorder, such as 3.12")
    parser.add_argument("--machine", help="the recorder's kind of processor, as `uname -m` says it")
    parser.add_argument("--into", type=Path, default=ROOT / "dist", metavar="FOLDER")
    options = parser.parse_args()
    try:
        target = target_of(options.python, options.machine)
        print(f"Fetching what Seacorder needs on {target.system}, {target.machine}, Python {target.python_text} …")
        print(told(target, make(target, options.into.resolve())))
    except Impossible as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
