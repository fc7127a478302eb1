"""Nothing in the tree names a machine or a place that packages come from: `python -m tools.strangers`.

A path of somebody's machine works nowhere else; the address of a package registry ties the project to one network.
"""

import re
import sys
from pathlib import Path

from tools.tree import ROOT, project_text

_PERSONAL = r"(?<![\w.$}~-])(?:/home/(?!you\b|user\b)|/Users/|/root/)\w|\b[A-Z]:\\+Users\\"
_REGISTRIES = (
    r"registry\.(?:npmjs|yarnpkg)\.|pypi\.org/simple|files\.pythonhosted\.|--(?:extra-)?index-url|--find-links"
)
_EXAMPLES = {"data", "home", "media", "mnt", "opt", "root", "srv", "tmp", "usr", "var"}


def machine_paths(root: Path = ROOT) -> list[str]:
    """This checkout's own folders, as patterns; not where examples in documents and tests may lie as well."""
    own = [path for path in (root, root.parent) if len(path.parts) > 1 and path.parts[1] not in _EXAMPLES]
    return [re.escape(str(path)) + r"(?:/|\b)" for path in own]


def pattern(root: Path = ROOT) -> re.Pattern[str]:
    return re.compile("|".join([_PERSONAL, _REGISTRIES, *machine_paths(root)]))


def strangers(text: str, wanted: re.Pattern[str]) -> list[tuple[int, str]]:
    """Line number and finding, for every one in a text."""
    return [
        (number, found.group())
        for number, line in enumerate(text.splitlines(), start=1)
        for found in wanted.finditer(line)
    ]


def main() -> int:
    wanted = pattern()
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}"
        for path, text in project_text()
        if path != Path(__file__).resolve()
        for number, what in strangers(text, wanted)
    ]
    print("\n".join([*found, f"strangers: {len(found)} faults" if found else "strangers: none"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
