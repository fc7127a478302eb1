"""The page of benchmarks, docs/reference/benchmarks.md: each full run writes anew what stands below its mark."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench import quiet
from bench.figures import Figure

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "benchmarks.md"
MARK = "<!-- written by make bench: nothing below is edited by hand -->\n"


@dataclass(frozen=True, slots=True)
class Section:
    """What one part of the bench has found."""

    title: str
    figures: tuple[Figure, ...]
    busy_before: float
    """How many cores others kept at work just before it."""
    failure: str = ""
    """Why there are no figures."""


def machine() -> list[tuple[str, str]]:
    """What the figures were made on and with."""
    ffmpeg = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True).stdout.split()[2]
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return [
        ("Processor", f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores"),
        ("Memory", f"{pages / 2**30:.1f} GiB"),
        ("System", f"{platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}"),
        ("Versions", f"Seacorder {version('seacorder')}, PyAV {version('av')}, ffmpeg {ffmpeg}"),
        ("Date", datetime.now(UTC).strftime("%Y-%m-%d")),
    ]


def rows(figures: Sequence[Figure]) -> str:
    head = "| figure | value | spread | goal | |\n|---|---|---|---|---|\n"
    return head + "".join(f"| {f.name} | {f.value} | {f.spread} | {f.goal} | {f.verdict} |\n" for f in figures)


def of(section: Section) -> str:
    """One section without its heading."""
    if section.failure:
        return f"**Failed**: {section.failure}\n"
    return rows(section.figures)


def render(sections: Sequence[Section], command: str, seconds: float) -> str:
    """Everything below the mark."""
    run = [("Command", f"`{command}`, {seconds / 60:.0f} minutes"),
           ("Quiet", quiet.sentence([section.busy_before for section in sections]))]  # fmt: skip
    about = "".join(f"- {name}: {text}\n" for name, text in [*machine(), *run])
    tables = "".join(f"\n### {section.title}\n\n{of(section)}" for section in sections)
    return f"\n## The figures\n\n{about}{tables}"


def write_section(section: Section, command: str) -> None:
    """Puts one section into the page, in place of the one with that title; it says itself what it was made on."""
    facts = dict(machine())
    about = f"Measured by `{command}` on {facts['Date']}, {facts['Processor']}, with {facts['Versions']}."
    about += f" Quiet: {quiet.sentence([section.busy_before])}."
    text = f"### {section.title}\n\n{about}\n\n{of(section)}"
    head, mark, page = PAGE.read_text(encoding="utf-8").partition(MARK)
    before, found, rest = page.partition(f"### {section.title}\n")
    following = rest.partition("\n### ")
    after = f"\n### {following[2]}" if found and following[1] else ""
    separator = "" if before.endswith("\n\n") else "\n"
    PAGE.write_text(head + mark + before + separator + text + after, encoding="utf-8")


def values() -> dict[str, str]:
    """The page's figures: by name, the value as text with its unit."""
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[2]
    rows = (line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| "))
    return {row[0]: row[1] for row in rows}


def write(text: str) -> None:
    """Puts `text` below the mark of the page."""
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(head + MARK + text, encoding="utf-8")
