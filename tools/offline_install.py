"""Installs Seacorder from this package, without internet: `python3 install.py FOLDER`.

`make wheelhouse` copies this file into the package as install.py. It needs the standard library alone, and is written
in the syntax of Python 3.6, so that an old Python prints a sentence and no traceback. Everything is checked before
anything is made; FOLDER is removed again when something fails.
"""

import hashlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
SUMS = "SHA256SUMS"
MODULES = ("ctypes", "sqlite3", "ssl", "venv", "zlib")
"""Parts of Python's standard library that some systems ship apart."""
PROOF = "import av, PIL.Image, pydantic_core, sqlite3, ssl"
BLOCK_BYTES = 1 << 20


class Refused(Exception):
    """One sentence that says what was wrong, and one that says what to do."""


def main(arguments):
    """The exit code: 0 installed, 1 refused or failed, 2 not understood."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        say("Say where to install it: python3 install.py FOLDER, for example /opt/seacorder-0.1.0", sys.stderr)
        return 2
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    os.umask(0o022)  # also if root installs it, other users must be able to run it
    folder = Path(os.path.abspath(arguments[0]))  # noqa: PTH100 - a link is not followed
    try:
        about = read_about(PACKAGE)
        check_computer(about, this_computer())
        wheels, pip, documents = check_files(PACKAGE)
        make(folder)
        say(f"Installing Seacorder {about['version']} in {folder}, which takes a minute at most.", sys.stdout)
        fill(folder, wheels, pip, documents)
    except Refused as refusal:
        say(str(refusal), sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("Interrupted. Nothing was installed.", sys.stderr)
        return 1
    say(f"The documents are in {folder / 'documents'}: begin with {Path('docs', 'index.md')}", sys.stdout)
    command = program(folder, "seacorder")
    say(f"Seacorder {about['version']} is installed in {folder}. Start it with {command}", sys.stdout)
    return 0


def say(text, stream):
    """Prints a line, with ? for letters that the terminal lacks."""
    encoding = stream.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


def read_about(package):
    """What the package is for. Raises Refused."""
    try:
        return json.loads((package / "about.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise damaged("about.json") from error


def damaged(name):
    return Refused(f"{name} is damaged or missing. Copy the package again.")


def this_computer():
    """The facts that about.json has of the computer that the package is for, of this computer."""
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "bits": 64 if sys.maxsize > 1 << 32 else 32,
        "python": ".".join(map(str, sys.version_info[:2])),
        "kind": platform.python_implementation(),
        "glibc": glibc(),
    }


def glibc():
    """The version of GNU's C library; None where there is another one or none."""
    try:
        name, version = os.confstr("CS_GNU_LIBC_VERSION").split()
    except (AttributeError, OSError, ValueError):
        return None
    return version if name == "glibc" else None


def check_computer(about, has):
    """Raises Refused if the package is not for a computer and a Python with these facts."""
    check_python(about, has)
    check_machine(about, has)
    for name in MODULES:
        try:
            __import__(name)
        except ImportError as error:
            raise Refused(f"This Python has no module {name}. Install all of your system's Python.") from error


def check_python(about, has):
    wanted, own = about["python"], has["python"]
    if has["kind"] != "CPython":
        raise Refused(f"This package is for CPython, and this is {has['kind']}. Run install.py with python{wanted}.")
    if own != wanted:
        again = f", or make the package again with `make wheelhouse FOR_PYTHON={own}`"
        is_too_old = number(own) < number(about["oldest_python"])
        raise Refused(
            f"This package is for Python {wanted}, and this is Python {own}. "
            f"Run install.py with python{wanted}{'' if is_too_old else again}."
        )


def check_machine(about, has):
    if has["system"] != about["system"]:
        raise Refused(
            f"This package is for {about['system']}, and this computer has {has['system']}. "
            f"Make it again on a computer with {has['system']}."
        )
    if has["machine"] != about["machine"]:
        raise Refused(
            f"This package is for {about['machine']}, and this computer is {has['machine']}. "
            f"Make it again for this kind, with `make wheelhouse FOR_MACHINE={has['machine']}`."
        )
    if has["bits"] != 64:
        raise Refused("This package is for a 64-bit Python, and this is a 32-bit one. Use a 64-bit system.")
    if about["glibc"] and (has["glibc"] is None or number(has["glibc"]) < number(about["glibc"])):
        raise Refused(
            f"This package needs glibc {about['glibc']} or newer, and this system has {has['glibc'] or 'none'}. "
            "Use a newer system."
        )


def number(version):
    """A version such as 3.11 as something to compare."""
    return [int(part) for part in version.split(".")]


def check_files(package):
    """The paths of all wheels to install, of pip's and of the documents.

    Raises Refused for the first file that has changed.
    """
    try:
        lines = (package / SUMS).read_text(encoding="utf-8").splitlines()
        listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as error:
        raise damaged(SUMS) from error
    for name in sorted(listed):
        try:
            matches = digest_of(package / name) == listed[name]
        except OSError:
            matches = False
        if not matches:
            raise damaged(name)
    there = {path.relative_to(package).as_posix() for path in package.glob("*/*.whl")}
    wheels = sorted(name for name in listed if name.startswith("wheels/"))
    pip = [name for name in listed if name.startswith("pip/")]
    if there - set(listed) or not wheels or len(pip) != 1:
        raise damaged(SUMS)
    documents = sorted(name for name in listed if name.startswith("documents/"))
    return [package / name for name in wheels], package / pip[0], [package / name for name in documents]


def digest_of(path):
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in iter(lambda: file.read(BLOCK_BYTES), b""):
            digest.update(block)
    return digest.hexdigest()


def make(folder):
    """Makes the empty folder. Raises Refused."""
    if os.path.lexists(str(folder)):
        raise Refused(f"{folder} exists already. Choose another folder, or delete that one.")
    if not folder.parent.is_dir():
        raise Refused(f"There is no folder {folder.parent}. Make it first, or choose another one.")
    try:
        folder.mkdir()
    except OSError as error:
        raise Refused(
            f"{folder} cannot be made ({error.strerror}). Run it with sudo, or choose another folder."
        ) from error


def fill(folder, wheels, pip, documents):
    """Makes the program in an empty folder. Whatever prevents it, the folder is removed again. Raises Refused."""
    try:
        make_environment(folder)
        python = program(folder, "python")
        # pip runs out of its own wheel: a Python without ensurepip is enough. -I: nothing of the user's Python is used.
        install = [python, "-I", pip / "pip", "install", "--no-index", "--no-deps", "--no-cache-dir", "--quiet",
                   "--disable-pip-version-check", "--no-warn-script-location", "--root-user-action=ignore"]
        run([*install, *wheels])
        run([python, "-I", "-c", PROOF])
        run([program(folder, "seacorder"), "--version"])
        copy(documents, folder)
    except BaseException:
        shutil.rmtree(str(folder), ignore_errors=True)
        raise


def make_environment(folder):
    import venv

    try:
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(str(folder))
    except (OSError, subprocess.CalledProcessError) as error:
        raise failed(str(error)) from error


def copy(documents, folder):
    """Copies the package's documents, which keep their places."""
    try:
        for document in documents:
            place = folder / document.relative_to(PACKAGE)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(document), str(place))
    except OSError as error:
        raise failed(str(error)) from error


def program(folder, name):
    """Where the virtual environment has a program."""
    return folder / "Scripts" / (name + ".exe") if os.name == "nt" else folder / "bin" / name


def run(words):
    """Runs a command without the user's settings of pip and Python. Raises Refused with what it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    environment["PIP_CONFIG_FILE"] = os.devnull
    try:
        done = subprocess.run([str(word) for word in words], env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        raise failed(str(error)) from error
    if done.returncode:
        raise failed(done.stdout.decode("utf-8", "replace").strip() or f"exit code {done.returncode}")


def failed(reason):
    return Refused(f"It could not be installed, and nothing was left behind. What was said:\n{reason}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
