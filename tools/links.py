"""Every link inside the documents leads somewhere, and docs/index.md to every page: `python -m tools.links`.

Files and headings are checked; addresses outside are not, since the checks run without internet.
"""

import re
import sys
from pathlib import Path
from urllib.parse import unquote

from tools.tree import ROOT, project_files

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_OUTSIDE = ("http://", "https://", "mailto:", "rtsp://")


def anchor(heading: str) -> str:
    """The heading's anchor as code hosts make it: lower case, punctuation dropped, spaces to hyphens."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def anchors(text: str) -> set[str]:
    return {anchor(heading) for heading in _HEADING.findall(_FENCE.sub("", text))}


def links(text: str) -> list[str]:
    """Targets of the links in a document, those in code left out."""
    return _LINK.findall(_CODE.sub("", _FENCE.sub("", text)))


def fault(document: Path, target: str) -> str | None:
    """One sentence when `target` leads nowhere, else None."""
    if target.startswith(_OUTSIDE):
        return None
    if target.startswith("/"):
        return f"{target} is absolute; link relative to the document"
    name, _, heading = target.partition("#")
    path = (document.parent / unquote(name)).resolve() if name else document
    if not path.exists():
        return f"{target} does not exist"
    if heading and path.suffix == ".md" and heading not in anchors(path.read_text(encoding="utf-8")):
        return f"{target}: no such heading"
    return None


def faults(document: Path) -> list[str]:
    """One sentence for each link in a document that leads nowhere."""
    targets = links(document.read_text(encoding="utf-8"))
    return [sentence for target in targets if (sentence := fault(document, target))]


def unlisted(index: Path) -> list[Path]:
    """Pages beside and below the index that it does not link."""
    listed = {(index.parent / target.partition("#")[0]).resolve() for target in links(index.read_text("utf-8"))}
    pages = [path for path in project_files() if path.suffix == ".md" and index.parent in path.parents]
    return [page for page in pages if page != index and page not in listed]


def main() -> int:
    missing = unlisted(ROOT / "docs" / "index.md")
    for page in missing:
        print(f"docs/index.md: {page.relative_to(ROOT)} is not listed")
    count = len(missing)
    for document in project_files():
        if document.suffix != ".md":
            continue
        for sentence in faults(document):
            count += 1
            print(f"{document.relative_to(ROOT)}: {sentence}")
    print(f"links: {count} faults" if count else "links: all lead somewhere")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
