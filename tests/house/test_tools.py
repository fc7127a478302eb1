"""Our own checks (`tools`) find what they are for."""

from pathlib import Path

import pytest

from tools import budgets, links, strangers


def module_faults(text: str, name: str = "noun.py") -> list[str]:
    return budgets.faults(Path("src/seacorder/x") / name, text, is_program=True)


def test_a_long_function_is_found() -> None:
    text = '"""Doc."""\ndef long():\n' + "    x = 1\n" * 60
    assert module_faults(text) == ["line 2: long has 61 lines, the limit is 50"]


def test_a_docstring_does_not_count() -> None:
    text = '"""Doc."""\ndef told():\n    """' + "line\n" * 60 + '"""\n    return 1\n'
    assert module_faults(text) == []


@pytest.mark.parametrize(
    ("text", "name", "finding"),
    [
        ('"""Doc."""\n' + "x = 1\n" * 500, "noun.py", "501 lines"),
        ("x = 1\n", "noun.py", "no docstring"),
        ('"""Doc."""\n', "utils.py", "noun"),
        ('"""."""\n', "__init__.py", "needs a docstring"),
        ('"""Everything about files; any process."""\nimport os\n', "__init__.py", "imports"),
    ],
)
def test_each_budget_is_kept(text: str, name: str, finding: str) -> None:
    assert [fault for fault in module_faults(text, name) if finding in fault]


def test_links_to_files_and_headings(tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# What `seacorder` does\n```\n# not a heading\n```\n", encoding="utf-8")
    document = tmp_path / "page.md"
    assert links.fault(document, "other.md#what-seacorder-does") is None
    assert links.fault(document, "https://example.org/") is None
    assert "no such heading" in (links.fault(document, "other.md#not-a-heading") or "")
    assert "does not exist" in (links.fault(document, "gone.md") or "")
    assert "absolute" in (links.fault(document, "/other.md") or "")


def test_links_in_code_are_not_links() -> None:
    assert links.links("`[a](b)` [c](d.md)\n```\n[e](f)\n```\n") == ["d.md"]


@pytest.mark.parametrize("text", ["see /ho" + "me/anna/x", "C:\\Us" + "ers\\anna", "https://registry.npm" + "js.org/x"])
def test_machine_paths_and_registries_are_found(text: str) -> None:
    assert strangers.strangers(f"fine\n{text}\n", strangers.pattern())[0][0] == 2


@pytest.mark.parametrize("text", ["~/Seacorder", "/mnt/second", "[storage] root", "C:\\tmp\\Data1", "/data/c"])
def test_ordinary_examples_are_fine(text: str) -> None:
    assert strangers.strangers(text, strangers.pattern(Path("/srv/checkout"))) == []
