"""The texts in the program's source, for the tests of pages that quote them: with … in the place of values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path


def texts_of(module: Path) -> Iterator[str]:
    """Every text of a module: an f-string as one, and `{name}` of a text that is filled in elsewhere as … too."""
    tree = ast.parse(module.read_text("utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield re.sub(r"\{[^{}]*\}", "…", node.value)
