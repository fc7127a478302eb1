"""A page of the documents in pieces, for the tests that hold it to the code: sections, code blocks, rows of tables."""

import re

_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def sections(text: str, level: int = 2) -> dict[str, str]:
    """By heading, what stands below each heading of the levels from 2 to `level`, up to the next one of these."""
    found = (one.partition("\n") for one in re.split(rf"^#{{2,{level}}} ", text, flags=re.MULTILINE)[1:])
    return {heading.strip("`"): below for heading, _, below in found}


def blocks(text: str, language: str) -> list[str]:
    """The code blocks of a language ("": those without one); inside of a list without its indentation."""
    found = [(indent, body) for indent, kind, body in _FENCED.findall(text) if kind == language]
    return [re.sub(rf"^{indent}", "", body, flags=re.MULTILINE) for indent, body in found]


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the text's tables, of their heads too."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
