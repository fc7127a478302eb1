"""The texts of the operator's page, in English, as its catalogues have them (`web/src/texts`)."""

import re
from functools import cache

from tools.tree import ROOT

CATALOGUES = ROOT / "web" / "src" / "texts"
_ENGLISH = re.compile(r"= catalogue(?:<\w+>)?\(\n  \{\n(.*?)\n  \},\n  \{\n    de: ", re.DOTALL)
_LITERAL = re.compile(r"""(["`])((?:(?!\1|\\).|\\.)*)\1""")
_FILLED_IN = re.compile(r"(?<!\\)\$\{[^}]*\}")
_CHOICE = re.compile(r"\$\{[^}]*?\? (\"[^\"]*\") : (\"[^\"]*\")\}")


@cache
def english(name: str) -> tuple[str, ...]:
    """The texts of one catalogue, `bar` for example; "…" stands for whatever is filled in."""
    source = (CATALOGUES / f"{name}.ts").read_text("utf-8")
    found = _ENGLISH.search(source)
    assert found is not None, f"{name}.ts has no catalogue of the usual form"
    texts = []
    for _, text in _LITERAL.findall(_CHOICE.sub(lambda choice: choice[1].strip('"'), found[1])):
        texts.append(_FILLED_IN.sub("…", text).replace("\\", ""))
    return tuple(text for text in texts if text)


def catalogues() -> list[str]:
    """Their names."""
    return sorted(path.stem for path in CATALOGUES.glob("*.ts") if path.stem != "language.svelte")


def all_english() -> list[str]:
    return [text for name in catalogues() for text in english(name)]
